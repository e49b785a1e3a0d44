#include "rings.h"
#include "selectors.h"

#define VECTOR_PAGE_FAULT  14u
#define VECTOR_SYSTEM_CALL 0x80u
#define VECTOR_BACK        0x81u
#define VECTORS            0x82u

#define RIGHTS_KERNEL_CODE 0x9bu
#define RIGHTS_KERNEL_DATA 0x93u
#define RIGHTS_USER_CODE   0xfbu
#define RIGHTS_USER_DATA   0xf3u
#define RIGHTS_TSS         0x89u
#define RIGHTS_GATE        0x8e00u
#define RIGHTS_USER_GATE   0xee00u

struct descriptor {
  u32 low, high;
};

struct table_register {
  u16 limit;
  void *base;
} __attribute__((packed));

/* Only what a change to ring 0 reads is named. */
struct tss {
  u32 back_link, esp0, ss0, rest[22];
  u16 trap, io_map;
};

_Static_assert(sizeof(struct tss) == 104, "a 32-bit TSS has 104 bytes");

static struct descriptor gdt[SELECTOR_TSS / 8 + 1];
static struct descriptor idt[VECTORS];
static struct tss tss;
static u8 trap_stack[8192] __attribute__((aligned(16)));

void page_fault_gate(void);
void system_call_gate(void);
void back_gate(void);

__attribute__((weak)) void on_system_call(struct trap_frame *frame) {
  (void)frame;
  __builtin_trap();
}

__attribute__((weak)) void on_page_fault(struct trap_frame *frame) {
  (void)frame;
  __builtin_trap();
}

static struct descriptor flat(u32 rights) {
  return (struct descriptor){0x0000ffff, 0x00cf0000 | rights << 8};
}

static void set_gate(u32 vector, void (*handler)(void), u32 rights) {
  u32 offset = (u32)handler;

  idt[vector] =
      (struct descriptor){SELECTOR_KERNEL_CODE << 16 | (offset & 0xffff), (offset & 0xffff0000) | rights};
}

static void fill_gdt(void) {
  u32 base = (u32)&tss;

  gdt[SELECTOR_KERNEL_CODE / 8] = flat(RIGHTS_KERNEL_CODE);
  gdt[SELECTOR_KERNEL_DATA / 8] = flat(RIGHTS_KERNEL_DATA);
  gdt[SELECTOR_USER_CODE / 8] = flat(RIGHTS_USER_CODE);
  gdt[SELECTOR_USER_DATA / 8] = flat(RIGHTS_USER_DATA);
  gdt[SELECTOR_TSS / 8] = (struct descriptor){base << 16 | (sizeof tss - 1),
                                              (base & 0xff000000) | RIGHTS_TSS << 8 | (base >> 16 & 0xff)};
}

void rings_init(void) {
  struct table_register gdtr = {sizeof gdt - 1, gdt}, idtr = {sizeof idt - 1, idt};

  fill_gdt();
  set_gate(VECTOR_PAGE_FAULT, page_fault_gate, RIGHTS_GATE);
  set_gate(VECTOR_SYSTEM_CALL, system_call_gate, RIGHTS_USER_GATE);
  set_gate(VECTOR_BACK, back_gate, RIGHTS_USER_GATE);
  tss.esp0 = (u32)(trap_stack + sizeof trap_stack);
  tss.ss0 = SELECTOR_KERNEL_DATA;
  tss.io_map = sizeof tss;
  asm volatile("lgdt %0" : : "m"(gdtr));
  asm volatile("lidt %0" : : "m"(idtr));
  asm volatile("ljmp %0, $1f\n"
               "1:\n\t"
               "movl %1, %%ds\n\t"
               "movl %1, %%es\n\t"
               "movl %1, %%fs\n\t"
               "movl %1, %%gs\n\t"
               "movl %1, %%ss\n\t"
               "ltr %w2"
               :
               : "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA), "r"(SELECTOR_TSS)
               : "memory");
}
