/* The segments that a guest's selectors name. */
#include "public/layout.h"
#include "vmm/domain.h"
#include "x86/desc.h"

#define FLAT_ENTRIES 7 /* Of the reserved page: null, the VMM's two, and four for guests. */

bool gate_selector_ok(u32 selector) {
  return selector >> 3 < FIRST_RESERVED_GDT_ENTRY || selector == FLAT_RING1_CS || selector & 4;
}

desc_t selector_descriptor(struct vcpu *v, u32 selector) {
  const u32 index = selector >> 3;
  const bool local = selector & 4, reserved = !local && index >= FIRST_RESERVED_GDT_ENTRY;
  const u32 entries = local      ? v->arch.ldt_ents
                      : reserved ? FIRST_RESERVED_GDT_ENTRY + FLAT_ENTRIES
                                 : v->arch.gdt_ents;
  if (index >= entries || !(selector & ~3)) return 0;
  const desc_t *table = (const desc_t *)(gdt_area(v->arch.area) + (local ? LDT_PAGE * PAGE_SIZE : 0));
  return table[index] & DESC_P ? table[index] : 0;
}

bool selector_base_of(struct vcpu *v, u32 selector, u32 *base) {
  const desc_t desc = selector_descriptor(v, selector);
  *base = desc_base(desc);
  return desc != 0;
}

/* IRET to an outer ring requires RPL and DPL of both segments to be that ring (Intel SDM vol. 2A). */
const char *return_problem(struct vcpu *v, u32 cs, u32 eip, u32 ss) {
  desc_t code = selector_descriptor(v, cs), stack = selector_descriptor(v, ss);
  u64 ring = DESC_DPL(cs & 3);
  if (!(code & DESC_P) || !(code & DESC_S) || !(code & DESC_IS_CODE)) return "its CS names no code segment";
  if ((code & DESC_DPL(3)) != ring) return "its CS is of another ring than its selector says";
  if (eip > desc_limit(code)) return "its EIP lies beyond the code segment";
  if (!(stack & DESC_P) || !(stack & DESC_S) || (stack & (DESC_IS_CODE | DESC_DATA)) != DESC_DATA)
    return "its SS names no writable segment";
  if ((ss & 3) != (cs & 3) || (stack & DESC_DPL(3)) != ring) return "its SS is of another ring";
  return NULL;
}
