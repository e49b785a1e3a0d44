#include "system-calls.h"
#include "kernel.h"
#include "machine.h"
#include "print.h"

extern char app_start[], app_end[];

/* The kernel prints only what the application could read itself. */
static u32 write(u32 text, u32 length) {
  if (text < (u32)app_start || text > (u32)app_end || length > (u32)app_end - text) return CALL_UNKNOWN;
  console_write((const char *)text, length);
  return length;
}

u32 system_call(u32 number, u32 argument, u32 length) {
  switch (number) {
  case CALL_WRITE:
    return write(argument, length);
  case CALL_EXIT:
    printk("kernel: the application ended with status %u; power off\n", argument);
    machine_exit(0);
  default:
    return CALL_UNKNOWN;
  }
}
