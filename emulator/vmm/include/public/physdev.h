/* physdev_op: what of the physical machine a domain may ask for. */
#ifndef PUBLIC_PHYSDEV_H
#define PUBLIC_PHYSDEV_H

#include "types.h"

#define PHYSDEVOP_set_iopl     6
#define PHYSDEVOP_set_iobitmap 7

/* The virtual IOPL: a ring-1 kernel needs 1, an application 3 to use ports. */
struct physdev_set_iopl {
  u32 iopl;
};

struct physdev_set_iobitmap {
  u32 bitmap; /* guest address; a clear bit grants the port */
  u32 nr_ports;
};

#endif
