/* Descriptor tables, and selectors that are not the guest's. */
#include "print.h"
#include "tables.h"

#define VMM_CS         0xe008
#define TSS_DESCRIPTOR 0x0000890000000067ull
#define GATE_TO_VMM    0x0000ee000000e008ull
#define FLAT_4G_RING0  0x00cf9a000000ffffull
#define SMALL_DATA     0x0040f20000000fffull
#define EXPAND_DOWN    0x00cff6000000ffffull
#define UNKNOWN        99

static page_t table;

static int set_descriptor(u32 index, u64 descriptor) {
  u64 at = machine_address(&((u64 *)table)[index]);

  return HYPERCALL4(update_descriptor, (u32)at, (u32)(at >> 32), (u32)descriptor, (u32)(descriptor >> 32));
}

static int set_gdt(u32 mfn, u32 entries) {
  return HYPERCALL2(set_gdt, (u32)&mfn, entries);
}

static void refuse_descriptor_kinds(void) {
  report("a TSS descriptor", set_descriptor(1, TSS_DESCRIPTOR));
  report("a call gate into the hypervisor", set_descriptor(1, GATE_TO_VMM));
  report("an expand-down segment", set_descriptor(1, EXPAND_DOWN));
  report("a small data segment", set_descriptor(2, SMALL_DATA));
  report("a 4 GiB code segment of ring 0", set_descriptor(3, FLAT_4G_RING0));
  u64 given = ((u64 *)table)[3];
  printk("  it became: DPL %u, limit %x pages\n", (u32)(given >> 45) & 3,
         (u32)(given & 0xffff) | ((u32)(given >> 32) & 0xf0000));
}

static void refuse_tables_as_gdt(void) {
  u32 own = mfn_of(table);

  report("a GDT in a writable page", set_gdt(own, 512));
  report("map it read-only", map_page(table, pte_of(own, PTE_PRESENT)));
  report("a GDT with too many entries", set_gdt(own, FIRST_RESERVED_GDT_ENTRY + 1));
  report("a GDT in a page table", set_gdt(frame_of(*l2_entry(table)), 512));
  report("a GDT in the hypervisor", set_gdt(0x100, 512));
  report("a GDT", set_gdt(own, 512));
  report("map the GDT writable", map_page(table, pte_of(own, PTE_PRESENT | PTE_WRITE)));
  report("pin the GDT as a page table", extended(MMUEXT_PIN_L1_TABLE, own, 0));
  u32 limit;
  asm("lsl %1, %0" : "=r"(limit) : "r"(2 * 8 + 1));
  printk("  the processor finds entry 2 with limit %x\n", limit);
  report("no GDT", HYPERCALL2(set_gdt, 0, 0));
  report("map it writable", map_page(table, pte_of(own, PTE_PRESENT | PTE_WRITE)));
}

static void refuse_selectors(void) {
  struct trap_info traps[] = {{.vector = 3, .cs = VMM_CS, .address = (u32)refuse_selectors}, {0}};

  report("a trap handler with the hypervisor's CS", HYPERCALL1(set_trap_table, (u32)traps));
  report("callbacks with the hypervisor's CS",
         HYPERCALL4(set_callbacks, VMM_CS, 0x1000, FLAT_RING1_CS, 0x1000));
  report("a kernel stack with the hypervisor's SS", HYPERCALL2(stack_switch, VMM_CS + 8, 0x1000));
  report("an LDT that is not page aligned", extended(MMUEXT_SET_LDT, (u32)table + 8, 8));
  report("an LDT with too many entries", extended(MMUEXT_SET_LDT, (u32)table, 8193));
  report("an LDT in a writable page", extended(MMUEXT_SET_LDT, (u32)table, 512));
  report("an unknown assistance", HYPERCALL2(vm_assist, VMASST_CMD_enable, UNKNOWN));
}

void refuse_descriptors(void) {
  printk("-- descriptors\n");
  refuse_descriptor_kinds();
  refuse_tables_as_gdt();
  refuse_selectors();
}
