/* The lines of the log that a guest causes. */
#include "vmm/guest_log.h"

#include "vmm/boot.h"
#include "vmm/clock.h"
#include "vmm/domain.h"
#include "vmm/log.h"
#include "vmm/string.h"

#define AT_ONCE  400
#define LINE_NS  50000000u /* one line each 50 ms: 20 a second */
#define UNIT_SEC (1000000000u / LINE_NS)

static bool is_unlimited(void) {
  const char *option = boot_option("guest-log");
  return option && string_starts(option, "all");
}

/* Lets the share that the domain has used grow back, one line for each LINE_NS. */
static void work_off(struct guest_log *log) {
  u64 now = time_now();
  for (; log->used > 0 && now - log->counted >= LINE_NS; log->counted += LINE_NS)
    log->used--;
  if (log->used == 0) log->counted = now;
}

void guest_log_end(struct domain *d) {
  if (d->log.left_out == 0) return;
  log_line("d%u: %u lines were left out", d->id, d->log.left_out);
  d->log.left_out = 0;
}

void guest_log(struct domain *d, const char *what, const char *text) {
  struct guest_log *log = &d->log;
  work_off(log);
  if (log->used >= AT_ONCE && !is_unlimited()) {
    if (log->left_out++ == 0 && !log->told) {
      log->told = true;
      log_line("d%u: it says too much: from here on more than %u lines a second are left out", d->id,
               UNIT_SEC);
    }
    return;
  }
  guest_log_end(d);
  log_line("d%u: %s: %s", d->id, what, text);
  log->used++;
}
