/* The VMM's gates. This file is above all the code to which they lead. */
#include "public/layout.h"
#include "x86/desc.h"

#define STUB_BYTES 16
#define STUBS      48

extern const u8 trap_stubs[], hypercall_gate[];

/* Guests may execute INT3 and INTO, and a guest kernel may use the hypercalls' vector. */
void idt_init(void) {
  for (u32 vector = 0; vector < STUBS; vector++)
    idt_set(vector, (u32)trap_stubs + vector * STUB_BYTES, vector == 3 || vector == 4 ? 3 : 0);
  idt_set(HYPERCALL_VECTOR, (u32)hypercall_gate, 1);
}
