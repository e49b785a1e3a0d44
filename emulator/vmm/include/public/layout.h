/*
 * What a guest sees of the linear address space and of the GDT. Usable from
 * assembly.
 */
#ifndef PUBLIC_LAYOUT_H
#define PUBLIC_LAYOUT_H

/* The first linear address that is not the guest's. The machine-to-physical table is there. */
#define HYPERVISOR_VIRT_START 0xf5800000
#define MACH2PHYS_VIRT_START  0xf5800000
#define MACH2PHYS_VIRT_END    0xf6800000
#define MACH2PHYS_NR_ENTRIES  ((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) >> 2)
/* The last byte that a guest's flat segments reach. */
#define GUEST_SEGMENT_END 0xf67fffff

/* Flat selectors that every domain finds in its GDT. */
#define FLAT_RING1_CS 0xe019
#define FLAT_RING1_DS 0xe021
#define FLAT_RING1_SS 0xe021
#define FLAT_RING3_CS 0xe02b
#define FLAT_RING3_DS 0xe033
#define FLAT_RING3_SS 0xe033

/* GDT pages 0-13 are the guest's. Entries from this byte on are reserved. */
#define FIRST_RESERVED_GDT_PAGE  14
#define FIRST_RESERVED_GDT_BYTE  (FIRST_RESERVED_GDT_PAGE * 4096)
#define FIRST_RESERVED_GDT_ENTRY (FIRST_RESERVED_GDT_BYTE / 8)

/* The vectors of the trap gates that lead from ring 1 to the VMM. */
#define HYPERCALL_VECTOR 0x82

#endif
