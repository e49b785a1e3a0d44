/*
 * The audit of one table in use: what its entries hold, and whether a guest could have been allowed each of
 * them.
 */
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/string.h"
#include "x86/audit.h"
#include "x86/desc.h"
#include "x86/mm.h"

/*
 * The type of the frame that an entry names, which must belong to the table's owner; FRAME_NONE after a
 * difference.
 */
static u32 type_of_target(mfn_t table, u32 index, mfn_t mfn) {
  const struct frame *from = mfn_frame(table), *to = mfn_frame(mfn);
  if (frame_use(mfn) == FRAME_ALLOCATED && to->owner == from->owner) return to->type_info & FRAME_TYPE_MASK;
  audit_differs("entry %u of %s, frame %x, names frame %x, which is not d%u's", index,
                frame_type_name(from->type_info), table.n, mfn.n, from->owner);
  return FRAME_NONE;
}

static void wrong_target(mfn_t table, u32 index, mfn_t mfn) {
  audit_differs("entry %u of %s, frame %x, names frame %x, which is %s", index,
                frame_type_name(mfn_frame(table)->type_info), table.n, mfn.n,
                frame_type_name(mfn_frame(mfn)->type_info));
}

static void audit_l1_entry(mfn_t table, u32 index, pte_t entry) {
  mfn_t mfn = pte_mfn(entry);
  bool writable = entry & PTE_RW;
  if (frame_use(mfn) == FRAME_ABSENT && domain_find(mfn_frame(table)->owner)->privileged) return;
  u32 type = type_of_target(table, index, mfn);
  if (writable && type != FRAME_NONE && type != FRAME_WRITABLE) wrong_target(table, index, mfn);
  audit_found(mfn, writable);
}

static void audit_l2_entry(mfn_t table, u32 index, pte_t entry) {
  mfn_t mfn = pte_mfn(entry);
  u32 type = type_of_target(table, index, mfn);
  if (type == FRAME_L2 && entry & PTE_RW) wrong_target(table, index, mfn);
  if (type == FRAME_L2 && mfn.n != table.n) audit_found_linear(table, mfn);
  if (type != FRAME_L1 && type != FRAME_L2 && type != FRAME_NONE) wrong_target(table, index, mfn);
  audit_found(mfn, mfn.n != table.n);
}

static void audit_l3_entry(mfn_t table, u32 index, pte_t entry) {
  mfn_t mfn = pte_mfn(entry);
  u32 type = type_of_target(table, index, mfn);
  bool last = type == FRAME_L2 && mfn_frame(mfn)->type_info & FRAME_VMM_L2;
  if (type != FRAME_NONE && (type != FRAME_L2 || last != (index == PDPT_ENTRIES - 1)))
    wrong_target(table, index, mfn);
  /* QEMU marks even these as accessed. */
  bool whole = mfn_frame(table)->type_info & FRAME_VALIDATED;
  if (whole && (entry & ~PTE_A) != l3_entry_masked(entry))
    audit_differs("entry %u of L3 %x is %016llx", index, table.n, entry);
  audit_found(mfn, true);
}

static void audit_entries(mfn_t mfn, u32 kind) {
  const struct frame *frame = mfn_frame(mfn);
  bool whole = frame->type_info & FRAME_VALIDATED;
  const pte_t *table = window_open(mfn);
  for (u32 i = 0; i < (whole ? guest_entries(kind) : frame->entries); i++) {
    if (!(table[i] & PTE_P)) continue;
    if (table[i] & pte_reserved) audit_differs("entry %u of frame %x is %016llx", i, mfn.n, table[i]);
    switch (kind & FRAME_TYPE_MASK) {
    case FRAME_L1:
      audit_l1_entry(mfn, i, table[i]);
      break;
    case FRAME_L2:
      audit_l2_entry(mfn, i, table[i]);
      break;
    default:
      audit_l3_entry(mfn, i, table[i]);
    }
  }
  if (whole && kind & FRAME_VMM_L2 &&
      memcmp(&table[VMM_L2_FIRST], &vmm_l2[VMM_L2_FIRST], (PT_ENTRIES - VMM_L2_FIRST) * sizeof(pte_t)))
    audit_differs("the L2 of slot 3, frame %x, does not map the VMM as it is", mfn.n);
  window_close((void *)table);
}

static void audit_segments(mfn_t mfn) {
  const desc_t *table = window_open(mfn);
  for (u32 i = 0; i < PAGE_SIZE / sizeof(desc_t); i++) {
    desc_t fixed = table[i];
    if (!descriptor_fix(&fixed) || fixed != table[i])
      audit_differs("descriptor %u of frame %x is %016llx", i, mfn.n, table[i]);
  }
  window_close((void *)table);
}

void audit_table(mfn_t mfn) {
  u32 kind = mfn_frame(mfn)->type_info & FRAME_KIND;
  if (kind == FRAME_SEGMENTS)
    audit_segments(mfn);
  else if (kind != FRAME_WRITABLE && kind != FRAME_NONE)
    audit_entries(mfn, kind);
}
