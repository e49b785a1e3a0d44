/* The page that a domain shares with the VMM, and its per-vCPU part. */
#ifndef PUBLIC_SHARED_INFO_H
#define PUBLIC_SHARED_INFO_H

#include "types.h"

#define LEGACY_MAX_VCPUS  32
#define NR_EVENT_CHANNELS 1024

/*
 * System time (ns since the VMM's boot) at tsc_timestamp, and how TSC ticks
 * become nanoseconds: shift by tsc_shift (left if positive), then multiply by
 * tsc_to_system_mul / 2^32. Odd `version`: an update is in progress.
 */
struct vcpu_time_info {
  u32 version;
  u32 pad0;
  u64 tsc_timestamp;
  u64 system_time;
  u32 tsc_to_system_mul;
  s8 tsc_shift;
  u8 flags;
  u8 pad1[2];
};

struct arch_vcpu_info {
  u32 cr2;
  u32 pad[5];
};

struct vcpu_info {
  u8 evtchn_upcall_pending;
  u8 evtchn_upcall_mask;
  u32 evtchn_pending_sel;
  struct arch_vcpu_info arch;
  struct vcpu_time_info time;
};

struct arch_shared_info {
  u32 max_pfn;
  u32 pfn_to_mfn_frame_list_list;
  u32 nmi_reason;
  u32 p2m_cr3;
  u32 p2m_vaddr;
  u32 p2m_generation;
  u32 wc_sec_hi;
};

struct shared_info {
  struct vcpu_info vcpu_info[LEGACY_MAX_VCPUS];
  u32 evtchn_pending[NR_EVENT_CHANNELS / 32];
  u32 evtchn_mask[NR_EVENT_CHANNELS / 32];
  u32 wc_version; /* wall clock at the VMM's boot */
  u32 wc_sec;
  u32 wc_nsec;
  struct arch_shared_info arch;
};

#endif
