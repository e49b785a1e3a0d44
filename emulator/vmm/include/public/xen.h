/* The whole guest ABI (32-bit PAE, "xen-3.0-x86_32p") in one include. */
#ifndef PUBLIC_XEN_H
#define PUBLIC_XEN_H

#include "console.h"
#include "control.h"
#include "elfnote.h"
#include "errno.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "memory.h"
#include "mmu.h"
#include "physdev.h"
#include "sched.h"
#include "shared_info.h"
#include "start_info.h"
#include "trap.h"
#include "types.h"
#include "version.h"

#endif
