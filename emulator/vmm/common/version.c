/* xen_version: what this hypervisor is. Strings fill their whole field, so that no old memory leaks. */
#include "public/version.h"

#include "public/layout.h"
#include "vmm/boot.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"
#include "vmm/string.h"

/* The version of the interface, as guests compare it. */
#define VERSION_MAJOR 4
#define VERSION_MINOR 2

static int give(u32 to, const char *text, u32 size) {
  char field[XEN_CAPABILITIES_INFO_LEN];
  string_copy(field, text, size);
  return write_result(to, field, size);
}

static int give_compile_info(u32 to) {
  struct xen_compile_info info;
  string_copy(info.compiler, "gnu11", sizeof(info.compiler));
  string_copy(info.compile_by, "ringscope", sizeof(info.compile_by));
  string_copy(info.compile_domain, "ringscope", sizeof(info.compile_domain));
  string_copy(info.compile_date, "", sizeof(info.compile_date));
  return write_result(to, &info, sizeof(info));
}

static int give_features(u32 to) {
  struct xen_feature_info info;
  if (read_argument(&info, to, sizeof(info))) return -XEN_EFAULT;
  if (info.submap_idx >= XENFEAT_NR_SUBMAPS)
    return refuse(-XEN_EINVAL, "get_features: there are no features %u", info.submap_idx);
  info.submap = 1u << XENFEAT_mmu_pt_update_preserve_ad;
  if (current->domain->vm_assist & 1u << VMASST_TYPE_pae_extended_cr3)
    info.submap |= 1u << XENFEAT_pae_pgdir_above_4gb;
  if (current->domain->privileged) info.submap |= 1u << XENFEAT_dom0;
  return write_result(to, &info, sizeof(info));
}

static int give_platform_parameters(u32 to) {
  const struct xen_platform_parameters parameters = {HYPERVISOR_VIRT_START};
  return write_result(to, &parameters, sizeof(parameters));
}

int do_xen_version(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  switch (command) {
  case XENVER_version:
    return VERSION_MAJOR << 16 | VERSION_MINOR;
  case XENVER_extraversion:
    return give(argument, ".5-ringscope", XEN_EXTRAVERSION_LEN);
  case XENVER_compile_info:
    return give_compile_info(argument);
  case XENVER_capabilities:
    return give(argument, "xen-3.0-x86_32p ", XEN_CAPABILITIES_INFO_LEN);
  case XENVER_changeset:
    return give(argument, "unavailable", XEN_CHANGESET_INFO_LEN);
  case XENVER_platform_parameters:
    return give_platform_parameters(argument);
  case XENVER_get_features:
    return give_features(argument);
  case XENVER_pagesize:
    return PAGE_SIZE;
  case XENVER_guest_handle:
    return give(argument, "", XEN_GUEST_HANDLE_LEN);
  case XENVER_commandline:
    return give(argument, boot_info.command_line, XEN_COMMANDLINE_LEN);
  default:
    return refuse_command("xen_version", command);
  }
}
