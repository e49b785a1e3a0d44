/*
 * pv/flood: a domain asks for the same impossible thing over and over. Each request is refused. The VMM's log
 * has the reason for as many of them as it can bear, and the number of those that were left out. The word on
 * the command line chooses the request.
 *
 * Verdict: success: "flood: 3000 refused", then power-off.
 */
#include "guest.h"
#include "print.h"
#include "string.h"

#define CALLS    3000
#define UNKNOWN  99
#define UNMAPPED 0x70000000u

static int unknown_call(void) {
  int result;

  asm volatile("int %[vector]" : "=a"(result) : "0"(UNKNOWN), [vector] "i"(HYPERCALL_VECTOR) : "memory");
  return result;
}

static int unknown_command(void) {
  return HYPERCALL2(sched_op, UNKNOWN, 0);
}

static int bad_pointer(void) {
  return HYPERCALL1(set_trap_table, UNMAPPED);
}

static int bad_port(void) {
  struct evtchn_send send = {.port = 0};

  return HYPERCALL2(event_channel_op, EVTCHNOP_send, (u32)&send);
}

static int bad_mapping(void) {
  return HYPERCALL4(update_va_mapping, UNMAPPED, 0, 0, 0);
}

static const struct {
  const char *word;
  int (*call)(void);
} floods[] = {
    {"unknown-call", unknown_call}, {"unknown-command", unknown_command}, {"bad-pointer", bad_pointer},
    {"bad-port", bad_port},         {"bad-mapping", bad_mapping},
};

void kernel_main(void) {
  u32 refused = 0;

  for (u32 i = 0; i < ARRAY_LENGTH(floods); i++)
    if (memcmp(start_info->cmd_line, floods[i].word, strlen(floods[i].word) + 1) == 0)
      for (u32 n = 0; n < CALLS; n++)
        refused += floods[i].call() < 0;
  printk("flood: %u refused\n", refused);
}
