/* The guests' consoles on COM1. */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include "vmm/types.h"

struct domain;

/* Sends a domain's bytes to COM1. With several domains it sends whole lines, after the prefix `dN: `. */
void console_write(struct domain *d, const char *text, u32 length);
/* Takes what the domain has put into its console ring. */
void console_drain(struct domain *d);
/* Sends the part of a line that a dead domain left. */
void console_flush(struct domain *d);
/* Takes a byte that COM1 has received. */
void console_received(u8 byte);

#endif
