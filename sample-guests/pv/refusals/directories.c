/* L2 and L3 tables: what they may not refer to, and the slot that is the hypervisor's. */
#include "print.h"
#include "string.h"
#include "tables.h"

/* A linear address that the builder left unmapped, in the reach of the image's L2 table. */
#define FREE_ADDRESS 0x10000000u
#define VMM_L2_ENTRY 428 /* of slot 3: 0xF5800000 */

static page_t page, second_l3, second_l2;

static u64 *image_l2_entry(u32 offset) {
  return (u64 *)l2_entry((void *)(((u32)page & 0xc0000000) + offset));
}

static void refuse_l2(void) {
  u64 *entry = image_l2_entry(FREE_ADDRESS);
  u32 l2 = mfn_of(entry);

  report("enter a writable page in an L2", update_entry(entry, pte_of(mfn_of(page), PTE_PRESENT)));
  report("enter an L3 in an L2", update_entry(entry, pte_of(mfn_of(l3_entry(0)), PTE_PRESENT)));
  report("enter an L2 in itself, writable", update_entry(entry, pte_of(l2, PTE_PRESENT | PTE_WRITE)));
  report("make an L2 entry a large page", update_entry(entry, pte_of(mfn_of(page), PTE_PRESENT | PTE_LARGE)));
  report("set a reserved bit in an L2", update_entry(entry, pte_of(l2, PTE_PRESENT) | RESERVED));
  report("enter an L2 in itself, read-only", update_entry(entry, pte_of(l2, PTE_PRESENT)));
  const u64 *linear = (const u64 *)(((u32)page & 0xc0000000) + FREE_ADDRESS + (FREE_ADDRESS >> 9));
  printk("  the L2 seen through itself is %s\n",
         linear[FREE_ADDRESS >> 21] == *entry ? "the same" : "another");
  report("  and take it out", update_entry(entry, 0));
}

static void refuse_l3(void) {
  const u64 *l3 = l3_entry(0);
  u32 vmm_l2 = frame_of(l3[3]);

  report("clear slot 3 of the L3 in use", update_entry(l3 + 3, 0));
  report("give slot 3 another L2", update_entry(l3 + 3, pte_of(mfn_of(page), PTE_PRESENT)));
  report("enter slot 3's L2 in slot 1", update_entry(l3 + 1, pte_of(vmm_l2, PTE_PRESENT)));
  report("set a reserved bit in an L3", update_entry(l3 + 1, pte_of(mfn_of(page), PTE_PRESENT) | RESERVED));
  report("write beyond the four entries", update_entry(l3 + 4, 0));
  report("change slot 3's L2 where the hypervisor is",
         update_entry((const u64 *)address_of_mfn(vmm_l2) + VMM_L2_ENTRY, 0));
}

static void make_read_only(void *table) {
  report("  map it read-only", map_page(table, pte_of(mfn_of(table), PTE_PRESENT)));
}

static void make_writable(void *table) {
  report("  map it writable", map_page(table, pte_of(mfn_of(table), PTE_PRESENT | PTE_WRITE)));
}

/* A second L3: slot 3 is asked for, and an L2 of its own in it. */
static void refuse_second_l3(void) {
  u64 *slots = (u64 *)second_l3;
  const u64 *l3 = l3_entry(0);

  printk("an L3 without slot 3:\n");
  make_read_only(second_l3);
  report("  pin it", extended(MMUEXT_PIN_L3_TABLE, mfn_of(second_l3), 0));
  make_writable(second_l3);
  printk("an L3 that shares slot 3's L2:\n");
  slots[3] = l3[3];
  make_read_only(second_l3);
  report("  pin it", extended(MMUEXT_PIN_L3_TABLE, mfn_of(second_l3), 0));
  make_writable(second_l3);
}

/* A, D, US and RW have no meaning there: masked, not refused. */
static void use_second_l3(void) {
  u64 *slots = (u64 *)second_l3;

  printk("an L3 with its own L2 in slot 3:\n");
  make_read_only(second_l2);
  report("  pin the L2", extended(MMUEXT_PIN_L2_TABLE, mfn_of(second_l2), 0));
  slots[3] = pte_of(mfn_of(second_l2), PTE_PRESENT | PTE_WRITE | PTE_USER | 0x60);
  make_read_only(second_l3);
  report("  pin it while the L2 is pinned", extended(MMUEXT_PIN_L3_TABLE, mfn_of(second_l3), 0));
  report("  unpin the L2", extended(MMUEXT_UNPIN_TABLE, mfn_of(second_l2), 0));
  report("  pin it", extended(MMUEXT_PIN_L3_TABLE, mfn_of(second_l3), 0));
  printk("  flags of its slot 3: %x\n", (u32)slots[3] & 0xfff);
  report("  pin it again", extended(MMUEXT_PIN_L3_TABLE, mfn_of(second_l3), 0));
  report("  map its L2 writable", map_page(second_l2, pte_of(mfn_of(second_l2), PTE_PRESENT | PTE_WRITE)));
  report("  unpin it", extended(MMUEXT_UNPIN_TABLE, mfn_of(second_l3), 0));
  make_writable(second_l2);
  make_writable(second_l3);
  printk("  the hypervisor's entries left in its L2: %s\n",
         ((u64 *)second_l2)[VMM_L2_ENTRY] == 0 ? "none" : "some");
}

void refuse_tables(void) {
  printk("-- tables\n");
  refuse_l2();
  refuse_l3();
  refuse_second_l3();
  use_second_l3();
}
