/*
 * costs: how many instructions the VMM executes for each of the operations that a
 * kernel makes most. Each is made until its figure stays the same.
 *
 * Verdict: a line for each, `name: instructions`.
 */
#include "guest.h"
#include "print.h"

#define P       1ull
#define W       2ull
#define A       0x20ull
#define UPDATES 512
#define CALLS   101
#define ROUNDS  4

volatile struct shared_info shared __attribute__((aligned(4096)));
static u8 page[PAGE_SIZE] __attribute__((aligned(4096))), other[PAGE_SIZE] __attribute__((aligned(4096)));
static u64 table[512] __attribute__((aligned(4096)));
static struct mmu_update updates[UPDATES];
static struct multicall_entry calls[CALLS];

/* entry.S */
u32 count_nothing(u32 a, u32 b, u32 c, u32 d), count_version(u32 a, u32 b, u32 c, u32 d);
u32 count_stack_switch(u32 a, u32 b, u32 c, u32 d), count_update_va_mapping(u32 a, u32 b, u32 c, u32 d);
u32 count_mmu_update(u32 a, u32 b, u32 c, u32 d), count_multicall(u32 a, u32 b, u32 c, u32 d);
u32 count_iret(u32 a, u32 b, u32 c, u32 d), count_page_fault(u32 a, u32 b, u32 c, u32 d);
u32 count_int(u32 a, u32 b, u32 c, u32 d), count_event(u32 a, u32 b, u32 c, u32 d);
extern char page_fault_entry[], int_entry[], event_entry[];

typedef u32 (*counted_fn)(u32 a, u32 b, u32 c, u32 d);

/* The last figure: the first ones are those of a VMM that does something for the first time. */
static u32 count(counted_fn fn, u32 a, u32 b, u32 c, u32 d) {
  u32 figure = 0;

  for (u32 i = 0; i < ROUNDS; i++)
    figure = fn(a, b, c, d);
  return figure;
}

static void report(const char *name, u32 figure) {
  printk("%s: %u\n", name, figure);
}

static u64 pte(const void *address, u64 flags) {
  return (u64)mfn_of(address) << PAGE_SHIFT | flags;
}

static void start(void) {
  struct trap_info traps[] = {
      {14, 0, FLAT_RING1_CS, (u32)page_fault_entry}, {0x81, 1, FLAT_RING1_CS, (u32)int_entry}, {0}};

  HYPERCALL1(set_trap_table, (u32)traps);
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, (u32)event_entry, FLAT_RING1_CS, 0);
  HYPERCALL4(update_va_mapping, (u32)&shared, start_info->shared_info | 3, 0, UVMF_INVLPG);
}

static void calls_alone(void) {
  report("null hypercall", count(count_version, XENVER_version, 0, 0, 0));
  report("stack_switch", count(count_stack_switch, FLAT_RING1_SS, 0x1000, 0, 0));
  report("iret hypercall", count(count_iret, 0, 0, 0, 0));
}

static void calls_in_lists(void) {
  for (u32 i = 0; i < CALLS; i++)
    calls[i] = (struct multicall_entry){HYPERCALL_xen_version, 0, {XENVER_version}};
  const u32 one = count(count_multicall, (u32)calls, 1, 0, 0),
            all = count(count_multicall, (u32)calls, CALLS, 0, 0);
  report("multicall, per call", (all - one + CALLS - 2) / (CALLS - 1));
}

/* One entry whose flags change, back and forth. */
static void mappings(void) {
  u32 most = 0;

  for (u32 i = 0; i < 2 * ROUNDS; i++) {
    const u64 entry = pte(page, i & 1 ? P | W : P);
    const u32 figure = count_update_va_mapping((u32)page, (u32)entry, 0, UVMF_INVLPG);
    if (i >= 2 && figure > most) most = figure;
  }
  report("update_va_mapping, write access toggled", most);
  for (u32 i = 0; i < 2 * ROUNDS; i++) {
    const u64 entry = pte(page, i & 1 ? P | W : P | W | A);
    most = count_update_va_mapping((u32)page, (u32)entry, 0, UVMF_NONE);
  }
  report("update_va_mapping, accessed bit toggled", most);
}

static u32 batch(u64 even, u64 odd) {
  for (u32 i = 0; i < UPDATES; i++)
    updates[i] = (struct mmu_update){pte(table, 0) + i * 8, i & 1 ? odd : even};
  return count_mmu_update((u32)updates, UPDATES, 0, DOMID_SELF);
}

/* The dearest of the rounds, in which each entry becomes what the other kind was. */
static void report_batch(const char *name, u64 one, u64 two) {
  u32 most = 0;

  for (u32 i = 0; i < ROUNDS; i++) {
    const u32 figure = i & 1 ? batch(one, two) : batch(two, one);
    if (i > 0 && figure > most) most = figure;
  }
  report(name, (most + UPDATES - 1) / UPDATES);
}

static void batches(void) {
  struct mmuext_op pin = {.cmd = MMUEXT_PIN_L1_TABLE};

  pin.arg1.mfn = mfn_of(table);
  HYPERCALL4(update_va_mapping, (u32)table, (u32)pte(table, P), 0, UVMF_INVLPG);
  HYPERCALL4(mmuext_op, (u32)&pin, 1, 0, DOMID_SELF);
  report_batch("mmu_update of 512, accessed bit toggled, per entry", pte(page, P), pte(page, P | A));
  report_batch("mmu_update of 512, write access toggled, per entry", pte(page, P), pte(page, P | W));
  report_batch("mmu_update of 512, frame replaced, per entry", pte(page, P | W), pte(other, P | W));
  report_batch("mmu_update of 512, mapped and unmapped, per entry", pte(page, P | W), 0);
}

static void events(void) {
  struct evtchn_bind_ipi bind = {.vcpu = 0};

  HYPERCALL2(event_channel_op, EVTCHNOP_bind_ipi, (u32)&bind);
  struct evtchn_send send = {bind.port};
  shared.evtchn_mask[0] = ~(1u << bind.port);
  shared.vcpu_info[0].evtchn_upcall_mask = 0;
  report("event sent, upcall, IRET", count(count_event, EVTCHNOP_send, (u32)&send, 0, 0));
}

void kernel_main(void) {
  start();
  report("nothing", count(count_nothing, 0, 0, 0, 0));
  calls_alone();
  calls_in_lists();
  mappings();
  batches();
  report("#PF bounced", count(count_page_fault, 0, 0, 0, 0));
  report("int n bounced", count(count_int, 0, 0, 0, 0));
  events();
}
