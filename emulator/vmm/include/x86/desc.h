/* Descriptors: the GDT, IDT and TSS of the VMM, and the GDT and LDT of guests. */
#ifndef X86_DESC_H
#define X86_DESC_H

#include "public/layout.h"
#include "public/trap.h"
#include "vmm/domain.h"
#include "vmm/types.h"

typedef u64 desc_t;

#define DESC_P        (1ull << 47)
#define DESC_S        (1ull << 44)
#define DESC_DPL(dpl) ((u64)(dpl) << 45)
#define DESC_CODE     (0xaull << 40) /* readable */
#define DESC_DATA     (0x2ull << 40) /* writable */
#define DESC_IS_CODE  (0x8ull << 40)
#define DESC_ACCESSED (1ull << 40)
/* In a data segment: expand-down. In a code segment: conforming. */
#define DESC_EXPAND_DOWN_OR_CONFORMING (1ull << 42)
#define DESC_WRITABLE_OR_READABLE      (1ull << 41)
#define DESC_EXECUTABLE                (1ull << 43)
#define DESC_BIG                       (1ull << 54)
#define DESC_PAGES                     (1ull << 55)

#define GATE_INTERRUPT 0x0e
#define GATE_TRAP      0x0f

/* Only the first 26 words of a 32-bit TSS (vol. 3A, 7.2.1) are used. */
struct tss {
  u32 link;
  u32 esp0, ss0, esp1, ss1, esp2, ss2;
  u32 unused[18];
  u32 trace_iobase;
};

/* Page 14 of every GDT: the descriptors of the VMM, and the flat ones of guests. */
#define GDT_RESERVED_ENTRIES 512
extern desc_t reserved_gdt[GDT_RESERVED_ENTRIES];
#define DIRECT_TRAP 0x80

extern struct tss tss;
extern desc_t idt[256];

void descriptors_init(void);
/* Sets an interrupt gate of the VMM. idt_init sets all of them. */
void idt_set(u32 vector, u32 offset, u32 dpl);
void idt_init(void);
/* Points the processor at the vCPU's GDT, LDT, ring-0 and ring-1 stacks and int 0x80 gate. */
void descriptors_load(struct vcpu *v);
/* Takes up a change in the trap table of the running vCPU. */
void descriptors_load_direct_trap(struct vcpu *v);
void descriptors_load_ldt(struct vcpu *v);

/* The GDT area of a vCPU: 14 pages of the guest and the reserved page, then 16 pages of its LDT. */
#define LDT_PAGE  16
#define LDT_PAGES 16
linear_t gdt_area(u32 area);
bool gdt_area_init(u32 area, const desc_t *reserved_page);
void gdt_area_map(u32 area, u32 page, mfn_t mfn);
void gdt_area_clear(u32 area, u32 page);
/* Drops the guest's GDT frames. */
void gdt_release(struct vcpu *v);
void ldt_release(struct vcpu *v);
int set_ldt(struct vcpu *v, u32 linear, u32 entries);

/* A segment's base, and its highest offset in bytes. */
u32 desc_base(desc_t desc);
u32 desc_limit(desc_t desc);
/*
 * Makes a guest's descriptor harmless: DPL >= 1, end below the VMM. False for a kind that guests may not
 * have.
 */
bool descriptor_fix(desc_t *desc);
/* The bits of CR4 that are the guest's. */
void descriptors_load_cr4(struct vcpu *v);
/* The descriptor that a guest's selector names, or 0 if there is none. The flat ones are found too. */
desc_t selector_descriptor(struct vcpu *v, u32 selector);
/* The base of a guest's selector, by its tables. False if there is no such segment. */
bool selector_base_of(struct vcpu *v, u32 selector, u32 *base);
always_inline bool selector_base(struct vcpu *v, u32 selector, u32 *base) {
  *base = 0;
  return selector == FLAT_RING1_DS || selector_base_of(v, selector, base);
}
/*
 * NULL, or the reason why the processor would refuse to return from ring 0 to cs:eip with this stack segment.
 */
const char *return_problem(struct vcpu *v, u32 cs, u32 eip, u32 ss);
static inline u32 selector_raise(u32 selector) {
  return selector & 3 ? selector : selector | 1;
}
/* Whether the selector may be put into a gate. */
bool gate_selector_ok(u32 selector);

/* Sets the kernel stack of the running vCPU. */
always_inline void descriptors_set_stack(struct vcpu *v, u32 ss, u32 esp) {
  v->arch.kernel_ss = tss.ss1 = ss;
  v->arch.kernel_sp = tss.esp1 = esp;
  /*
   * The gate's upper word makes it present. It is never present with a stack in the VMM's region, which the
   * segment limits of some machines would not stop.
   */
  ((u32 *)&idt[DIRECT_TRAP])[1] = esp > HYPERVISOR_VIRT_START ? 0 : ((u32 *)&v->arch.direct_gate)[1];
}

#endif
