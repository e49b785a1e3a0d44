/* arrays: large arrays and what is nested in them, for a debugger that must not read them whole. */
typedef unsigned int u32;

struct page {
  u32 flags;
  struct page *next;
  int references;
};

struct large {
  char buffer[1 << 20];
  int tail;
};

char heap[64 << 20];
unsigned char cube[8][8][8][8][8];
struct page pages[1 << 20];
struct large larges[4];

__attribute__((noinline)) void stop(void) {
  __asm__ volatile("" ::: "memory");
}

void kernel_main(void) {
  char local[4096];

  for (u32 i = 0; i < sizeof(local); i++)
    local[i] = (char)i;
  heap[5] = 'x';
  heap[6] = local[7];
  pages[3].flags = 7;
  larges[1].tail = 9;
  cube[1][2][3][4][5] = 6;
  stop();
}
