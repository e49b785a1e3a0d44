/* physdev_op: what a domain may ask for of the physical machine. */
#ifndef PUBLIC_PHYSDEV_H
#define PUBLIC_PHYSDEV_H

#include "types.h"

#define PHYSDEVOP_set_iopl     6
#define PHYSDEVOP_set_iobitmap 7

/* The virtual IOPL. A ring-1 kernel needs 1 to use ports, and an application needs 3. */
struct physdev_set_iopl {
  u32 iopl;
};

struct physdev_set_iobitmap {
  u32 bitmap; /* guest address; a clear bit grants the port */
  u32 nr_ports;
};

#endif
