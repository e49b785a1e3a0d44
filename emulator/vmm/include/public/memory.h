/* memory_op: sub-operations and their arguments. */
#ifndef PUBLIC_MEMORY_H
#define PUBLIC_MEMORY_H

#include "types.h"

#define XENMEM_increase_reservation 0
#define XENMEM_decrease_reservation 1
#define XENMEM_maximum_ram_page     2
#define XENMEM_current_reservation  3
#define XENMEM_maximum_reservation  4
#define XENMEM_machphys_mfn_list    5
#define XENMEM_populate_physmap     6
#define XENMEM_memory_map           9
#define XENMEM_exchange             11
#define XENMEM_machphys_mapping     12

struct xen_memory_reservation {
  u32 extent_start; /* guest address of frame numbers */
  u32 nr_extents;
  u32 extent_order;
  u32 mem_flags;
  u16 domid;
};

struct xen_machphys_mapping {
  u32 v_start;
  u32 v_end;
  u32 max_mfn;
};

#endif
