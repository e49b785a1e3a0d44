/* repeat: string instructions that take many iterations, on a page that is there and on one that is not. */
typedef unsigned int u32;
typedef unsigned short u16;

struct gate {
  u16 low, selector, kind, high;
};

char page[4096];
volatile u32 faults;

static struct gate idt[32];
static u32 directory[1024] __attribute__((aligned(4096)));
static u32 table[1024] __attribute__((aligned(4096)));

/* The page after the identity map's first 4 MiB but one is missing until it is touched. */
#define MISSING ((char *)0x3ff000)

void page_fault(void);
__asm__(".text\n"
        ".globl page_fault\n"
        "page_fault:\n"
        "  push %eax\n"
        "  movl table_at, %eax\n"
        "  movl $0x3ff003, 0xffc(%eax)\n"
        "  invlpg 0x3ff000\n"
        "  incl faults\n"
        "  pop %eax\n"
        "  add $4, %esp\n"
        "  iret\n");
u32 *table_at = table;

__attribute__((noinline)) void fill(char *to, u32 count) {
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"('x') : "memory");
}

__attribute__((noinline)) void paging(void) {
  struct {
    u16 limit;
    void *base;
  } __attribute__((packed)) idtr = {sizeof(idt) - 1, idt};
  u16 cs;
  __asm__ volatile("mov %%cs, %0" : "=r"(cs));
  idt[14] = (struct gate){(u16)(u32)page_fault, cs, 0x8e00, (u16)((u32)page_fault >> 16)};
  __asm__ volatile("lidt %0" ::"m"(idtr));
  for (u32 i = 0; i < 1023; i++)
    table[i] = i << 12 | 3;
  directory[0] = (u32)table | 3;
  __asm__ volatile("mov %0, %%cr3; mov %%cr0, %%eax; or $0x80000000, %%eax; mov %%eax, %%cr0" ::"r"(directory)
                   : "eax");
}

void kernel_main(void) {
  paging();
  fill(page, sizeof(page));
  fill(MISSING - 64, 128);
}
