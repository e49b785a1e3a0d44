/* The guests' consoles: COM1, console_io, and the rings of all domains but the first. */
#include "vmm/console.h"

#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/log.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"

#define CONSOLE_PORT 0
#define CHUNK        256 /* 4 GiB are no more of them than CALL_ITEMS_MAX + 1 */
#define INPUT_SIZE   256

static char input[INPUT_SIZE];
static u32 input_head, input_tail; /* run freely */
static bool prefixed;              /* once several domains have been there */

static void put_line(struct domain *d) {
  char prefix[16];
  u32 length = format_text(prefix, sizeof(prefix), "d%u: ", d->id);
  for (u32 i = 0; i < length; i++)
    serial_write(CONSOLE_PORT, prefix[i]);
  for (u32 i = 0; i < d->line_length; i++)
    serial_write(CONSOLE_PORT, d->line[i]);
  serial_write(CONSOLE_PORT, '\n');
  d->line_length = 0;
}

void console_write(struct domain *d, const char *text, u32 length) {
  if (domain_count > 1) prefixed = true;
  for (u32 i = 0; i < length; i++) {
    if (!prefixed) {
      serial_write(CONSOLE_PORT, text[i]);
      continue;
    }
    if (text[i] == '\n' || d->line_length == sizeof(d->line)) put_line(d);
    if (text[i] != '\n') d->line[d->line_length++] = text[i];
  }
}

void console_flush(struct domain *d) {
  if (d->line_length > 0) put_line(d);
}

/* The guest owns the indices. Whatever they are, at most one ring is read. */
void console_drain(struct domain *d) {
  struct console_ring *ring = d->console_ring;
  if (ring == NULL) return;
  u32 consumed = ring->out_cons, count = ring->out_prod - consumed;
  asm volatile("" : : : "memory");
  for (u32 i = 0; i < min(count, CONSOLE_RING_OUT); i++) {
    char c = ring->out[(consumed + i) % CONSOLE_RING_OUT];
    console_write(d, &c, 1);
  }
  ring->out_cons = consumed + count;
  if (count > 0) evtchn_send_from_vmm(d, EVTCHN_CONSOLE_PORT);
}

void console_received(u8 byte) {
  if (input_head - input_tail == INPUT_SIZE) return;
  input[input_head++ % INPUT_SIZE] = byte;
  if (domain_list) evtchn_send_virq(domain_list->vcpu[0], VIRQ_CONSOLE);
}

static int console_io_write(u32 count, u32 buffer) {
  char chunk[CHUNK];
  for (u32 done = call_progress(); done < (count + CHUNK - 1ull) / CHUNK; done++) {
    u32 at = done * CHUNK, length = min(count - at, CHUNK);
    if (done > call_progress() && preempt_wanted()) return call_interrupted(done);
    if (read_argument(chunk, buffer + at, length)) return -XEN_EFAULT;
    console_write(current->domain, chunk, length);
  }
  return 0;
}

static int console_io_read(u32 count, u32 buffer) {
  u32 length = 0;
  for (; length < count && input_tail != input_head; length++) {
    if (write_result(buffer + length, &input[input_tail % INPUT_SIZE], 1)) return -XEN_EFAULT;
    input_tail++;
  }
  return length;
}

int do_console_io(u32 command, u32 count, u32 buffer, u32 d, u32 e, u32 f) {
  (void)d, (void)e, (void)f;
  if (!current->domain->privileged)
    return refuse(-XEN_EPERM, "console_io: a further domain's console is its ring");
  switch (command) {
  case CONSOLEIO_write:
    return console_io_write(count, buffer);
  case CONSOLEIO_read:
    return console_io_read(count, buffer);
  default:
    return refuse_command("console_io", command);
  }
}
