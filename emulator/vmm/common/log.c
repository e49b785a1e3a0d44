/* The VMM's log on COM2, and the end of the machine after a bug. */
#include "vmm/log.h"

#include "vmm/arch.h"

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
  arch_power_off(END_VMM_BUG);
}
