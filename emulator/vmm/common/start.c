/* Makes domains from the boot modules. */
#include "vmm/start.h"

#include "vmm/arch.h"
#include "vmm/boot.h"
#include "vmm/domain.h"
#include "vmm/image.h"
#include "vmm/log.h"
#include "vmm/string.h"

/*
 * The memory of a domain if `mem=` gives no other size. It is the same on every machine, and small because
 * each page has to be cleared.
 */
#define DEFAULT_MIB 16

/* How many pages more the VMM needs for a domain: its stack, tables, and the P2M list while it is built. */
#define OVERHEAD_PAGES 64

/* On a small machine, the domains that are still to be built share the memory that is left. */
static u32 pages_for_domain(u32 domains_to_come) {
  const char *option = boot_option("mem"), *unit = "";
  u32 mib = option ? string_number(option, &unit) : DEFAULT_MIB;
  if (*unit == 'G' || *unit == 'g') mib <<= 10;
  u32 wanted = mib << (20 - PAGE_SHIFT), share = arch_free_pages() / domains_to_come;
  return share > OVERHEAD_PAGES ? min(wanted, share - OVERHEAD_PAGES) : 0;
}

/* Starts a domain. Returns NULL, or the reason why it cannot. */
static const char *start_domain(u32 index) {
  const struct boot_module *module = &boot_info.modules[index];
  static struct image image;
  memset(&image, 0, sizeof(image));
  image.file = (struct image_file){module->start, module->end - module->start};
  const char *problem = image_parse(&image);
  if (!problem) problem = image_read_notes(&image);
  if (problem) return problem;
  struct domain *d = domain_create(index);
  if (d == NULL) return "not enough memory";
  d->max_pages = pages_for_domain(boot_info.module_count - index);
  problem = arch_build_domain(d, &image, module->arguments);
  if (problem)
    domain_abandon(d);
  else
    domain_start(d);
  return problem;
}

/* Checks what the first domain cannot do without. */
static void check_request(void) {
  char problem[64];
  const char *vcpus = boot_option("vcpus");
  if (boot_info.module_count == 0) domain_not_started(0, "the loader passed no module to be its kernel");
  if (vcpus && string_number(vcpus, NULL) != MAX_DOMAIN_VCPUS) {
    format_text(problem, sizeof(problem), "a domain has %u vCPU, not %u", MAX_DOMAIN_VCPUS,
                string_number(vcpus, NULL));
    domain_not_started(0, problem);
  }
}

static void name_those_without_room(void) {
  char problem[64];
  format_text(problem, sizeof(problem), "there is room for %u domains, not for %u", BOOT_MODULES_MAX,
              boot_info.modules_passed);
  for (u32 i = BOOT_MODULES_MAX; i < boot_info.modules_passed; i++)
    domain_not_started(i, problem);
}

void start_domains(void) {
  check_request();
  for (u32 i = 0; i < boot_info.module_count; i++) {
    const char *problem = start_domain(i);
    if (problem) domain_not_started(i, problem);
  }
  name_those_without_room();
  for (u32 i = 0; i < boot_info.module_count; i++)
    arch_free_module(&boot_info.modules[i]);
}
