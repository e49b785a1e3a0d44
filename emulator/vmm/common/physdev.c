/* physdev_op: the virtual IOPL. */
#include "public/physdev.h"

#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"

int do_physdev_op(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  struct physdev_set_iopl set;
  if (command != PHYSDEVOP_set_iopl) return refuse_command("physdev_op", command);
  if (read_argument(&set, argument, sizeof(set))) return -XEN_EFAULT;
  if (set.iopl > 3) return refuse(-XEN_EINVAL, "set_iopl: there is no level %u", set.iopl);
  current->arch.iopl = set.iopl;
  return 0;
}
