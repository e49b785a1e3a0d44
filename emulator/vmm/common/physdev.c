/* physdev_op: the virtual IOPL. */
#include "public/physdev.h"

#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/hypercall.h"

int do_physdev_op(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  struct physdev_set_iopl set;
  if (command != PHYSDEVOP_set_iopl) return -XEN_ENOSYS;
  if (copy_from_guest(&set, argument, sizeof(set))) return -XEN_EFAULT;
  if (set.iopl > 3) return -XEN_EINVAL;
  current->arch.iopl = set.iopl;
  return 0;
}
