/* How a domain ends. What it held is released later, from the idle context (domain.c). */
#include "vmm/arch.h"
#include "vmm/console.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/log.h"
#include "vmm/runqueue.h"
#include "vmm/trace.h"

#define REASON_MAX 200

static bool any_crashed, any_not_started;

static void domain_end(struct domain *d) {
  d->dying = true;
  sched_wanted = true; /* before the guest runs again */
  domains_dying++;
  console_drain(d);
  console_flush(d);
  guest_log_end(d);
}

void domain_crash(struct domain *d, const char *format, ...) {
  char reason[REASON_MAX];
  if (d->dying) return;
  __builtin_va_list args;
  __builtin_va_start(args, format);
  format_args(reason, sizeof(reason), format, args);
  __builtin_va_end(args);
  log_line("d%u: crashed: %s", d->id, reason);
  for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++)
    if (d->vcpu[i]) arch_log_guest(d->vcpu[i]);
  trace_domain_crash(d, reason);
  any_crashed = true;
  domain_end(d);
  if (d->privileged) arch_power_off(END_DOMAIN_CRASHED);
}

void domain_shutdown(struct domain *d, u32 reason) {
  static const char *const names[] = {"power-off", "reboot", "suspend", "crash", "watchdog"};
  if (reason == SHUTDOWN_crash || reason == SHUTDOWN_watchdog || reason >= ARRAY_LENGTH(names))
    return domain_crash(d, "the guest ended itself: %s",
                        reason < ARRAY_LENGTH(names) ? names[reason] : "unknown reason");
  log_line("d%u: %s", d->id, names[reason]);
  domain_end(d);
}

void domain_not_started(u32 id, const char *reason) {
  log_line("d%u: cannot be started: %s", id, reason);
  trace_domain_crash(NULL, reason);
  any_not_started = true;
  if (id == 0) arch_power_off(END_NOT_STARTED);
}

void domains_ended(void) {
  if (any_crashed) arch_power_off(END_DOMAIN_CRASHED);
  arch_power_off(any_not_started ? END_NOT_STARTED : END_POWER_OFF);
}
