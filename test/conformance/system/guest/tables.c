/* The descriptor tables: a canonical content that each case finds and may spoil. */
#include "harness.h"
#include "selectors.h"

enum {
  ACCESSED = 0x01,
  WRITABLE = 0x02,   /* or readable code */
  CONFORMING = 0x04, /* or expand-down data */
  EXECUTABLE = 0x08,
  SEGMENT = 0x10,
  PRESENT = 0x80,
  DATA = PRESENT | SEGMENT | WRITABLE,
  CODE = DATA | EXECUTABLE,
  TSS32 = PRESENT | 9,
  TSS32_BUSY = PRESENT | 11,
  LDT_TYPE = PRESENT | 2,
  CALL_GATE = PRESENT | 12,
  CALL_GATE16 = PRESENT | 4,
  TASK_GATE_TYPE = PRESENT | 5,
  INTERRUPT_GATE = PRESENT | 14,
  TRAP_GATE = PRESENT | 15,
  INTERRUPT_GATE16 = PRESENT | 6,
};

#define DPL(ring) ((ring) << 5)
#define BIG       0x4
#define GRANULAR  0x8
#define FLAT      (BIG | GRANULAR)

#define CR0_RESET 0x00000011u /* PE and ET */

struct tss {
  u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
  u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
  u32 es, cs, ss, ds, fs, gs, ldt;
  u16 trap, io_map;
  u8 io_bits[17];
};

static struct descriptor gdt[BEYOND / 8] __attribute__((aligned(16)));
static struct descriptor ldt[2] __attribute__((aligned(16)));
static struct descriptor idt[INT_LAST + 1] __attribute__((aligned(16)));
struct tss tss, task;

extern u8 stubs[], stub_size[], inner_stack0_top[], inner_stack1_top[], task_stack_top[];
extern void gate_target(void), ring1_handler(void), handler16(void), task_entry(void);

static struct descriptor segment(u32 base, u32 limit, u32 access, u32 flags) {
  return (struct descriptor){
      .low = (base << 16) | (limit & 0xffff),
      .high = (base & 0xff000000) | ((base >> 16) & 0xff) | (limit & 0xf0000) | (access << 8) | (flags << 20),
  };
}

static struct descriptor gate(u32 selector, u32 offset, u32 access, u32 count) {
  return (struct descriptor){
      .low = (selector << 16) | (offset & 0xffff),
      .high = (offset & 0xffff0000) | (access << 8) | count,
  };
}

static void set(u32 selector, struct descriptor descriptor) {
  gdt[selector / 8] = descriptor;
}

void tables_set(u32 selector, struct descriptor descriptor) {
  set(selector, descriptor);
}

void tables_set_gate(u32 vector, struct descriptor descriptor) {
  idt[vector] = descriptor;
}

void tables_set_inner_stack(u32 ss) {
  tss.ss1 = ss;
}

static void set_segments(void) {
  const u32 all = 0xfffff;

  set(CODE0, segment(0, all, CODE, FLAT));
  set(DATA0, segment(0, all, DATA, FLAT));
  set(CODE1, segment(0, all, CODE | DPL(1), FLAT));
  set(DATA1, segment(0, all, DATA | DPL(1), FLAT));
  set(CODE3, segment(0, all, CODE | DPL(3), FLAT));
  set(DATA3, segment(0, all, DATA | DPL(3), FLAT));
  set(CONFORMING0, segment(0, all, CODE | CONFORMING, FLAT));
  set(CONFORMING3, segment(0, all, CODE | CONFORMING | DPL(3), FLAT));
  set(EXECUTE0, segment(0, all, CODE & ~WRITABLE, FLAT));
  set(READ0, segment(0, all, DATA & ~WRITABLE, FLAT));
  set(READ1, segment(0, all, (DATA & ~WRITABLE) | DPL(1), FLAT));
  set(READ3, segment(0, all, (DATA & ~WRITABLE) | DPL(3), FLAT));
  set(ABSENT_DATA, segment(0, all, DATA & ~PRESENT, FLAT));
  set(ABSENT_DATA3, segment(0, all, (DATA & ~PRESENT) | DPL(3), FLAT));
  set(ABSENT_CODE, segment(0, all, CODE & ~PRESENT, FLAT));
  set(ABSENT_CODE3, segment(0, all, (CODE & ~PRESENT) | DPL(3), FLAT));
  set(SHORT_CODE, segment(0, 0xfff, CODE, BIG));
  set(SHORT_CODE3, segment(0, 0xfff, CODE | DPL(3), BIG));
  set(SHORT_DATA, segment(KERNEL_BASE, 0xfff, DATA, BIG));
  set(SHORT_STACK1, segment((u32)inner_stack1_top - 64, 15, DATA | DPL(1), BIG));
  set(DOWN_DATA, segment(KERNEL_BASE, 0xfff, DATA | CONFORMING, BIG));
  set(STACK16, segment(0, 0xffff, DATA, 0));
  set(KERNEL_CODE, segment(KERNEL_BASE, all, CODE, FLAT));
}

static void set_system(void) {
  set(TSS, segment((u32)&tss, sizeof(tss) - 1, TSS32, 0));
  set(TASK, segment((u32)&task, 0x67, TSS32 | DPL(3), 0));
  set(ABSENT_TSS, segment((u32)&task, 0x67, TSS32 & ~PRESENT, 0));
  set(SHORT_TSS, segment((u32)&task, 0x66, TSS32, 0));
  set(BUSY_TSS, segment((u32)&task, 0x67, TSS32_BUSY, 0));
  set(LDT, segment((u32)ldt, sizeof(ldt) - 1, LDT_TYPE, 0));
  set(GATE0, gate(CODE0, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE1, gate(CODE1, (u32)gate_target, CALL_GATE | DPL(3), 2));
  set(GATE_DPL0, gate(CODE0, (u32)gate_target, CALL_GATE, 0));
  set(GATE_ABSENT, gate(CODE0, (u32)gate_target, (CALL_GATE & ~PRESENT) | DPL(3), 0));
  set(GATE_NULL, gate(0, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE_DATA, gate(DATA0, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE_BEYOND, gate(BEYOND, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE_CONFORMING, gate(CONFORMING0, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE_CODE_ABSENT, gate(ABSENT_CODE, (u32)gate_target, CALL_GATE | DPL(3), 0));
  set(GATE_16, gate(KERNEL_CODE, (u32)gate_target - KERNEL_BASE, CALL_GATE16 | DPL(3), 1));
  set(TASK_GATE, gate(TASK, 0, TASK_GATE_TYPE | DPL(3), 0));
  ldt[1] = segment(0, 0xfffff, DATA, FLAT);
}

static void set_idt(void) {
  for (u32 vector = 0; vector <= INT_LAST; vector++)
    idt[vector] = gate(CODE0, (u32)stubs + vector * (u32)stub_size, INTERRUPT_GATE, 0);
  idt[INT_DONE] = gate(CODE0, (u32)stubs + INT_DONE * (u32)stub_size, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_RING1] = gate(CODE1, (u32)ring1_handler, TRAP_GATE | DPL(3), 0);
  idt[INT_ABSENT] = gate(CODE0, 0, (INTERRUPT_GATE & ~PRESENT) | DPL(3), 0);
  idt[INT_NO_GATE] = gate(CODE0, 0, CALL_GATE | DPL(3), 0);
  idt[INT_NULL] = gate(0, 0, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_BEYOND_GDT] = gate(BEYOND, 0, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_DATA] = gate(DATA0, 0, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_CODE_ABSENT] = gate(ABSENT_CODE, 0, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_SHORT] = gate(SHORT_CODE, 0x1000, INTERRUPT_GATE | DPL(3), 0);
  idt[INT_16] = gate(KERNEL_CODE, (u32)handler16 - KERNEL_BASE, INTERRUPT_GATE16 | DPL(3), 0);
  idt[INT_CONFORMING] = gate(CONFORMING0, (u32)gate_target, TRAP_GATE | DPL(3), 0);
  idt[INT_TASK] = gate(TASK, 0, TASK_GATE_TYPE | DPL(3), 0);
  idt[INT_LESS_PRIVILEGED] = gate(CODE3, 0, INTERRUPT_GATE | DPL(3), 0);
}

static void set_tasks(void) {
  tss = (struct tss){
      .esp0 = (u32)inner_stack0_top, .ss0 = DATA0, .esp1 = (u32)inner_stack1_top, .ss1 = DATA1 | 1};
  tss.io_map = 104;
  for (u32 byte = 0; byte < sizeof(tss.io_bits); byte++)
    tss.io_bits[byte] = 0xff;
  tss.io_bits[0x40 / 8] = 0xf0; /* ports 0x40-0x43 are allowed */
  task = (struct tss){.eip = (u32)task_entry, .eflags = 2, .esp = (u32)task_stack_top};
  task.eax = 0x7a5c0001;
  task.es = task.ss = task.ds = DATA0;
  task.cs = CODE0;
  task.io_map = 104;
}

void tables_reset(void) {
  struct {
    u16 limit;
    const void *base;
  } __attribute__((packed)) gdtr = {sizeof(gdt) - 1, gdt}, idtr = {sizeof(idt) - 1, idt};

  set_segments();
  set_system();
  set_idt();
  set_tasks();
  asm volatile("movl %0, %%cr0" : : "r"(CR0_RESET));
  asm volatile("movl %0, %%cr4" : : "r"(0));
  asm volatile("lgdt %0\n\tlidt %1" : : "m"(gdtr), "m"(idtr));
  asm volatile("ljmp %0, $1f\n1:" : : "i"(CODE0));
  asm volatile("movw %w0, %%ds\n\tmovw %w0, %%es\n\tmovw %w0, %%ss" : : "r"(DATA0));
  asm volatile("lldt %w0\n\tltr %w1" : : "r"(0), "r"(TSS));
}
