/* Self-modifying code: a constant inside a loop is written anew before each run of the loop. */
#include "bench.h"

#define ROUNDS AMOUNT(75000, 300)
#define STEPS  1000

/* u32 routine(u32 steps, u32 value): ECX counts down, EAX is worked on. */
asm(".pushsection .rodata\n"
    "smc_begin:\n\t"
    "movl 4(%esp), %ecx\n\t"
    "movl 8(%esp), %eax\n"
    "1:\n\t"
    "addl $0x11223344, %eax\n"
    "smc_constant:\n\t"
    "roll $5, %eax\n\t"
    "xorl %ecx, %eax\n\t"
    "decl %ecx\n\t"
    "jnz 1b\n\t"
    "ret\n"
    "smc_end:\n"
    ".popsection\n");

extern const u8 smc_begin[], smc_constant[], smc_end[];

static u8 page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

u32 bench_kernel(void) {
  u32 (*routine)(u32 steps, u32 value) = (u32(*)(u32, u32))(u32)page;
  volatile u32 *constant = (volatile u32 *)(page + (smc_constant - smc_begin) - 4);
  u32 value = 1;

  for (u32 i = 0; smc_begin + i < smc_end; i++)
    page[i] = smc_begin[i];
  for (u32 round = 0; round < ROUNDS; round++) {
    *constant = value;
    value = routine(STEPS, value);
  }
  return value;
}
