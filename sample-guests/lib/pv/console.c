/*
 * The console. The first domain passes its text to the VMM (console_io). Any other domain puts it in a ring
 * that it shares with its console's backend, and sends an event.
 */
#include "guest.h"
#include "print.h"

/* NULL in the first domain. */
static volatile struct console_ring *ring;

void console_init(void) {
  if (!(start_info->flags & SIF_INITDOMAIN)) ring = address_of_mfn(start_info->console.domU.mfn);
}

static void notify_backend(void) {
  struct evtchn_send send = {.port = start_info->console.domU.evtchn};

  HYPERCALL2(event_channel_op, EVTCHNOP_send, (u32)&send);
}

/* Waits while the ring is full. The backend drains it when this domain gives up the processor. */
static void ring_write(const char *text, size_t length) {
  for (size_t sent = 0; sent < length; sent++) {
    while (ring->out_prod - ring->out_cons == CONSOLE_RING_OUT) {
      notify_backend();
      HYPERCALL2(sched_op, SCHEDOP_yield, 0);
    }
    ring->out[ring->out_prod % CONSOLE_RING_OUT] = text[sent];
    ring->out_prod++;
  }
  notify_backend();
}

void console_write(const char *text, size_t length) {
  if (ring != NULL)
    ring_write(text, length);
  else
    HYPERCALL3(console_io, CONSOLEIO_write, length, (u32)text);
}
