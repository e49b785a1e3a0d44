/* What a new domain finds at the address in ESI. */
#ifndef PUBLIC_START_INFO_H
#define PUBLIC_START_INFO_H

#include "types.h"

#define START_INFO_MAGIC  "xen-3.0-x86_32p"
#define MAX_GUEST_CMDLINE 1024

#define SIF_PRIVILEGED 1
#define SIF_INITDOMAIN 2

struct start_info {
  char magic[32];
  u32 nr_pages;
  u32 shared_info; /* machine address */
  u32 flags;       /* SIF_ */
  u32 store_mfn;
  u32 store_evtchn;
  union {
    struct {
      u32 mfn;
      u32 evtchn;
    } domU;
    struct {
      u32 info_off;
      u32 info_size;
    } dom0;
  } console;
  u32 pt_base; /* virtual address of the L3 table */
  u32 nr_pt_frames;
  u32 mfn_list; /* virtual address of the P2M list */
  u32 mod_start;
  u32 mod_len;
  char cmd_line[MAX_GUEST_CMDLINE];
  u32 first_p2m_pfn;
  u32 nr_p2m_frames;
};

#endif
