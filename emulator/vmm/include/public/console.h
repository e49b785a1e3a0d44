/* console_io, and the ring that a domain other than the first shares with its console's backend. */
#ifndef PUBLIC_CONSOLE_H
#define PUBLIC_CONSOLE_H

#include "types.h"

/* console_io(command, count, buffer): write answers 0, read the number of bytes. */
#define CONSOLEIO_write 0
#define CONSOLEIO_read  1

#define CONSOLE_RING_IN  1024
#define CONSOLE_RING_OUT 2048

/* The console page. Indices run freely; reduce them modulo the ring's size. */
struct console_ring {
  char in[CONSOLE_RING_IN];
  char out[CONSOLE_RING_OUT];
  u32 in_cons, in_prod;
  u32 out_cons, out_prod;
};

#endif
