/* Page tables, descriptors, and the requests that concern them. */
#ifndef PUBLIC_MMU_H
#define PUBLIC_MMU_H

#include "types.h"

/* mmu_update: the low two bits of `ptr` are the command, the rest a machine address. */
#define MMU_NORMAL_PT_UPDATE       0
#define MMU_MACHPHYS_UPDATE        1
#define MMU_PT_UPDATE_PRESERVE_AD  2
#define MMU_PT_UPDATE_NO_TRANSLATE 3

struct mmu_update {
  u64 ptr;
  u64 val;
};

#define MMUEXT_PIN_L1_TABLE     0
#define MMUEXT_PIN_L2_TABLE     1
#define MMUEXT_PIN_L3_TABLE     2
#define MMUEXT_PIN_L4_TABLE     3
#define MMUEXT_UNPIN_TABLE      4
#define MMUEXT_NEW_BASEPTR      5
#define MMUEXT_TLB_FLUSH_LOCAL  6
#define MMUEXT_INVLPG_LOCAL     7
#define MMUEXT_TLB_FLUSH_MULTI  8
#define MMUEXT_INVLPG_MULTI     9
#define MMUEXT_TLB_FLUSH_ALL    10
#define MMUEXT_INVLPG_ALL       11
#define MMUEXT_FLUSH_CACHE      12
#define MMUEXT_SET_LDT          13
#define MMUEXT_NEW_USER_BASEPTR 15
#define MMUEXT_CLEAR_PAGE       16
#define MMUEXT_COPY_PAGE        17

struct mmuext_op {
  u32 cmd;
  union {
    u32 mfn;         /* pin, unpin, new_baseptr, clear_page, copy_page (target) */
    u32 linear_addr; /* invlpg, set_ldt */
  } arg1;
  union {
    u32 nr_ents;  /* set_ldt */
    u32 vcpumask; /* tlb_flush_multi, invlpg_multi: guest address of the mask */
    u32 src_mfn;  /* copy_page */
  } arg2;
};

/* Flags of update_va_mapping: what to flush, and on which processors. */
#define UVMF_NONE           0
#define UVMF_TLB_FLUSH      1
#define UVMF_INVLPG         2
#define UVMF_FLUSHTYPE_MASK 3
#define UVMF_LOCAL          0
#define UVMF_ALL            4

#define VMASST_CMD_enable                0
#define VMASST_CMD_disable               1
#define VMASST_TYPE_4gb_segments         0
#define VMASST_TYPE_4gb_segments_notify  1
#define VMASST_TYPE_writable_pagetables  2
#define VMASST_TYPE_pae_extended_cr3     3
#define VMASST_TYPE_architectural_iopl   4
#define VMASST_TYPE_runstate_update_flag 5

/* The CR3 of a page directory that may be above 4 GiB, and the reverse. */
#define xen_pfn_to_cr3(pfn) (((u32)(pfn) << 12) | ((u32)(pfn) >> 20))
#define xen_cr3_to_pfn(cr3) (((u32)(cr3) >> 12) | ((u32)(cr3) << 20))

#endif
