/* Segmentation (SDM vol. 3A, chapter 3) and the task state segment (7.2). */
#include "kernel.h"
#include "string.h"

/* Access bytes: present, DPL, type. */
#define ACCESS_CODE    0x9a
#define ACCESS_DATA    0x92
#define ACCESS_TSS     0x89
#define ACCESS_RING3   0x60
#define FLAGS_4K_32BIT 0xc

static u64 gdt[6];

/* Only the stack for traps from ring 3 is used, because tasks are not switched by hardware. */
static struct {
  u32 link, esp0, ss0, unused[22];
  u16 trap, io_map_base;
} tss;

extern char trap_stack_top[];

static u64 descriptor(u32 base, u32 limit, u32 access, u32 flags) {
  u32 low = base << 16 | (limit & 0xffff);
  u32 high = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff);

  return (u64)high << 32 | low;
}

static void load_gdt(void) {
  struct {
    u16 limit;
    u32 base;
  } __attribute__((packed)) pointer = {sizeof(gdt) - 1, (u32)gdt};

  asm volatile("lgdt %0\n\t"
               "ljmp %1, $1f\n"
               "1:\tmovl %2, %%ds\n\t"
               "movl %2, %%es\n\t"
               "movl %2, %%fs\n\t"
               "movl %2, %%gs\n\t"
               "movl %2, %%ss"
               :
               : "m"(pointer), "i"(KERNEL_CS), "r"(KERNEL_DS)
               : "memory");
}

void segments_init(void) {
  gdt[KERNEL_CS >> 3] = descriptor(0, 0xfffff, ACCESS_CODE, FLAGS_4K_32BIT);
  gdt[KERNEL_DS >> 3] = descriptor(0, 0xfffff, ACCESS_DATA, FLAGS_4K_32BIT);
  gdt[USER_CS >> 3] = descriptor(0, 0xfffff, ACCESS_CODE | ACCESS_RING3, FLAGS_4K_32BIT);
  gdt[USER_DS >> 3] = descriptor(0, 0xfffff, ACCESS_DATA | ACCESS_RING3, FLAGS_4K_32BIT);
  gdt[KERNEL_TSS >> 3] = descriptor((u32)&tss, sizeof(tss) - 1, ACCESS_TSS, 0);
  load_gdt();

  memset(&tss, 0, sizeof(tss));
  tss.ss0 = KERNEL_DS;
  tss.esp0 = (u32)trap_stack_top;
  tss.io_map_base = sizeof(tss); /* beyond the limit: no port is open to ring 3 */
  asm volatile("ltr %w0" : : "r"(KERNEL_TSS));
}
