/* Whole page tables: making one valid, taking it apart, and changing one entry. */
#include "public/errno.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/mm.h"

static int get_entry(pte_t entry, u32 index, mfn_t table, u32 kind, struct domain *d) {
  switch (kind & FRAME_TYPE_MASK) {
  case FRAME_L1:
    return get_l1_entry(entry, d);
  case FRAME_L2:
    return get_l2_entry(entry, table, d);
  default:
    return get_l3_entry(entry, index, d);
  }
}

static void put_entry(pte_t entry, mfn_t table, u32 kind) {
  switch (kind & FRAME_TYPE_MASK) {
  case FRAME_L1:
    return put_l1_entry(entry);
  case FRAME_L2:
    return put_l2_entry(entry, table);
  default:
    return put_l3_entry(entry);
  }
}

static int validate_segments(mfn_t mfn) {
  desc_t *desc = window_open(mfn);
  int error = 0;
  for (u32 i = 0; i < PAGE_SIZE / sizeof(*desc) && !error; i++)
    if (!descriptor_fix(&desc[i]))
      error = refuse(-XEN_EINVAL, "descriptor %016llx: guests may not have its kind", desc[i]);
  window_close(desc);
  return error;
}

/* An L1 is validated without interruption. On refusal the references taken so far are dropped. */
static int validate_l1(const pte_t *table, struct domain *d) {
  for (u32 i = 0; i < PT_ENTRIES; i++) {
    int error = get_l1_entry(table[i], d);
    if (!error) continue;
    while (i-- > 0)
      put_l1_entry(table[i]);
    return error;
  }
  return 0;
}

/* Validates an L2 or L3 from where it was interrupted. After each table below it, others may run. */
static int validate_directory(mfn_t mfn, const pte_t *table, u32 kind, struct domain *d) {
  struct frame *frame = mfn_frame(mfn);
  const u32 entries = guest_entries(kind);
  while (frame->entries < entries) {
    const pte_t entry = table[frame->entries];
    int error = get_entry(entry, frame->entries, mfn, kind, d);
    if (error) return error;
    frame->entries++;
    if (entry & PTE_P && frame->entries < entries && preempt_wanted()) return -XEN_ERESTART;
  }
  return 0;
}

int table_validate(mfn_t mfn, u32 kind, struct domain *d) {
  if (kind == FRAME_SEGMENTS) return validate_segments(mfn);
  pte_t *table = window_open(mfn);
  int error = kind == FRAME_L1 ? validate_l1(table, d) : validate_directory(mfn, table, kind, d);
  if (!error && kind == FRAME_L3)
    for (u32 i = 0; i < PDPT_ENTRIES; i++)
      table[i] = l3_entry_masked(table[i]);
  else if (!error && kind & FRAME_VMM_L2)
    memcpy(&table[VMM_L2_FIRST], &vmm_l2[VMM_L2_FIRST], (PT_ENTRIES - VMM_L2_FIRST) * sizeof(pte_t));
  window_close(table);
  return error;
}

void table_leave(mfn_t mfn, u32 kind) {
  if (kind == FRAME_SEGMENTS) return;
  pte_t *table = window_open(mfn);
  if (kind == FRAME_L1)
    for (u32 i = 0; i < PT_ENTRIES; i++)
      put_l1_entry(table[i]);
  else
    mfn_frame(mfn)->entries = guest_entries(kind);
  if (kind & FRAME_VMM_L2) memset(&table[VMM_L2_FIRST], 0, (PT_ENTRIES - VMM_L2_FIRST) * sizeof(pte_t));
  window_close(table);
}

void table_take_apart(mfn_t mfn, u32 kind, const struct arch_domain *arch) {
  struct frame *frame = mfn_frame(mfn);
  const u32 doomed = arch->nr_doomed;
  const pte_t *table = window_open(mfn);
  while (frame->entries > 0 && arch->nr_doomed == doomed) {
    const pte_t entry = table[--frame->entries];
    put_entry(entry, mfn, kind);
    if (entry & PTE_P) break;
  }
  window_close(table);
}

/* If the frame and the right to write are the same, the references stay as they are. */
always_inline bool same_references(pte_t a, pte_t b, u32 kind) {
  u64 compared = PTE_MFN | PTE_P;
  if ((kind & FRAME_TYPE_MASK) != FRAME_L3) compared |= PTE_RW;
  u64 free = PTE_US | PTE_A | PTE_D | 0xe00 | (PTE_NX & ~pte_reserved);
  if ((kind & FRAME_TYPE_MASK) == FRAME_L3) free |= PTE_RW;
  return a & b & PTE_P && (a & compared) == (b & compared) && !(b & ~(compared | free));
}

always_inline int update_allowed(u32 kind, u32 index) {
  if (kind == FRAME_L3 && index >= PDPT_ENTRIES)
    return refuse(-XEN_EINVAL, "an L3 has four entries: there is no %u", index);
  if (kind == FRAME_L3 && index == PDPT_ENTRIES - 1)
    return refuse(-XEN_EINVAL, "slot 3 of an L3 in use holds the VMM's mappings and cannot change");
  if (index >= guest_entries(kind)) return refuse(-XEN_EPERM, "L2 entry %u maps the VMM's region", index);
  return 0;
}

int table_update(mfn_t mfn, u32 offset, pte_t entry, bool keep_ad, struct vcpu *v) {
  u32 kind = mfn_frame(mfn)->type_info & FRAME_KIND, index = offset / sizeof(pte_t);
  int error = update_allowed(kind, index);
  if (error) return error;
  pte_t *table = window_open(mfn);
  pte_t old = table[index];
  bool same = same_references(old, entry, kind);
  if (!same) error = get_entry(entry, index, mfn, kind, v->domain);
  if (!error) {
    if (keep_ad) entry |= table[index] & (PTE_A | PTE_D);
    table[index] = kind == FRAME_L3 ? l3_entry_masked(entry) : entry;
    if (!same) put_entry(old, mfn, kind);
  }
  window_close(table);
  /* The processor caches the L3 entries when CR3 is loaded. */
  if (!error && kind == FRAME_L3 && v->arch.base.n == mfn.n) tlb_flush();
  return error;
}

always_inline pte_t read_entry(mfn_t table, u32 index) {
  pte_t *window = window_open(table);
  pte_t entry = window[index];
  window_close(window);
  return entry;
}

mfn_t walk_to_l1(struct vcpu *v, linear_t linear) {
  pte_t l3 = read_entry(v->arch.base, l3_index(linear));
  if (!(l3 & PTE_P)) return INVALID_MFN;
  pte_t l2 = read_entry(pte_mfn(l3), l2_index(linear));
  return l2 & PTE_P ? pte_mfn(l2) : INVALID_MFN;
}

pte_t walk_to_entry(struct vcpu *v, linear_t linear) {
  mfn_t l1 = walk_to_l1(v, linear);
  return l1.n == INVALID_MFN.n ? 0 : read_entry(l1, l1_index(linear));
}

int set_base(struct vcpu *v, mfn_t mfn) {
  if (mfn.n >= 1u << 20) return refuse(-XEN_EINVAL, "frame %x: a page directory above 4 GiB", mfn.n);
  int error = get_frame_and_type(mfn, v->domain, FRAME_L3);
  if (error) return error;
  mfn_t old = v->arch.base;
  v->arch.base = mfn;
  if (v == current) {
    write_cr3(mfn.n << PAGE_SHIFT);
    tlb_clock++;
  }
  if (old.n != INVALID_MFN.n) put_frame_and_type(old);
  return 0;
}
