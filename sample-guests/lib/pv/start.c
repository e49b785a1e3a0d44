/* The start of the day, and the end. */
#include "guest.h"

struct start_info *start_info;

void guest_start(struct start_info *info);

/* start.S calls this. */
void guest_start(struct start_info *info) {
  start_info = info;
  console_init();
  kernel_main();
  domain_shutdown(SHUTDOWN_poweroff);
}

_Noreturn void domain_shutdown(u32 reason) {
  struct sched_shutdown shutdown = {.reason = reason};

  for (;;)
    HYPERCALL2(sched_op, SCHEDOP_shutdown, (u32)&shutdown);
}
