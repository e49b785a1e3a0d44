/*
 * Guests' page tables: validation, changes, and the base pointer. A table is valid if its entries are, and an
 * entry if the table that it names is. So the files of mm/types call each other in a circle; no other files
 * do.
 */
#ifndef X86_MM_H
#define X86_MM_H

#include "x86/frame.h"
#include "x86/page.h"

struct vcpu;
struct arch_domain;

/* The bits of an entry that a guest may not set. NX is one of them if the processor lacks it. */
extern u64 pte_reserved;
/* Whether the processor has EFER. It has if it has NX. */
static inline bool has_efer(void) {
  return !(pte_reserved & PTE_NX);
}

/* Takes and drops the references that one entry of a table makes. */
int get_l1_entry(pte_t entry, struct domain *d);
void put_l1_entry(pte_t entry);
int get_l2_entry(pte_t entry, mfn_t table, struct domain *d);
void put_l2_entry(pte_t entry, mfn_t table);
int get_l3_entry(pte_t entry, u32 slot, struct domain *d);
void put_l3_entry(pte_t entry);
/* An L3 entry as the processor accepts it: the guest's A, D, US and RW bits are masked. */
pte_t l3_entry_masked(pte_t entry);

/* How many entries of a table are the guest's. `kind` is FRAME_KIND bits. */
always_inline u32 guest_entries(u32 kind) {
  switch (kind) {
  case FRAME_L3:
    return PDPT_ENTRIES;
  case FRAME_L2 | FRAME_VMM_L2:
    return VMM_L2_FIRST;
  default:
    return PT_ENTRIES;
  }
}

/*
 * Whole tables, for get_frame_type and put_frame_type. An L2 or L3 is validated from frame.entries on, which
 * counts up. On refusal the entries before it keep their references until table_take_apart has dropped them.
 */
int table_validate(mfn_t mfn, u32 kind, struct domain *d);
/*
 * Ends the validity of a table. The references of an L1 are dropped; those of an L2 or L3 are counted in
 * frame.entries.
 */
void table_leave(mfn_t mfn, u32 kind);
/* Drops references of a doomed table, down to one present entry, or to a table that this dooms in turn. */
void table_take_apart(mfn_t mfn, u32 kind, const struct arch_domain *arch);

/* Makes one checked store into a table of the given type. Nothing changes on refusal. */
int table_update(mfn_t mfn, u32 offset, pte_t entry, bool keep_ad, struct vcpu *v);

/* The place of the L1 entry for an address of the current domain: its table, or INVALID_MFN. */
mfn_t walk_to_l1(struct vcpu *v, linear_t linear);
/* The leaf entry; 0 if it is absent. */
pte_t walk_to_entry(struct vcpu *v, linear_t linear);

int pin_table(struct domain *d, mfn_t mfn, u32 kind);
int unpin_table(struct domain *d, mfn_t mfn);
int set_base(struct vcpu *v, mfn_t mfn);

#endif
