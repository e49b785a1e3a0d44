/*
 * What the VMM refuses, with its errors. The reason of each refusal is isolation: a guest that could write a
 * page table, or map memory that belongs to others, could read and write everything.
 */
#include "kernel.h"
#include "print.h"
#include "string.h"

/* Machine frames of the VMM, which is loaded at 1 MiB. */
#define VMM_MFN 0x100

static u32 victim[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

static void show(const char *what, int result) {
  printk("refusals: %s: %d (%s)\n", what, result, errno_name(result));
}

static u32 frame_of(u64 entry) {
  return (u32)((entry & PTE_FRAME) >> PAGE_SHIFT);
}

/* Mappings of `victim`'s page to frames that the guest may not have. */
static void refused_mappings(void) {
  u32 own = mfn_of(victim), table = frame_of(*l2_entry(victim));

  show("map a page table writable", map_page(victim, pte_of(table, PTE_PRESENT | PTE_WRITE)));
  show("map the VMM's memory", map_page(victim, pte_of(VMM_MFN, PTE_PRESENT)));
  show("map a frame that the processor cannot address",
       map_page(victim, pte_of(0x0ff00000, PTE_PRESENT | PTE_WRITE)));
  show("set a reserved bit", map_page(victim, pte_of(own, PTE_PRESENT | PTE_WRITE) | 1ull << 55));
  show("map a page in the VMM's range", map_page((void *)0xf6900000, pte_of(own, PTE_PRESENT)));
  printk("refusals: the entry is %s\n", frame_of(*l1_entry(victim)) == own ? "as it was" : "changed");
}

static void refused_tables(void) {
  const u64 *l2 = l2_entry(victim);
  const u64 *l3 = l3_entry((void *)HYPERVISOR_VIRT_START);
  u64 itself = pte_of(mfn_of(l2), PTE_PRESENT | PTE_WRITE);

  show("enter a writable page in an L2 table", update_entry(l2 + 1, pte_of(mfn_of(victim), PTE_PRESENT)));
  show("enter an L2 table in itself, writable", update_entry(l2 + 1, itself));
  show("clear slot 3 of the L3 table in use", update_entry(l3, 0));
  show("pin a writable page as an L1 table", page_table_operation(MMUEXT_PIN_L1_TABLE, victim));
  show("pin an L2 table as an L1 table", page_table_operation(MMUEXT_PIN_L1_TABLE, l2));
  show("unpin what is not pinned", page_table_operation(MMUEXT_UNPIN_TABLE, victim));
  show("load a page as the L3 table", page_table_operation(MMUEXT_NEW_BASEPTR, victim));
}

/* Makes `victim`'s page one that could become a table, and memory again. */
static int victim_writable(bool writable) {
  return map_page(victim, pte_of(mfn_of(victim), PTE_PRESENT | (writable ? PTE_WRITE : 0)));
}

/* An LDT is a table too: whoever could write it could make a descriptor for ring 0. */
static void refused_descriptors(void) {
  struct mmuext_op set_ldt = {.cmd = MMUEXT_SET_LDT, .arg1.linear_addr = (u32)victim, .arg2.nr_ents = 1};
  struct mmuext_op no_ldt = {.cmd = MMUEXT_SET_LDT};

  victim[0] = 0;
  show("use a writable page as the LDT", HYPERCALL4(mmuext_op, (u32)&set_ldt, 1, 0, DOMID_SELF));
  victim_writable(false);
  show("use a read-only page as the LDT", HYPERCALL4(mmuext_op, (u32)&set_ldt, 1, 0, DOMID_SELF));
  show("map the LDT writable", victim_writable(true));
  HYPERCALL4(mmuext_op, (u32)&no_ldt, 1, 0, DOMID_SELF);
  show("the same without an LDT", victim_writable(true));
}

/*
 * The VMM keeps its own mappings in the L2 of slot 3, so each L3 must have an L2 there that no other L3 has.
 */
static void refused_l3(void) {
  memcpy(victim, l3_entry(NULL), 4 * sizeof(u64));
  victim_writable(false);
  show("pin an L3 table that shares slot 3", page_table_operation(MMUEXT_PIN_L3_TABLE, victim));
  victim_writable(true);
  memset(victim, 0, sizeof(victim));
  victim_writable(false);
  show("pin an L3 table without slot 3", page_table_operation(MMUEXT_PIN_L3_TABLE, victim));
  victim_writable(true);
}

static void refused_requests(void) {
  struct mmu_update request = {machine_address(l1_entry(victim)), 0};
  struct mmu_update unknown = {machine_address(l1_entry(victim)) | 3, 0};
  struct mmu_update elsewhere = {HYPERVISOR_VIRT_START, 0};

  show("update a page table of domain 77", HYPERCALL4(mmu_update, (u32)&request, 1, 0, 77));
  show("an unknown command of mmu_update", HYPERCALL4(mmu_update, (u32)&unknown, 1, 0, DOMID_SELF));
  show("update a frame that is not there", HYPERCALL4(mmu_update, (u32)&elsewhere, 1, 0, DOMID_SELF));
  show("requests at a bad address", HYPERCALL4(mmu_update, 0xf0000000, 1, 0, DOMID_SELF));
}

/* A batch stops at the first bad entry. The entries before it stay done, and are counted. */
static void refused_batch(void) {
  u64 entry = machine_address(l1_entry(victim));
  u64 good = pte_of(mfn_of(victim), PTE_PRESENT | PTE_WRITE | PTE_USER);
  u64 bad = pte_of(frame_of(*l2_entry(victim)), PTE_PRESENT | PTE_WRITE);
  struct mmu_update batch[] = {{entry, good}, {entry, bad}, {entry, 0}};
  u32 done = 0;

  show("a batch of three, the second bad", HYPERCALL4(mmu_update, (u32)batch, 3, (u32)&done, DOMID_SELF));
  printk("refusals: done: %u, the entry is %s\n", done,
         (*l1_entry(victim) & PTE_USER) ? "as the first left it" : "something else");
}

void show_refusals(void) {
  victim[0] = 1;
  refused_mappings();
  refused_tables();
  refused_descriptors();
  refused_l3();
  refused_requests();
  refused_batch();
}
