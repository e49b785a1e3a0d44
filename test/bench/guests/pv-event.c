/* Events that the kernel sends to itself: each is a hypercall, an upcall on the way out of it, and the iret
 * hypercall. */
#include "pv.h"

#define ROUNDS AMOUNT(1500000, 3000)

/* Its frame is replaced by the one that start_info names. */
static volatile struct shared_info shared __attribute__((aligned(PAGE_SIZE)));
static struct evtchn_send send;
static u32 sum;

void on_trap(struct trap_frame *frame) {
  volatile struct vcpu_info *vcpu = &shared.vcpu_info[0];

  vcpu->evtchn_upcall_pending = 0;
  vcpu->evtchn_pending_sel = 0;
  for (u32 word = 0; word < NR_EVENT_CHANNELS / 32; word++) {
    u32 pending = shared.evtchn_pending[word] & ~shared.evtchn_mask[word];

    if (pending == 0) continue;
    shared.evtchn_pending[word] &= ~pending;
    sum = sum * 31 + pending + frame->vector;
  }
}

u32 bench_kernel(void) {
  struct evtchn_bind_ipi bind = {.vcpu = 0};
  struct evtchn_unmask unmask;
  u64 frame = start_info->shared_info | PTE_P | PTE_W;

  traps_init();
  HYPERCALL4(update_va_mapping, (u32)&shared, (u32)frame, (u32)(frame >> 32), UVMF_INVLPG);
  HYPERCALL2(event_channel_op, EVTCHNOP_bind_ipi, (u32)&bind);
  send.port = unmask.port = bind.port;
  HYPERCALL2(event_channel_op, EVTCHNOP_unmask, (u32)&unmask);
  shared.vcpu_info[0].evtchn_upcall_mask = 0;
  for (u32 round = 0; round < ROUNDS; round++)
    HYPERCALL2(event_channel_op, EVTCHNOP_send, (u32)&send);
  return sum;
}
