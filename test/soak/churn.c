/*
 * Code that never stays: functions are generated, run until they are hot, patched, and run again, in a pool
 * that is used anew all the time; every few rounds an address space is made in which the function lies
 * elsewhere, and thrown away. A "q" typed at COM1 ends it.
 */
typedef unsigned char u8;
typedef unsigned int u32;

#define PAGE_SIZE   4096u
#define ENTRY_FLAGS 7u /* present, writable, user */

/* RAM: tables below the pool, the pool of generated code, then the tables of address spaces, all mapped to
 * themselves. */
#define RAM_TABLES   16u
#define POOL_START   0x01000000u
#define POOL_BYTES   0x00800000u
#define SPACES_START 0x02000000u
#define SPACES       256u
/* Where address spaces have their window: 512 MiB from 1 GiB on. */
#define WINDOW_START 0x40000000u
#define WINDOW_PAGES 0x20000u

#define SLOT_BYTES      256u
#define LONGEST_BODY    24u
#define STEPS           4000u
#define ROUNDS_IN_SPACE 8u

void kernel_main(void);

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 ram_tables[RAM_TABLES][1024] __attribute__((aligned(4096)));
static u32 state = 0x2545f491;

static u32 random(void) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static void out(u32 port, u8 value) {
  asm volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}

static u8 in(u32 port) {
  u8 value;

  asm volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static void load_directory(const u32 *new) {
  asm volatile("movl %0, %%cr3" : : "r"(new) : "memory");
}

static void paging_on(void) {
  for (u32 n = 0; n < RAM_TABLES * 1024; n++)
    ram_tables[n / 1024][n % 1024] = n * PAGE_SIZE | ENTRY_FLAGS;
  for (u32 n = 0; n < RAM_TABLES; n++)
    directory[n] = (u32)ram_tables[n] | ENTRY_FLAGS;
  load_directory(directory);
  asm volatile("movl %%cr0, %%eax\n\torl $0x80000000, %%eax\n\tmovl %%eax, %%cr0" : : : "eax", "memory");
}

static u8 *put(u8 *at, u32 value, u32 bytes) {
  for (; bytes > 0; bytes--, value >>= 8)
    *at++ = value;
  return at;
}

/*
 * u32 function(u32 steps, u32 value): ECX counts down, EAX is worked on by a random row of ADD, XOR, SUB and
 * ROL. The constant of the first is at function + PATCHED.
 */
#define PATCHED 9u

static void generate(u8 *at) {
  at = put(at, 0x04244c8b, 4); /* movl 4(%esp), %ecx */
  at = put(at, 0x0824448b, 4); /* movl 8(%esp), %eax */
  u8 *loop = at;
  at = put(put(at, 0x05, 1), random(), 4); /* addl $n, %eax */
  for (u32 n = random() % LONGEST_BODY; n > 0; n--) {
    static const u8 opcodes[] = {0x05, 0x35, 0x2d};
    u32 choice = random() % 4;
    if (choice < 3)
      at = put(put(at, opcodes[choice], 1), random(), 4);
    else
      at = put(put(at, 0xc0c1, 2), random() % 31 + 1, 1);
  }
  at = put(at, 0x7549, 2); /* decl %ecx; jnz loop */
  at = put(at, (u32)(loop - at - 1), 1);
  put(at, 0xc3, 1); /* ret */
}

static u32 call(u32 function, u32 value) {
  return ((u32(*)(u32, u32))function)(STEPS, value);
}

/* Runs the function where a new address space has its page. */
static u32 call_in_space(u32 number, u32 function, u32 value) {
  u32 *space = (u32 *)(SPACES_START + number % SPACES * 2 * PAGE_SIZE), *table = space + 1024;
  u32 page = WINDOW_START / PAGE_SIZE + random() % WINDOW_PAGES;

  for (u32 n = 0; n < 1024; n++)
    space[n] = directory[n], table[n] = 0;
  table[page % 1024] = (function & ~(PAGE_SIZE - 1)) | ENTRY_FLAGS;
  space[page / 1024] = (u32)table | ENTRY_FLAGS;
  load_directory(space);
  value = call(page * PAGE_SIZE + function % PAGE_SIZE, value);
  load_directory(directory);
  return value;
}

static int wanted(void) {
  return !(in(0x3fd) & 1) || in(0x3f8) != 'q';
}

void kernel_main(void) {
  u32 value = 1;

  paging_on();
  for (u32 round = 0; wanted(); round++) {
    u32 function = POOL_START + random() % (POOL_BYTES / SLOT_BYTES) * SLOT_BYTES;
    generate((u8 *)function);
    value = call(function, value);
    *(volatile u32 *)(function + PATCHED) = random();
    value = call(function, value);
    if (round % ROUNDS_IN_SPACE == 0) value = call_in_space(round / ROUNDS_IN_SPACE, function, value);
  }
  out(0xf4, 0);
}
