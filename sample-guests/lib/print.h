/* Formatted output to the guest's console. */
#ifndef LIB_PRINT_H
#define LIB_PRINT_H

#include "base.h"

/**
 * Understands %s, %c, %d, %u, %x and %%, with a width that pads on the left (with zeros if it begins with 0).
 * One call prints at most PRINTK_MAX characters; the rest is cut.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define PRINTK_MAX 256

/* Takes printk's characters. Each kind of guest has its own (COM1, a hypercall). */
void console_write(const char *text, size_t length);

#endif
