/* The page tables that a domain starts with: first the L3, then the L2s, then the L1s. */
#include "vmm/domain.h"
#include "vmm/image.h"
#include "x86/build.h"

#define LEAF_FLAGS  (PTE_P | PTE_US | PTE_A)
#define TABLE_FLAGS (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

static mfn_t table_mfn(const struct builder *b, u32 index) {
  return build_mfn(b, b->tables_va + index * PAGE_SIZE);
}

static void set_entry(mfn_t table, u32 index, pte_t entry) {
  pte_t *window = window_open(table);
  window[index] = entry;
  window_close(window);
}

static pte_t leaf_for(const struct builder *b, u32 va) {
  bool table = va >= b->tables_va && va < b->stack_va;
  return pte_make(build_mfn(b, va), LEAF_FLAGS | (table ? 0 : PTE_RW));
}

/* Fills the L1 tables, one for each 2 MiB. The pages that hold the tables are read-only. */
static void fill_l1s(const struct builder *b) {
  u32 va = b->image->virt_base;
  for (u32 i = 0; i < b->nr_l1; i++) {
    pte_t *table = window_open(table_mfn(b, 1 + b->nr_l2 + i));
    do {
      table[l1_index(va)] = leaf_for(b, va);
      va += PAGE_SIZE;
    } while (l1_index(va) != 0 && va < b->end_va);
    window_close(table);
  }
}

static void fill_l2s(const struct builder *b) {
  u32 start = b->image->virt_base;
  for (u32 i = 0; i < b->nr_l1; i++) {
    u32 va = ((start >> 21) + i) << 21, l2 = 1 + l3_index(va) - l3_index(start);
    set_entry(table_mfn(b, l2), l2_index(va), pte_make(table_mfn(b, 1 + b->nr_l2 + i), TABLE_FLAGS));
  }
}

/* Slot 3 is always present. If it holds nothing of the guest, its L2 is the last one. */
static void fill_l3(const struct builder *b) {
  u32 first = l3_index(b->image->virt_base), last = l3_index(b->end_va - 1);
  for (u32 slot = first; slot <= last; slot++)
    set_entry(table_mfn(b, 0), slot, pte_make(table_mfn(b, 1 + slot - first), PTE_P));
  set_entry(table_mfn(b, 0), PDPT_ENTRIES - 1, pte_make(table_mfn(b, b->nr_l2), PTE_P));
}

const char *build_tables(struct builder *b) {
  fill_l1s(b);
  fill_l2s(b);
  fill_l3(b);
  mfn_t base = table_mfn(b, 0);
  if (pin_table(b->domain, base, FRAME_L3) || set_base(b->domain->vcpu[0], base))
    return "its initial page tables are not valid";
  return NULL;
}
