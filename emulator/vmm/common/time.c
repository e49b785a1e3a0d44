/* System time and the vCPUs' one-shot timers. */
#include "vmm/time.h"

#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/clock.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/runqueue.h"

static u64 slice_start, slice_end;
static bool slice_over; /* of the vCPU that runs, when timer_run looked last */
static u64 next_deadline;

/*
 * The scale never changes, so what is published need not change either: one point in time is enough for ever.
 */
void time_publish(struct vcpu *v) {
  struct vcpu_time_info *time = &v->info->time;
  if (time->version) return;
  time->tsc_timestamp = time_scale.base;
  time->system_time = 0;
  time->tsc_to_system_mul = time_scale.mul;
  time->tsc_shift = time_scale.shift;
  time->version = 2;
}

static void note_deadline(u64 deadline) {
  if (next_deadline == 0 || deadline < next_deadline) next_deadline = deadline;
}

static u64 now;

static void run_vcpu_timers(struct vcpu *v) {
  if (v->timer_armed) {
    if (v->timer_deadline <= now) {
      v->timer_armed = false;
      evtchn_send_virq(v, VIRQ_TIMER);
    } else {
      note_deadline(v->timer_deadline);
    }
  }
  if (v->blocked && v->polling && v->poll_deadline) {
    if (v->poll_deadline <= now)
      sched_wake(v);
    else
      note_deadline(v->poll_deadline);
  }
}

void timer_run(void) {
  now = time_now();
  next_deadline = 0;
  sched_for_each(run_vcpu_timers);
  const bool contended = current && sched_contended();
  slice_over = contended && slice_end <= now;
  if (slice_over)
    sched_wanted = true;
  else if (contended)
    note_deadline(slice_end);
  if (next_deadline) arch_timer_program(next_deadline - now);
}

bool timer_slice_over(void) {
  slice_end = min(slice_end, slice_start + WAKE_NS);
  timer_run();
  sched_wanted = false;
  return slice_over;
}

void timer_start_slice(void) {
  slice_start = time_now();
  slice_end = slice_start + SLICE_NS;
  timer_run();
}

/* set_timer_op(deadline in ns of system time, or 0 for none): raises VIRQ_TIMER at that time. */
int do_set_timer_op(u32 low, u32 high, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  current->timer_deadline = (u64)high << 32 | low;
  current->timer_armed = current->timer_deadline != 0;
  timer_run();
  return 0;
}
