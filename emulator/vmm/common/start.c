/* From boot modules to domains. */
#include "vmm/start.h"

#include "vmm/arch.h"
#include "vmm/boot.h"
#include "vmm/domain.h"
#include "vmm/image.h"
#include "vmm/log.h"
#include "vmm/string.h"

/* A domain's memory unless `mem=` says otherwise: the same on every machine. Each page has to be cleared. */
#define DEFAULT_MIB 16

static u32 pages_for_domain(void) {
  const char *option = boot_option("mem"), *unit = "";
  u32 mib = option ? string_number(option, &unit) : DEFAULT_MIB;
  if (*unit == 'G' || *unit == 'g') mib <<= 10;
  return mib << (20 - PAGE_SHIFT);
}

/* NULL, or why not. */
static const char *start_domain(const struct boot_module *module, bool privileged) {
  static struct image image;
  memset(&image, 0, sizeof(image));
  image.file = (struct image_file){module->start, module->end - module->start};
  const char *problem = image_parse(&image);
  if (!problem) problem = image_read_notes(&image);
  if (problem) return problem;
  struct domain *d = domain_create(privileged);
  if (d == NULL) return "not enough memory";
  d->max_pages = pages_for_domain();
  problem = arch_build_domain(d, &image, module->arguments);
  if (!problem) domain_start(d);
  return problem;
}

void start_domains(void) {
  if (boot_info.module_count == 0) domain_build_failed(0, "the loader passed no module to be its kernel");
  const char *vcpus = boot_option("vcpus");
  if (vcpus && string_number(vcpus, NULL) != MAX_DOMAIN_VCPUS)
    log_line("vcpus=%s: each domain has %u", vcpus, MAX_DOMAIN_VCPUS);
  for (u32 i = 0; i < boot_info.module_count; i++) {
    const char *problem = start_domain(&boot_info.modules[i], i == 0);
    if (problem) domain_build_failed(i, problem);
  }
  for (u32 i = 0; i < boot_info.module_count; i++)
    arch_free_module(&boot_info.modules[i]);
}
