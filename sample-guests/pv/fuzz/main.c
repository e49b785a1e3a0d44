/*
 * pv/fuzz: random hypercalls with arguments that are nearly right. The number on the command line is the
 * seed. Any answer of the VMM is allowed, and so is the domain's crash; a bug of the VMM or a lost reference
 * is not. After each thousand calls the VMM counts all references again, if `audit=` is on its command line.
 *
 * Verdict: the machine ends with 0 or 1, never with 2, which is also the end of an audit that finds a
 * difference. The last line tells how many audits there were.
 */
#include "guest.h"
#include "print.h"

#define CALLS     4000
#define AUDITED   1000
#define POOL      6
#define VMM_FRAME 0x100

static u32 pages[POOL][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static u32 state;

/* Xorshift, which gives the same calls for the same seed on every machine. */
static u32 next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static u32 below(u32 limit) {
  return next() % limit;
}

static u32 own_frame(void) {
  const u32 *pfn_to_mfn = (const u32 *)start_info->mfn_list;
  u32 tables = (start_info->pt_base >> PAGE_SHIFT) & 0x3ff;

  switch (below(4)) {
  case 0:
    return pfn_to_mfn[tables + below(start_info->nr_pt_frames)];
  case 1:
    return pfn_to_mfn[below(start_info->nr_pages)];
  default:
    return mfn_of(pages[below(POOL)]);
  }
}

static u32 some_frame(void) {
  static const u32 odd[] = {VMM_FRAME, VMM_FRAME + 7, 0xffffffff, 0x3fff};

  return below(8) ? own_frame() : odd[below(ARRAY_LENGTH(odd))];
}

static u32 some_address(void) {
  static const u32 odd[] = {
      0, 1, 0x70000000, HYPERVISOR_VIRT_START, HYPERVISOR_VIRT_START - 4, 0xf6900000, 0xfffffffc};

  if (below(8) == 0) return odd[below(ARRAY_LENGTH(odd))];
  return (u32)pages[below(POOL)] + (below(4) ? 0 : below(PAGE_SIZE));
}

static u64 some_entry(void) {
  u64 flags = below(2) ? 1 : next() & 0xfff;

  if (below(16) == 0) flags |= (u64)next() << 32;
  return flags | (u64)some_frame() << PAGE_SHIFT;
}

static void page_table_call(void) {
  struct mmu_update updates[3];
  u32 done;

  for (u32 i = 0; i < ARRAY_LENGTH(updates); i++) {
    updates[i].ptr =
        ((u64)some_frame() << PAGE_SHIFT) | (below(PAGE_SIZE / 8) * 8) | (below(4) ? 0 : below(8));
    updates[i].val = some_entry();
  }
  HYPERCALL4(mmu_update, (u32)updates, below(4), (u32)&done, below(16) ? DOMID_SELF : next() & 0x7fff);
}

static void mapping_call(void) {
  u64 entry = some_entry();

  HYPERCALL4(update_va_mapping, some_address(), (u32)entry, (u32)(entry >> 32), below(8));
}

static void extended_call(void) {
  struct mmuext_op operations[2];

  for (u32 i = 0; i < ARRAY_LENGTH(operations); i++) {
    operations[i].cmd = below(20);
    operations[i].arg1.mfn = operations[i].cmd == MMUEXT_SET_LDT ? some_address() : some_frame();
    operations[i].arg2.nr_ents = operations[i].cmd == MMUEXT_SET_LDT ? below(0x3000) : some_frame();
  }
  HYPERCALL4(mmuext_op, (u32)operations, below(3), 0, DOMID_SELF);
}

static void descriptor_call(void) {
  u32 frames[14];
  u64 at = (u64)some_frame() << PAGE_SHIFT | below(PAGE_SIZE);

  for (u32 i = 0; i < ARRAY_LENGTH(frames); i++)
    frames[i] = some_frame();
  if (below(2))
    HYPERCALL2(set_gdt, (u32)frames, below(4) ? below(1024) : next());
  else
    HYPERCALL4(update_descriptor, (u32)at, (u32)(at >> 32), next(), next());
}

static void event_call(void) {
  u32 argument[6];

  for (u32 i = 0; i < ARRAY_LENGTH(argument); i++)
    argument[i] = below(4) ? below(8) : next();
  HYPERCALL2(event_channel_op, below(16), below(8) ? (u32)argument : some_address());
}

/* Numbers from the whole range, but none that ends, stops or redirects this guest. */
static void wild_call(void) {
  static const u32 excluded = 1u << HYPERCALL_iret | 1u << HYPERCALL_sched_op | 1u << HYPERCALL_stack_switch |
                              1u << HYPERCALL_set_callbacks | 1u << HYPERCALL_callback_op |
                              1u << HYPERCALL_console_io | 1u << HYPERCALL_multicall;
  u32 nr = below(40), a, b = some_address(), c = next(), d = some_address();

  if (nr < 32 && excluded >> nr & 1) return;
  asm volatile("int %[vector]"
               : "=a"(a)
               : "0"(nr), "b"(b), "c"(c), "d"(d), "S"(next()),
                 "D"(some_address()), [vector] "i"(HYPERCALL_VECTOR)
               : "memory");
}

static void (*const calls[])(void) = {page_table_call, mapping_call, extended_call,
                                      descriptor_call, event_call,   wild_call};

/* Machines keep stale translations for different times. Without this flush their results would differ. */
static void flush_tlb(void) {
  struct mmuext_op operation = {.cmd = MMUEXT_TLB_FLUSH_LOCAL};

  HYPERCALL4(mmuext_op, (u32)&operation, 1, 0, DOMID_SELF);
}

static u32 seed(void) {
  u32 value = 0;

  for (const char *c = start_info->cmd_line; *c >= '0' && *c <= '9'; c++)
    value = value * 10 + (u32)(*c - '0');
  return value * 2654435761u + 1;
}

static int audit(void) {
  int result;

  asm volatile("int %[vector]"
               : "=a"(result)
               : "0"(HYPERCALL_audit), [vector] "i"(HYPERCALL_VECTOR)
               : "memory");
  return result;
}

void kernel_main(void) {
  u32 audits = 0;

  state = seed();
  for (u32 i = 1; i <= CALLS; i++) {
    calls[below(ARRAY_LENGTH(calls))]();
    flush_tlb();
    if (i % AUDITED == 0 && audit() == 0) audits++;
  }
  printk("pv/fuzz: done, after %u audits\n", audits);
}
