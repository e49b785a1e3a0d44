/* The GDT, IDT and TSS of the processor. */
#include "public/layout.h"
#include "vmm/config.h"
#include "vmm/domain.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/frame.h"
#include "x86/page.h"

#define FLAT_4G(type, dpl)                                                                                   \
  (0xf00000000ffffull | (type) | DESC_S | DESC_P | DESC_DPL(dpl) | DESC_BIG | DESC_PAGES | DESC_ACCESSED)
/* This segment ends at GUEST_SEGMENT_END, which keeps ring 1 out of the VMM. */
#define FLAT_GUEST(type, dpl) (FLAT_4G(type, dpl) - 0xf00000000ffffull + 0xf0000000067ffull)
#define RESERVED(selector)    (((selector)-FIRST_RESERVED_GDT_BYTE) >> 3)
#define SYSTEM_TSS            0x89
#define SYSTEM_LDT            0x82

_Static_assert(GUEST_SEGMENT_END >> PAGE_SHIFT == 0xf67ff, "the limit of FLAT_GUEST");

desc_t reserved_gdt[GDT_RESERVED_ENTRIES] __attribute__((aligned(4096))) = {
    [RESERVED(VMM_CS)] = FLAT_4G(DESC_CODE, 0),
    [RESERVED(VMM_DS)] = FLAT_4G(DESC_DATA, 0),
    [RESERVED(FLAT_RING1_CS)] = FLAT_GUEST(DESC_CODE, 1),
    [RESERVED(FLAT_RING1_DS)] = FLAT_GUEST(DESC_DATA, 1),
    [RESERVED(FLAT_RING3_CS)] = FLAT_GUEST(DESC_CODE, 3),
    [RESERVED(FLAT_RING3_DS)] = FLAT_GUEST(DESC_DATA, 3),
};
desc_t idt[256] __attribute__((aligned(8)));
struct tss tss;

static desc_t system_descriptor(const void *base, u32 limit, u32 type) {
  u64 b = (u32)base;
  return (limit & 0xffff) | (b & 0xffffff) << 16 | (u64)type << 40 | (b >> 24) << 56;
}

static desc_t gate(u32 selector, u32 offset, u32 type, u32 dpl) {
  return (offset & 0xffff) | selector << 16 | (u64)type << 40 | DESC_DPL(dpl) | DESC_P |
         (u64)(offset >> 16) << 48;
}

/* The operand of the instructions that load a table register: limit, then base. */
struct table_register {
  u16 limit;
  u32 base;
} __attribute__((packed));

static void load_gdt(linear_t base) {
  struct table_register gdtr = {FIRST_RESERVED_GDT_BYTE + PAGE_SIZE - 1, base};
  asm volatile("lgdt %0" : : "m"(gdtr));
}

static void load_segments(void) {
  asm volatile("ljmp %0, $1f\n1:\n\t"
               "mov %1, %%ds\n\tmov %1, %%es\n\tmov %1, %%ss\n\t"
               "mov %2, %%fs\n\tmov %2, %%gs"
               :
               : "i"(VMM_CS), "r"(VMM_DS), "r"(0)
               : "memory");
}

void idt_set(u32 vector, u32 offset, u32 dpl) {
  idt[vector] = gate(VMM_CS, offset, GATE_INTERRUPT, dpl);
}

void descriptors_init(void) {
  tss.ss0 = VMM_DS;
  tss.trace_iobase = sizeof(tss) << 16; /* no I/O bitmap: ports trap */
  reserved_gdt[RESERVED(VMM_TSS_SEL)] = system_descriptor(&tss, sizeof(tss) - 1, SYSTEM_TSS);
  /* Only the reserved page of the idle GDT is ever read. */
  load_gdt((linear_t)reserved_gdt - FIRST_RESERVED_GDT_BYTE);
  load_segments();
  asm volatile("ltr %w0" : : "r"(VMM_TSS_SEL));
  asm volatile("lldt %w0" : : "r"(0));
  struct table_register idtr = {sizeof(idt) - 1, (u32)idt};
  asm volatile("lidt %0" : : "m"(idtr));
}

static void load_direct_gate(struct vcpu *v) {
  idt[DIRECT_TRAP] = (u32)v->arch.direct_gate; /* its lower word: not present yet */
  descriptors_set_stack(v, v->arch.kernel_ss, v->arch.kernel_sp);
}

/*
 * int 0x80 goes from ring 3 straight to ring 1 only if the guest does not want events masked on entry, which
 * a gate cannot do. It never goes into a code segment of the VMM: the processor checks the segment's DPL and
 * not the selector's RPL.
 */
void descriptors_load_direct_trap(struct vcpu *v) {
  const struct trap_info *trap = &v->traps[DIRECT_TRAP];
  const bool direct =
      trap->address && trap->cs & ~3 && !(trap->flags & TRAP_MASK_EVENTS) && gate_selector_ok(trap->cs);
  v->arch.direct_gate = direct ? gate(trap->cs, trap->address, GATE_TRAP, trap->flags & TRAP_DPL_MASK) : 0;
  load_direct_gate(v);
}

void descriptors_load_ldt(struct vcpu *v) {
  if (v->arch.ldt_ents == 0) {
    asm volatile("lldt %w0" : : "r"(0));
    return;
  }
  const void *base = (const void *)(gdt_area(v->arch.area) + LDT_PAGE * PAGE_SIZE);
  reserved_gdt[RESERVED(VMM_LDT_SEL)] = system_descriptor(base, v->arch.ldt_ents * 8 - 1, SYSTEM_LDT);
  asm volatile("lldt %w0" : : "r"(VMM_LDT_SEL));
}

void descriptors_load_cr4(struct vcpu *v) {
  const u32 cr4 = read_cr4(), wanted = (cr4 & ~CR4_GUEST) | v->arch.cr4;
  if (cr4 != wanted) write_cr4(wanted);
}

void descriptors_load(struct vcpu *v) {
  descriptors_load_cr4(v);
  tss.esp0 = (u32)&v->regs->es;
  load_gdt(gdt_area(v->arch.area));
  descriptors_load_ldt(v);
  load_direct_gate(v);
}
