/*
 * Segment limits keep ring 1 out of ring 0. Paging cannot do that, because both rings are supervisor. The
 * guest's segments end below the VMM, so that even a mapped address there cannot be formed. This is shown
 * only if the argument "limits" asks for it, because QEMU does not check limits: there the VMM's memory can
 * be read.
 */
#include "kernel.h"
#include "print.h"
#include "probe.h"
#include "string.h"

/* The VMM's code is mapped from here on. */
#define VMM_IMAGE ((const void *)0xf6900000)

static bool has_argument(const char *word) {
  size_t length = strlen(word);

  for (const char *rest = start_info->cmd_line; *rest != '\0'; rest++)
    if (memcmp(rest, word, length) == 0) return true;
  return false;
}

void show_limits(void) {
  if (!has_argument("limits")) return;
  printk("limits: read the machine-to-physical table\n");
  probe_report(probe_read((const void *)MACH2PHYS_VIRT_START));
  printk("limits: read behind the segments' end\n");
  probe_report(probe_read((const void *)(GUEST_SEGMENT_END - 2)));
  printk("limits: read the VMM's code\n");
  probe_report(probe_read(VMM_IMAGE));
}
