#include "probe.h"
#include "print.h"

/* The table that the PROBE_END macro fills. The linker script marks its ends. */
extern const struct probe probes_start[], probes_end[];

const struct probe *probe_at(u32 eip) {
  for (const struct probe *probe = probes_start; probe < probes_end; probe++)
    if (eip == probe->instruction || eip == probe->resume) return probe;
  return NULL;
}

void probe_report(u32 refused) {
  printk("  %s\n", refused ? "refused" : "done");
}
