/* Starting the VMM: from the loader's information to the first domain. */
#ifndef X86_BOOT_H
#define X86_BOOT_H

#include "vmm/types.h"

/* Physical bytes that are occupied already. */
struct memory_hole {
  u32 start, end;
};

void boot_info_copy(u32 magic, u32 information);
void boot_main(u32 magic, u32 information);

#endif
