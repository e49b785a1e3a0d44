/*
 * The VMM's log on COM2, and what the VMM does about its own bugs. Formats: %c %s %u %d %x (with 0 and
 * width), %llu %llx, %%.
 */
#ifndef VMM_LOG_H
#define VMM_LOG_H

#include "vmm/types.h"

/* Writes one line; the newline is added. */
void log_line(const char *format, ...) printf_like(1, 2);
/* Writes at most `size` bytes, including the final 0. Returns the length that was written. */
u32 format_text(char *to, u32 size, const char *format, ...) printf_like(3, 4);
u32 format_args(char *to, u32 size, const char *format, __builtin_va_list args);

/* Reports a bug of the VMM itself: writes the reason to COM2, and ends the machine with code 2. */
noreturn void vmm_bug(const char *format, ...) printf_like(1, 2);

#define BUG_ON(condition)                                                                                    \
  do {                                                                                                       \
    if (__builtin_expect(!!(condition), 0)) vmm_bug("%s:%d: %s", __FILE__, __LINE__, #condition);            \
  } while (0)

#endif
