/*
 * pv/crash: what a domain cannot survive. The word on its command line chooses how it
 * ends, the first way where there is none; the VMM's log says why, and another domain
 * would go on.
 *
 * Verdict: failure: the machine ends with 1, the console with the line "crash: WORD".
 */
#include "guest.h"
#include "print.h"

#define NOWHERE   0x70000000u /* mapped by nobody */
#define VMM_STACK 0xf6900800u /* in the VMM's own image */
#define RING0_CS  0xe008u
#define CALLBACK  0x1000u /* never reached */

/* Takes the frame of a bounced trap. This is never reached. */
static void handler(void) {
  for (;;)
    continue;
}

static void register_breakpoint(void) {
  struct trap_info traps[] = {{3, 3, FLAT_RING1_CS, (u32)handler}, {0, 0, 0, 0}};

  HYPERCALL1(set_trap_table, (u32)traps);
}

static void trap_with_stack(u32 esp) {
  register_breakpoint();
  asm volatile("movl %0, %%esp; int3" : : "r"(esp) : "memory");
}

static void trap_nowhere(void) {
  trap_with_stack(NOWHERE);
}

static void trap_onto_vmm(void) {
  trap_with_stack(VMM_STACK);
}

static void return_from(u32 esp) {
  asm volatile("movl %0, %%esp; movl %1, %%eax; int %2"
               :
               : "r"(esp), "i"(HYPERCALL_iret), "i"(HYPERCALL_VECTOR));
}

static void return_from_nowhere(void) {
  return_from(NOWHERE);
}

static void return_to_ring0(void) {
  static u32 frame[] = {0, (u32)handler, RING0_CS, 0x200};

  return_from((u32)frame);
}

/* An event for a guest that has registered no callback. */
static void event_without_callback(void) {
  struct shared_info *shared;
  struct evtchn_bind_ipi bind = {.vcpu = 0};
  static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
  u32 entry = start_info->shared_info | 3;

  HYPERCALL4(update_va_mapping, (u32)page, entry, 0, UVMF_INVLPG);
  shared = (struct shared_info *)page;
  HYPERCALL2(event_channel_op, EVTCHNOP_bind_ipi, (u32)&bind);
  shared->evtchn_mask[0] = 0;
  shared->vcpu_info[0].evtchn_upcall_mask = 0;
  HYPERCALL2(event_channel_op, EVTCHNOP_send, (u32) & (struct evtchn_send){bind.port});
}

/*
 * Descriptors that are wrong for a stack, after a null descriptor: small segments of ring 1, with limits of
 * 16 bits.
 */
static u64 segments[PAGE_SIZE / 8] __attribute__((aligned(PAGE_SIZE))) = {
    [1] = 0x00cfb2000000ffffull, /* writable: what the stack segment is at first */
};
#define STACK_SELECTOR 0x9u
#define READ_ONLY      0x00cfb0000000ffffull
#define CODE           0x00cfba000000ffffull
#define RING3          0x00cff2000000ffffull

/* A stack segment that is changed while it is loaded. The next return to this kernel cannot load it. */
static void spoil_stack(u64 descriptor) {
  u32 mfn = mfn_of(segments), at = mfn << PAGE_SHIFT | STACK_SELECTOR >> 3 << 3;

  HYPERCALL4(set_callbacks, FLAT_RING1_CS, 0, FLAT_RING1_CS, CALLBACK);
  HYPERCALL4(update_va_mapping, (u32)segments, mfn << PAGE_SHIFT | 1, mfn >> 20, UVMF_INVLPG);
  HYPERCALL2(set_gdt, (u32)&mfn, ARRAY_LENGTH(segments));
  asm volatile("mov %0, %%ss" : : "r"(STACK_SELECTOR));
  HYPERCALL4(update_descriptor, at, mfn >> 20, (u32)descriptor, (u32)(descriptor >> 32));
}

static void read_only_stack(void) {
  spoil_stack(READ_ONLY);
}

static void code_as_stack(void) {
  spoil_stack(CODE);
}

static void stack_of_ring3(void) {
  spoil_stack(RING3);
}

/* A return that is impossible, with a failsafe callback where there is no code. */
static void failsafe_as(u32 cs, u32 eip) {
  static u32 frame[] = {0, (u32)handler, FLAT_RING3_CS, 0x200, 0x2000, 0};

  HYPERCALL4(set_callbacks, FLAT_RING1_CS, 0, cs, eip);
  return_from((u32)frame);
}

static void failsafe_in_data(void) {
  u32 mfn = mfn_of(segments);

  HYPERCALL4(update_va_mapping, (u32)segments, mfn << PAGE_SHIFT | 1, mfn >> 20, UVMF_INVLPG);
  HYPERCALL2(set_gdt, (u32)&mfn, ARRAY_LENGTH(segments));
  failsafe_as(STACK_SELECTOR, CALLBACK);
}

static void failsafe_beyond_limit(void) {
  failsafe_as(FLAT_RING1_CS, GUEST_SEGMENT_END + 1u);
}

static void own_wish(void) {
  domain_shutdown(SHUTDOWN_crash);
}

static const struct {
  const char *word;
  void (*end)(void);
} ends[] = {
    {"trap-nowhere", trap_nowhere},
    {"trap-onto-vmm", trap_onto_vmm},
    {"return-from-nowhere", return_from_nowhere},
    {"return-to-ring0", return_to_ring0},
    {"event-without-callback", event_without_callback},
    {"read-only-stack", read_only_stack},
    {"code-as-stack", code_as_stack},
    {"stack-of-ring3", stack_of_ring3},
    {"failsafe-in-data", failsafe_in_data},
    {"failsafe-beyond-limit", failsafe_beyond_limit},
    {"own-wish", own_wish},
};

static bool equal(const char *left, const char *right) {
  while (*left && *left == *right)
    left++, right++;
  return *left == *right;
}

void kernel_main(void) {
  const char *word = start_info->cmd_line[0] ? start_info->cmd_line : ends[0].word;

  for (u32 i = 0; i < ARRAY_LENGTH(ends); i++)
    if (equal(word, ends[i].word)) {
      printk("crash: %s\n", ends[i].word);
      ends[i].end();
      printk("still there\n");
    }
  printk("crash: no such way\n");
}
