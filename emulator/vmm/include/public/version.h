/* xen_version: sub-operations and what they write. */
#ifndef PUBLIC_VERSION_H
#define PUBLIC_VERSION_H

#include "types.h"

#define XENVER_version             0 /* answers major << 16 | minor */
#define XENVER_extraversion        1
#define XENVER_compile_info        2
#define XENVER_capabilities        3
#define XENVER_changeset           4
#define XENVER_platform_parameters 5
#define XENVER_get_features        6
#define XENVER_pagesize            7 /* answers 4096 */
#define XENVER_guest_handle        8 /* 16 bytes */
#define XENVER_commandline         9

#define XEN_EXTRAVERSION_LEN      16
#define XEN_CAPABILITIES_INFO_LEN 1024
#define XEN_CHANGESET_INFO_LEN    64
#define XEN_COMMANDLINE_LEN       1024
#define XEN_GUEST_HANDLE_LEN      16

struct xen_compile_info {
  char compiler[64];
  char compile_by[16];
  char compile_domain[32];
  char compile_date[32];
};

struct xen_platform_parameters {
  u32 virt_start;
};

struct xen_feature_info {
  u32 submap_idx; /* in */
  u32 submap;     /* out: XENFEAT_ bits */
};

#define XENFEAT_writable_page_tables       0
#define XENFEAT_writable_descriptor_tables 1
#define XENFEAT_auto_translated_physmap    2
#define XENFEAT_supervisor_mode_kernel     3
#define XENFEAT_pae_pgdir_above_4gb        4
#define XENFEAT_mmu_pt_update_preserve_ad  5
#define XENFEAT_dom0                       11
#define XENFEAT_NR_SUBMAPS                 1

#endif
