/* Guest memory by linear address. */
#include "vmm/guest_copy.h"

#include "public/errno.h"
#include "public/layout.h"

u32 copy_with_fixup(void *to, const void *from, u32 length);

/* Guests may also read the machine-to-physical table, but may not pass data from there. */
int copy_from_guest(void *to, u32 from, u32 length) {
  if (!guest_range_ok(from, length)) return -XEN_EFAULT;
  return copy_with_fixup(to, (const void *)from, length) ? -XEN_EFAULT : 0;
}

int copy_to_guest(u32 to, const void *from, u32 length) {
  if (!guest_range_ok(to, length)) return -XEN_EFAULT;
  return copy_with_fixup((void *)to, from, length) ? -XEN_EFAULT : 0;
}
