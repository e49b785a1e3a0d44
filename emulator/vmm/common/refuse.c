/* Refusing a guest's request, with the reason. */
#include "vmm/refuse.h"

#include "vmm/current.h"
#include "vmm/guest_copy.h"
#include "vmm/guest_log.h"
#include "vmm/log.h"
#include "vmm/trace.h"

#define REASON_MAX 240

int refuse(int error, const char *format, ...) {
  char reason[REASON_MAX];
  __builtin_va_list args;
  __builtin_va_start(args, format);
  format_args(reason, sizeof(reason), format, args);
  __builtin_va_end(args);
  if (current)
    guest_log(current->domain, "refused", reason);
  else
    log_line("refused: %s", reason);
  trace_refusal(current, reason);
  return error;
}

int refuse_command(const char *hypercall, u32 command) {
  return refuse(-XEN_ENOSYS, "%s: there is no command %u", hypercall, command);
}

int refuse_read(u32 from, u32 length) {
  return refuse(-XEN_EFAULT, "%u bytes at %08x cannot be read", length, from);
}

int refuse_write(u32 to, u32 length) {
  return refuse(-XEN_EFAULT, "%u bytes at %08x cannot be written", length, to);
}

int read_argument(void *to, u32 from, u32 length) {
  return copy_from_guest(to, from, length) ? refuse_read(from, length) : 0;
}

int write_result(u32 to, const void *from, u32 length) {
  return copy_to_guest(to, from, length) ? refuse_write(to, length) : 0;
}
