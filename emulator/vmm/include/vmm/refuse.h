/*
 * Refusing a guest's request, with the reason: in the log (as guest_log.h limits it) and at the trace point,
 * where a debugger can stop. A hypercall never answers an error without one of these.
 */
#ifndef VMM_REFUSE_H
#define VMM_REFUSE_H

#include "public/errno.h"
#include "vmm/types.h"

/* Returns `error`, so that a check reads `return refuse(-XEN_EINVAL, "...")`. */
int refuse(int error, const char *format, ...) printf_like(2, 3);
/* -ENOSYS: the hypercall has no command of this number. */
int refuse_command(const char *hypercall, u32 command);

/* -EFAULT: memory whose address was passed to a hypercall cannot be read, or written. */
int refuse_read(u32 from, u32 length);
int refuse_write(u32 to, u32 length);
/*
 * copy_from_guest and copy_to_guest for memory whose address was passed to a hypercall. A fault is refused
 * with -EFAULT.
 */
int read_argument(void *to, u32 from, u32 length);
int write_result(u32 to, const void *from, u32 length);

#endif
