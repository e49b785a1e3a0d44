/*
 * The VMM's map of the linear address space. Usable from assembly.
 *
 * The region is 152 MiB: too small for a direct map of all RAM. Frames of
 * guests are reached through the mapping window. Everything from
 * MACH2PHYS_VIRT_START (public/layout.h) up is the same in every address space.
 */
#ifndef VMM_CONFIG_H
#define VMM_CONFIG_H

/* Linear minus physical address of the image, which is in the first 2 MiB of RAM. */
#define VMM_OFFSET 0xf6800000

/* The writable mapping of the machine-to-physical table. */
#define M2P_RW_START      0xf7000000
#define FRAME_TABLE_START 0xf8000000
#define FRAME_TABLE_END   0xfc000000
#define WINDOW_START      0xfc000000
#define WINDOW_SLOTS      448 /* of one table: the rest maps the VMM's own tables */
#define HEAP_START        0xfc200000
#define HEAP_END          0xfd000000
/* One GDT and LDT area for each vCPU. */
#define GDT_AREA_START 0xfd000000
#define GDT_AREA_BYTES 0x20000
#define GDT_AREAS      64
#define VMM_AREAS_END  (GDT_AREA_START + GDT_AREAS * GDT_AREA_BYTES)

/* Entries of the slot-3 L2 from this one on are the VMM's. */
#define VMM_L2_FIRST 428
#define PDPT_ENTRIES 4

#define VMM_STACK_BYTES 8192

/* The selectors of the VMM itself, which name entries of the reserved GDT page. */
#define VMM_CS      0xe008
#define VMM_DS      0xe010
#define VMM_TSS_SEL 0xe038
#define VMM_LDT_SEL 0xe040

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_BOOT_MAGIC   0x2badb002

#endif
