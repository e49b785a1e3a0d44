/* What the boot loader handed over, copied out of its memory. */
#ifndef VMM_BOOT_H
#define VMM_BOOT_H

#include "vmm/types.h"

#define BOOT_MODULES_MAX 16
#define BOOT_RANGES_MAX  32
#define BOOT_STRING_MAX  1024

struct boot_module {
  u32 start; /* physical, bytes */
  u32 end;
  char name[64];                   /* the file name, if the loader tells */
  char arguments[BOOT_STRING_MAX]; /* the command line without the file name */
};

/* A range of usable RAM in whole frames: [first, end). */
struct boot_range {
  u32 first;
  u32 end;
};

struct boot_info {
  char command_line[BOOT_STRING_MAX];
  u32 module_count;
  u32 modules_passed; /* by the loader: the first BOOT_MODULES_MAX of them are noted */
  struct boot_module modules[BOOT_MODULES_MAX];
  u32 range_count;
  struct boot_range ranges[BOOT_RANGES_MAX];
};

extern struct boot_info boot_info;

/* The value of `name=` on the VMM's command line, or NULL. */
const char *boot_option(const char *name);

#endif
