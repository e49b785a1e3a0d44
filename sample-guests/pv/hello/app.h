/* What the application's C and its few lines of assembly share. */
#ifndef APP_H
#define APP_H

#include "base.h"
#include "system-calls.h"

void app_main(void);

/* app-entry.S: system calls by int 0x80 and by int 0x81, and instructions that ring 3 may not execute. */
u32 app_system_call(enum system_call_number number, u32 first, u32 second);
u32 app_bounced_call(enum system_call_number number, u32 first, u32 second);
u32 app_probe_read(const void *address);
u32 app_probe_cli(void);
u32 app_probe_int90(void);
u32 app_probe_hypercall(void);

#endif
