/*
 * pv/echo: a kernel that listens to its console. What is typed arrives at the VMM, which raises VIRQ_CONSOLE.
 * The guest polls for that event, reads the input, and answers each line. The line "quit" powers off.
 *
 * Verdict: success: each line comes back after "echo: ".
 */
#include "guest.h"
#include "print.h"

#define LINE_MAX 80

static u8 shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static u32 port;

static struct shared_info *shared(void) {
  return (struct shared_info *)shared_page;
}

static void console_bind(void) {
  struct evtchn_bind_virq bind = {.virq = VIRQ_CONSOLE, .vcpu = 0};
  u32 entry = start_info->shared_info | 3;

  HYPERCALL4(update_va_mapping, (u32)shared_page, entry, 0, UVMF_INVLPG);
  HYPERCALL2(event_channel_op, EVTCHNOP_bind_virq, (u32)&bind);
  port = bind.port;
}

/* The port stays masked: polling needs no upcall. */
static void console_wait(void) {
  struct sched_poll poll = {.ports = (u32)&port, .nr_ports = 1};

  HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&poll);
  __atomic_and_fetch(&shared()->evtchn_pending[port / 32], ~(1u << (port % 32)), __ATOMIC_SEQ_CST);
}

static char read_char(void) {
  char c;

  while (HYPERCALL3(console_io, CONSOLEIO_read, 1, (u32)&c) == 0)
    console_wait();
  return c;
}

/* The line without its newline, 0-terminated and cut at LINE_MAX. */
static void read_line(char *line) {
  u32 length = 0;

  for (char c = read_char(); c != '\n'; c = read_char())
    if (c != '\r' && length < LINE_MAX - 1) line[length++] = c;
  line[length] = 0;
}

static bool is_quit(const char *line) {
  return line[0] == 'q' && line[1] == 'u' && line[2] == 'i' && line[3] == 't' && line[4] == 0;
}

void kernel_main(void) {
  char line[LINE_MAX];

  printk("pv/echo: say something, or quit\n");
  console_bind();
  for (read_line(line); !is_quit(line); read_line(line))
    printk("echo: %s\n", line);
  printk("kernel: power off\n");
}
