/*
 * Guest memory by linear address, in the current address space. Never through a
 * pointer: each copy checks that the range lies below the VMM and survives page
 * faults. Result: 0, or -EFAULT with part of the copy possibly done.
 */
#ifndef VMM_GUEST_COPY_H
#define VMM_GUEST_COPY_H

#include "vmm/types.h"

int copy_from_guest(void *to, u32 from, u32 length);
int copy_to_guest(u32 to, const void *from, u32 length);
bool guest_range_ok(u32 start, u32 length);

#endif
