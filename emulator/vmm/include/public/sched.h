/* sched_op: sub-operations, their arguments, and why a domain ends. */
#ifndef PUBLIC_SCHED_H
#define PUBLIC_SCHED_H

#include "types.h"

#define SCHEDOP_yield           0
#define SCHEDOP_block           1
#define SCHEDOP_shutdown        2
#define SCHEDOP_poll            3
#define SCHEDOP_remote_shutdown 4

#define SHUTDOWN_poweroff 0
#define SHUTDOWN_reboot   1
#define SHUTDOWN_suspend  2
#define SHUTDOWN_crash    3
#define SHUTDOWN_watchdog 4

struct sched_shutdown {
  u32 reason;
};

/* Waits until one of the ports is pending, or until system time `timeout` (in ns; 0 for none). */
struct sched_poll {
  u32 ports; /* guest address of nr_ports port numbers */
  u32 nr_ports;
  u64 timeout __attribute__((aligned(8)));
};

struct sched_remote_shutdown {
  u16 domain_id;
  u32 reason;
};

#endif
