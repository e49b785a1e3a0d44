/*
 * Events: what a guest has in place of interrupts. Bits in a page that it shares with the
 * VMM say which of its channels (ports) are pending and which are masked; a byte masks
 * them all. When one arrives that is not masked the VMM interrupts the guest at the
 * callback that it registered: an upcall.
 */
#include "kernel.h"
#include "print.h"

/* The guest maps the frame that start_info names in place of this page's. */
static volatile struct shared_info shared __attribute__((aligned(PAGE_SIZE)));
static volatile struct vcpu_info *const vcpu_info = &shared.vcpu_info[0];

_Static_assert(sizeof(struct shared_info) <= PAGE_SIZE, "one page is shared");

static u32 timer_port;
volatile u32 timer_events;

static void set_bit(volatile u32 *words, u32 bit) {
  asm volatile("lock; btsl %1, %0" : "+m"(*words) : "Ir"(bit) : "memory");
}

static void clear_bit(volatile u32 *words, u32 bit) {
  asm volatile("lock; btrl %1, %0" : "+m"(*words) : "Ir"(bit) : "memory");
}

static bool timer_pending(void) {
  return shared.evtchn_pending[timer_port / 32] >> (timer_port % 32) & 1;
}

void events_mask(void) {
  vcpu_info->evtchn_upcall_mask = 1;
}

bool events_masked(void) {
  return vcpu_info->evtchn_upcall_mask != 0;
}

/* Events that came while the mask was set are delivered on the way out of any hypercall. */
void events_unmask(void) {
  vcpu_info->evtchn_upcall_mask = 0;
  if (vcpu_info->evtchn_upcall_pending) HYPERCALL2(xen_version, XENVER_version, 0);
}

/*
 * System time in nanoseconds: the time that the VMM noted at some TSC value, plus what the TSC has counted
 * since.
 */
static u64 system_time(void) {
  volatile struct vcpu_time_info *time = &vcpu_info->time;
  u32 version, mul;
  u64 base, delta;

  do {
    version = time->version;
    delta = __builtin_ia32_rdtsc() - time->tsc_timestamp;
    delta = time->tsc_shift >= 0 ? delta << time->tsc_shift : delta >> -time->tsc_shift;
    mul = time->tsc_to_system_mul;
    base = time->system_time;
  } while ((version & 1) || version != time->version);
  return base + (u64)(u32)(delta >> 32) * mul + ((u64)(u32)delta * mul >> 32);
}

void timer_set(u32 microseconds) {
  u64 deadline = system_time() + microseconds * 1000;

  HYPERCALL2(set_timer_op, (u32)deadline, (u32)(deadline >> 32));
}

static void deliver(u32 port) {
  clear_bit(shared.evtchn_pending, port);
  if (port != timer_port) panic("an event on a port that is not bound");
  timer_events++;
  printk("  timer event\n");
  task_timer_event();
}

/* The VMM masked events when it came here, and the return unmasks them. */
void event_upcall(struct trap_frame *frame) {
  printk("  upcall: cs %08x, eflags %08x\n", frame->cs, frame->eflags & ~EFLAGS_VARYING);
  while (vcpu_info->evtchn_upcall_pending) {
    vcpu_info->evtchn_upcall_pending = 0;
    vcpu_info->evtchn_pending_sel = 0;
    for (u32 port = 0; port < NR_EVENT_CHANNELS; port++) {
      u32 ready = shared.evtchn_pending[port / 32] & ~shared.evtchn_mask[port / 32];

      if (ready >> (port % 32) & 1) deliver(port);
    }
  }
}

static int bind_timer(void) {
  struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER, .vcpu = 0};
  int result = HYPERCALL2(event_channel_op, EVTCHNOP_bind_virq, (u32)&bind);

  if (result == 0) timer_port = bind.port;
  return result;
}

static int unmask_port(u32 port) {
  struct evtchn_unmask unmask = {.port = port};

  return HYPERCALL2(event_channel_op, EVTCHNOP_unmask, (u32)&unmask);
}

void events_init(void) {
  if (map_page(&shared, pte_of(start_info->shared_info >> PAGE_SHIFT, PTE_PRESENT | PTE_WRITE)) != 0)
    panic("the shared page");
  if (bind_timer() != 0) panic("VIRQ_TIMER");
  unmask_port(timer_port);
}

static void show(const char *what, int result) {
  printk("events: %s: %d (%s)\n", what, result, errno_name(result));
}

static void show_all_masked(void) {
  printk("events: all are masked; setting the timer\n");
  timer_set(100);
  while (!timer_pending())
    ;
  printk("events: the timer's is pending, upcalls so far: %u; unmasking\n", timer_events);
  events_unmask();
  printk("events: unmasked\n");
}

static void show_port_masked(void) {
  printk("events: the timer's is masked; setting the timer\n");
  set_bit(shared.evtchn_mask, timer_port);
  timer_set(100);
  while (!timer_pending())
    ;
  printk("events: it is pending; unmasking\n");
  unmask_port(timer_port);
  printk("events: unmasked\n");
}

/* Block unmasks events itself, so that none is missed in between. */
static void show_block(void) {
  printk("events: blocking until the timer\n");
  events_mask();
  timer_set(100);
  HYPERCALL2(sched_op, SCHEDOP_block, 0);
  printk("events: awake\n");
}

/* Poll waits for ports without an upcall. The caller has to clear the pending bit. */
static void show_poll(void) {
  struct sched_poll poll = {.ports = (u32)&timer_port, .nr_ports = 1, .timeout = 0};
  int result;

  printk("events: polling for the timer's, masked\n");
  set_bit(shared.evtchn_mask, timer_port);
  timer_set(100);
  result = HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&poll);
  show(timer_pending() ? "it is pending" : "it is not pending", result);
  clear_bit(shared.evtchn_pending, timer_port);
  unmask_port(timer_port);
}

void show_events(void) {
  show("bind VIRQ_TIMER a second time", bind_timer());
  show("unmask port 5000", unmask_port(5000));
  show_all_masked();
  show_port_masked();
  show_block();
  show_poll();
}
