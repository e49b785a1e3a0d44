/* The VMM's log on COM2, and its end after a bug. */
#include "vmm/log.h"

#include "vmm/arch.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/trace.h"

#define LOG_PORT 1
#define LINE_MAX 256

static void log_args(const char *format, __builtin_va_list args) {
  char line[LINE_MAX];
  u32 length = format_args(line, sizeof(line), format, args);
  for (u32 i = 0; i < length; i++)
    serial_write(LOG_PORT, line[i]);
  serial_write(LOG_PORT, '\n');
}

void log_line(const char *format, ...) {
  __builtin_va_list args;
  __builtin_va_start(args, format);
  log_args(format, args);
  __builtin_va_end(args);
}

void vmm_bug(const char *format, ...) {
  __builtin_va_list args;
  log_line("VMM bug:");
  __builtin_va_start(args, format);
  log_args(format, args);
  __builtin_va_end(args);
  arch_power_off(2);
}

int refuse(int error, const char *format, ...) {
  char reason[LINE_MAX];
  __builtin_va_list args;
  __builtin_va_start(args, format);
  format_args(reason, sizeof(reason), format, args);
  __builtin_va_end(args);
  if (current)
    log_line("d%u: refused: %s", current->domain->id, reason);
  else
    log_line("refused: %s", reason);
  trace_refusal(current, reason);
  return error;
}
