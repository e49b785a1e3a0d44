/*
 * pv/crash: what a domain cannot survive. The word on its command line chooses how it
 * ends; the VMM's log says why, and another domain would go on.
 *
 * Verdict: failure: the machine ends with 1, the console with the line "crash: WORD".
 */
#include "guest.h"
#include "print.h"

#define NOWHERE   0x70000000u /* mapped by nobody */
#define VMM_STACK 0xf6900800u /* in the VMM's own image */
#define RING0_CS  0xe008u

/* Takes the frame of a bounced trap; never reached. */
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

/* An event for a guest that never said where to take it. */
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
    {"own-wish", own_wish},
};

static bool equal(const char *left, const char *right) {
  while (*left && *left == *right)
    left++, right++;
  return *left == *right;
}

void kernel_main(void) {
  for (u32 i = 0; i < ARRAY_LENGTH(ends); i++)
    if (equal(start_info->cmd_line, ends[i].word)) {
      printk("crash: %s\n", ends[i].word);
      ends[i].end();
      printk("still there\n");
    }
  printk("crash: no such way\n");
}
