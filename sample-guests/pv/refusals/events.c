/* Event channels: ports from their opening to their end, and requests that are not valid for them. */
#include "print.h"
#include "tables.h"

#define NO_PORT    1023 /* a number that there is, and nobody opened */
#define BEYOND     0x10000
#define NO_VCPU    7
#define UNKNOWN    99
#define ANOTHER_ID 77

static int event_channel(u32 command, void *argument) {
  return HYPERCALL2(event_channel_op, command, (u32)argument);
}

/* The status that the VMM reports for a port. */
static void show_status(u32 port) {
  struct evtchn_status status = {.dom = DOMID_SELF, .port = port};
  int result = event_channel(EVTCHNOP_status, &status);

  report("  its status", result);
  if (result == 0) printk("    %u, vCPU %u\n", status.status, status.vcpu);
}

static int close_port(u32 port) {
  struct evtchn_close close = {port};

  return event_channel(EVTCHNOP_close, &close);
}

static int send_to(u32 port) {
  struct evtchn_send send = {port};

  return event_channel(EVTCHNOP_send, &send);
}

static int unmask(u32 port) {
  struct evtchn_unmask argument = {port};

  return event_channel(EVTCHNOP_unmask, &argument);
}

static void life_of_ipi(void) {
  struct evtchn_bind_ipi ipi = {.vcpu = 0}, other = {.vcpu = NO_VCPU};

  report("an IPI for a vCPU that is not there", event_channel(EVTCHNOP_bind_ipi, &other));
  report("an IPI", event_channel(EVTCHNOP_bind_ipi, &ipi));
  show_status(ipi.port);
  report("  send", send_to(ipi.port));
  report("  unmask", unmask(ipi.port));
  report("  close", close_port(ipi.port));
  show_status(ipi.port);
  report("  send", send_to(ipi.port));
  report("  close", close_port(ipi.port));
}

static void life_of_virq(void) {
  struct evtchn_bind_virq virq = {VIRQ_DEBUG, 0, 0}, again = virq;
  struct evtchn_bind_virq other_vcpu = {VIRQ_DOM_EXC, NO_VCPU, 0}, unknown = {NR_VIRQS, 0, 0};

  report("a VIRQ that there is not", event_channel(EVTCHNOP_bind_virq, &unknown));
  report("a VIRQ for a vCPU that is not there", event_channel(EVTCHNOP_bind_virq, &other_vcpu));
  report("a VIRQ", event_channel(EVTCHNOP_bind_virq, &virq));
  show_status(virq.port);
  report("  send", send_to(virq.port));
  report("  and again", event_channel(EVTCHNOP_bind_virq, &again));
  report("  close", close_port(virq.port));
  report("  and again", event_channel(EVTCHNOP_bind_virq, &again));
  report("  close", close_port(again.port));
}

void refuse_events(void) {
  struct evtchn_status foreign = {.dom = ANOTHER_ID, .port = 1};

  printk("-- event channels\n");
  life_of_ipi();
  life_of_virq();
  report("send to port 0", send_to(0));
  report("send to a port that nobody opened", send_to(NO_PORT));
  report("send to a port beyond all", send_to(BEYOND));
  report("close a port beyond all", close_port(BEYOND));
  report("unmask a port beyond all", unmask(BEYOND));
  printk("a port beyond all:\n");
  show_status(BEYOND);
  report("the status of another domain's port", event_channel(EVTCHNOP_status, &foreign));
  report("an argument that is not mapped", event_channel(EVTCHNOP_status, (void *)0x70000000));
  report("an argument in the hypervisor", event_channel(EVTCHNOP_close, (void *)0xf6900000));
  report("an unknown operation", event_channel(UNKNOWN, &foreign));
}
