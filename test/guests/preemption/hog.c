/*
 * hog: a domain that makes the longest hypercalls there are,
 * and says what became of each. A word on its command line chooses the kind.
 *
 * Each kind is made of operations that cannot be done twice without a trace: pinning a
 * pinned table is refused, each event channel has a number of its own.
 */
#include "guest.h"
#include "print.h"

#define P            1ull
#define W            2ull
#define LIST         4096
#define CALLS        512
#define L1S          512
#define HEAVY_TABLES (1 + L1S) /* an L2 and its L1s */

typedef u64 table_t[512] __attribute__((aligned(4096)));

static struct mmu_update updates[LIST];
static struct mmuext_op operations[LIST];
static struct multicall_entry calls[CALLS];
static struct trap_info traps[0x20000];
static char text[400000];
static table_t spare, small, directory, last_l2, heavy[HEAVY_TABLES];

static volatile struct shared_info shared __attribute__((aligned(4096)));
static volatile struct vcpu_info *const vcpu = &shared.vcpu_info[0];
static volatile u32 upcalls;

extern char event_entry[];
void event(void);
asm(".text; event_entry: pushal; cld; call event; popal; jmp hypercall_page + 23 * 32");

static u64 tsc(void) {
  u64 ticks;

  asm volatile("rdtsc" : "=A"(ticks));
  return ticks;
}

static u64 pte(const volatile void *page, u64 flags) {
  return (u64)mfn_of(page) << PAGE_SHIFT | flags;
}

static int protect(const volatile void *page, u64 flags) {
  const u64 entry = pte(page, flags);

  return HYPERCALL4(update_va_mapping, (u32)page, (u32)entry, (u32)(entry >> 32), UVMF_INVLPG);
}

static int extended(u32 command, const volatile void *page) {
  struct mmuext_op op = {.cmd = command};

  op.arg1.mfn = mfn_of(page);
  return HYPERCALL4(mmuext_op, (u32)&op, 1, 0, DOMID_SELF);
}

static int set_entry(u64 machine, u64 value) {
  struct mmu_update update = {.ptr = machine, .val = value};

  return HYPERCALL4(mmu_update, (u32)&update, 1, 0, DOMID_SELF);
}

/* The entries alternate: read-only, writable. What the last one says is seen where it is. */
static void fill_updates(void) {
  for (u32 i = 0; i < LIST; i++)
    updates[i] = (struct mmu_update){pte(small, 0) + i % 512 * 8, pte(spare, i & 1 ? P | W : P)};
}

static void mmu_update(void) {
  u32 done = 0x55555555;

  protect(small, P);
  extended(MMUEXT_PIN_L1_TABLE, small);
  fill_updates();
  updates[LIST - 1].val = 1ull << 40 | P;
  for (u32 round = 0; round < 16; round++) {
    int result = HYPERCALL4(mmu_update, (u32)updates, LIST, (u32)&done, DOMID_SELF);
    if (result != -XEN_EINVAL || done != LIST - 1) printk("round %u: %d, done %u\n", round, result, done);
  }
  printk("mmu_update of %u entries, the last one bad: EINVAL after %u\n", LIST, done);
  printk("entries %s\n",
         small[510] == pte(spare, P) && small[509] == pte(spare, P | W) ? "as written" : "WRONG");
}

/* A table that is pinned cannot be pinned again, one that is not cannot be unpinned. */
static void mmuext_op(void) {
  u32 done = 0;

  protect(small, P);
  for (u32 i = 0; i < LIST; i++) {
    operations[i].cmd = i & 1 ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE;
    operations[i].arg1.mfn = mfn_of(small);
  }
  int result = HYPERCALL4(mmuext_op, (u32)operations, LIST, (u32)&done, DOMID_SELF);
  printk("mmuext_op of %u pins and unpins: %d, done %u\n", LIST, result, done);
  /* What the long call had done is not taken from the next one. */
  printk("then a pin: %d\n", extended(MMUEXT_PIN_L1_TABLE, small));
  printk("and again: %d\n", extended(MMUEXT_PIN_L1_TABLE, small));
}

/* Long calls and short ones; each binding has the next port. */
static void multicall(void) {
  static struct evtchn_bind_ipi bindings[CALLS];
  u32 wrong = 0, ports = 0;

  protect(small, P);
  extended(MMUEXT_PIN_L1_TABLE, small);
  fill_updates();
  for (u32 i = 0; i < CALLS; i++) {
    const struct multicall_entry update = {
        HYPERCALL_mmu_update, 7, {(u32)updates, LIST / 8, 0, DOMID_SELF, 0, 0}};
    const struct multicall_entry bind = {
        HYPERCALL_event_channel_op, 7, {EVTCHNOP_bind_ipi, (u32)&bindings[i], 0, 0, 0, 0}};
    calls[i] = i & 1 ? bind : update;
  }
  int result = HYPERCALL2(multicall, (u32)calls, CALLS);
  for (u32 i = 0; i < CALLS; i++) {
    wrong += calls[i].result != 0;
    wrong += !(i & 1) && (calls[i].args[0] != (u32)updates || calls[i].args[1] != LIST / 8);
    ports += i & 1 && bindings[i].port == bindings[1].port + i / 2;
  }
  printk("multicall of %u: %d, entries wrong %u, ports in a row %u\n", CALLS, result, wrong, ports);
}

/* An L2 whose 512 L1s are full. */
static void make_heavy(void) {
  for (u32 l1 = 0; l1 < L1S; l1++) {
    for (u32 i = 0; i < 512; i++)
      heavy[1 + l1][i] = pte(spare, i & 1 ? P | W : P);
    heavy[0][l1] = pte(heavy[1 + l1], P);
  }
  for (u32 i = 0; i < HEAVY_TABLES; i++)
    protect(heavy[i], P);
}

static void pin(void) {
  make_heavy();
  for (u32 round = 0; round < 2; round++) {
    printk("pin an L2 of %u L1s: %d\n", L1S, extended(MMUEXT_PIN_L2_TABLE, heavy[0]));
    printk("again: %d\n", extended(MMUEXT_PIN_L2_TABLE, heavy[0]));
    printk("unpin: %d\n", extended(MMUEXT_UNPIN_TABLE, heavy[0]));
    printk("its last L1 is writable again: %d\n", protect(heavy[L1S], P | W));
    printk("and read-only: %d\n", protect(heavy[L1S], P));
  }
}

/* The references of 511 L1s are taken, then dropped. */
static void refused(void) {
  make_heavy();
  protect(heavy[0], P | W);
  heavy[0][511] = 1ull << 40 | P;
  protect(heavy[0], P);
  for (u32 round = 0; round < 2; round++) {
    printk("pin an L2 whose last entry is bad: %d\n", extended(MMUEXT_PIN_L2_TABLE, heavy[0]));
    printk("it is writable again: %d\n", protect(heavy[0], P | W));
    printk("and read-only: %d\n", protect(heavy[0], P));
  }
}

static void slot(void) {
  const u64 entry = (u64)mfn_of((void *)start_info->pt_base) << PAGE_SHIFT | 8;

  make_heavy();
  for (u32 round = 0; round < 2; round++) {
    printk("an L2 of %u L1s into slot 1 of the L3: %d\n", L1S, set_entry(entry, pte(heavy[0], P)));
    printk("out of it: %d\n", set_entry(entry, 0));
    printk("its first L1 is writable again: %d\n", protect(heavy[1], P | W));
    printk("and read-only: %d\n", protect(heavy[1], P));
  }
}

static void write_cr3(u32 mfn) {
  asm volatile("movl %0, %%cr3" : : "r"(xen_pfn_to_cr3(mfn)) : "memory");
}

/* A second address space with the same kernel: entered and left, it is made valid and taken apart. */
static void address_space(void) {
  const u64 *base = (const u64 *)start_info->pt_base;

  make_heavy();
  for (u32 i = 0; i < 3; i++)
    directory[i] = base[i];
  directory[1] = pte(heavy[0], P);
  directory[3] = pte(last_l2, P);
  protect(directory, P);
  protect(last_l2, P);
  for (u32 round = 0; round < 2; round++) {
    write_cr3(mfn_of(directory));
    printk("in the second address space: %d\n", protect(heavy[1], P | W) != 0);
    write_cr3(mfn_of(base));
    printk("back: %d\n", protect(heavy[1], P | W));
    protect(heavy[1], P);
  }
}

static void trap_table(void) {
  const u32 count = ARRAY_LENGTH(traps) - 1;

  for (u32 i = 0; i < count; i++)
    traps[i] = (struct trap_info){(u8)i, 0, FLAT_RING1_CS, 0x1000 + i};
  printk("set_trap_table of %u: %d\n", count, HYPERCALL1(set_trap_table, (u32)traps));
}

static void console(void) {
  for (u32 i = 0; i < sizeof(text); i++)
    text[i] = i % 100 == 99 ? '\n' : (char)('a' + i / 100 % 26);
  printk("console_io: %d\n", HYPERCALL3(console_io, CONSOLEIO_write, sizeof(text), (u32)text));
}

/* Time as the VMM counts it, in nanoseconds, while it fits into 31 bits. */
static u32 system_time(void) {
  const volatile struct vcpu_time_info *time = &vcpu->time;
  const u32 ticks = (u32)(tsc() - time->tsc_timestamp);

  return (u32)((u64)(ticks << time->tsc_shift) * time->tsc_to_system_mul >> 32);
}

static void set_alarm(void) {
  HYPERCALL2(set_timer_op, system_time() + 500000, 0);
}

void event(void) {
  upcalls++;
  vcpu->evtchn_upcall_pending = 0;
  vcpu->evtchn_pending_sel = 0;
  shared.evtchn_pending[0] = 0;
  set_alarm();
}

static void listen(void) {
  struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER};

  HYPERCALL4(update_va_mapping, (u32)&shared, start_info->shared_info | 3, 0, UVMF_INVLPG);
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, (u32)event_entry, FLAT_RING1_CS, 0);
  HYPERCALL2(event_channel_op, EVTCHNOP_bind_virq, (u32)&bind);
  shared.evtchn_mask[0] = ~(1u << bind.port);
  vcpu->evtchn_upcall_mask = 0;
  set_alarm();
}

/* An alarm each half millisecond, whose handler makes hypercalls too. No register but EAX may change. */
static void events(void) {
  u32 a = HYPERCALL_mmuext_op, b = (u32)operations, c = LIST, d = 0, si = DOMID_SELF, di = 0x12345678;

  listen();
  protect(small, P);
  for (u32 i = 0; i < LIST; i++) {
    operations[i].cmd = i & 1 ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE;
    operations[i].arg1.mfn = mfn_of(small);
  }
  upcalls = 0;
  asm volatile("int $0x82" : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(si), "+D"(di) : : "memory");
  printk("an interrupted mmuext_op: %d, registers %s, upcalls meanwhile: %s\n", a,
         b == (u32)operations && c == LIST && d == 0 && si == DOMID_SELF && di == 0x12345678 ? "kept"
                                                                                             : "LOST",
         upcalls > 50 ? "many" : "FEW");
}

/* A number with progress in it, from a guest that was not interrupted, is a number that nobody serves. */
static void forged(void) {
  u32 a = 1u << 31 | 5 << 6 | HYPERCALL_xen_version, b = 0, c = 0;

  asm volatile("int $0x82" : "+a"(a), "+b"(b), "+c"(c) : : "memory");
  printk("a forged continuation: %d\n", a);
}

/* Ends with its tables full: somebody has to take them apart. */
static void end(void) {
  make_heavy();
  printk("pin an L2 of %u L1s: %d\n", L1S, extended(MMUEXT_PIN_L2_TABLE, heavy[0]));
}

static const struct {
  const char *word;
  void (*run)(void);
} kinds[] = {
    {"mmu_update", mmu_update}, {"mmuext_op", mmuext_op},
    {"multicall", multicall},   {"pin", pin},
    {"refused", refused},       {"slot", slot},
    {"address", address_space}, {"traps", trap_table},
    {"console", console},       {"end", end},
    {"events", events},         {"forged", forged},
};

static bool same(const char *a, const char *b) {
  while (*a && *a == *b)
    a++, b++;
  return *a == *b;
}

void kernel_main(void) {
  for (u32 i = 0; i < ARRAY_LENGTH(kinds); i++) {
    if (!same(start_info->cmd_line, kinds[i].word)) continue;
    const u64 start = tsc();
    kinds[i].run();
    printk("done in %u ms\n", (u32)(tsc() - start) / 1000000);
  }
}
