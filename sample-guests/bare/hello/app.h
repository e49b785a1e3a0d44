/* What the application's C and its few lines of assembly share. */
#ifndef APP_H
#define APP_H

#include "base.h"
#include "system-calls.h"

void app_main(void);

/* app-entry.S */
u32 app_system_call(u32 number, u32 argument, u32 length);
u32 app_probe_read(void);
u32 app_probe_cli(void);

#endif
