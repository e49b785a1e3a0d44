/* Data in the page of running code: a loop counts in words that lie after its own instructions. */
#include "bench.h"

#define STEPS  AMOUNT(8000000, 300000)
#define WORDS  64u
#define OFFSET 2048u

/* u32 routine(u32 steps, u32 *words): each step writes one of the words in turn. */
asm(".pushsection .rodata\n"
    "codestore_begin:\n\t"
    "pushl %ebx\n\t"
    "movl 8(%esp), %ecx\n\t"
    "movl 12(%esp), %edx\n\t"
    "xorl %eax, %eax\n"
    "1:\n\t"
    "movl %ecx, %ebx\n\t"
    "andl $63, %ebx\n\t"
    "roll $3, %eax\n\t"
    "addl %ecx, %eax\n\t"
    "movl %eax, (%edx,%ebx,4)\n\t"
    "decl %ecx\n\t"
    "jnz 1b\n\t"
    "popl %ebx\n\t"
    "ret\n"
    "codestore_end:\n"
    ".popsection\n");

extern const u8 codestore_begin[], codestore_end[];

static u8 page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

u32 bench_kernel(void) {
  u32 (*routine)(u32 steps, u32 * words) = (u32(*)(u32, u32 *))(u32)page;
  u32 *words = (u32 *)(page + OFFSET);
  u32 sum = 0;

  for (u32 i = 0; codestore_begin + i < codestore_end; i++)
    page[i] = codestore_begin[i];
  sum = routine(STEPS, words);
  for (u32 i = 0; i < WORDS; i++)
    sum = sum * 31 + words[i];
  return sum;
}
