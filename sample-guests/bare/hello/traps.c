/* Exceptions, interrupts and system calls (SDM vol. 3A, chapter 6). */
#include "kernel.h"
#include "machine.h"
#include "print.h"
#include "probe.h"

#define GATE_INTERRUPT 0x8e00 /* present, 32-bit, DPL 0 */
#define GATE_RING3     0x6000

extern const u32 trap_entries[VECTOR_IRQ0 + 16];
extern char system_call_entry[], app_stack[], app_stack_top[];

static u64 idt[VECTOR_SYSTEM_CALL + 1];

static u64 gate(u32 handler, u32 type) {
  return (u64)((handler & 0xffff0000) | type) << 32 | KERNEL_CS << 16 | (handler & 0xffff);
}

void traps_init(void) {
  struct {
    u16 limit;
    u32 base;
  } __attribute__((packed)) pointer = {sizeof(idt) - 1, (u32)idt};

  for (u32 vector = 0; vector < ARRAY_LENGTH(trap_entries); vector++)
    idt[vector] = gate(trap_entries[vector], GATE_INTERRUPT);
  idt[VECTOR_SYSTEM_CALL] = gate((u32)system_call_entry, GATE_INTERRUPT | GATE_RING3);
  asm volatile("lidt %0" : : "m"(pointer));
}

static u32 page_fault_address(void) {
  u32 linear;

  asm("movl %%cr2, %0" : "=r"(linear));
  return linear;
}

/*
 * Addresses differ from build to build, so the frame's EIP and ESP are printed as the names of what they
 * point at.
 */
static void print_frame(const struct trap_frame *frame) {
  const struct probe *probe = probe_at(frame->eip);

  printk("  frame: eip %s, cs %04x, eflags %08x", probe ? probe->name : "elsewhere", frame->cs,
         frame->eflags & ~EFLAGS_VARYING);
  if (frame->cs & 3) {
    bool inside = frame->esp > (u32)app_stack && frame->esp <= (u32)app_stack_top;

    printk(", esp %s, ss %04x", inside ? "in the application's stack" : "elsewhere", frame->ss);
  }
  printk("\n");
}

/* A trap that a probe caused is reported and skipped. Any other trap is a bug of this kernel. */
static void exception(struct trap_frame *frame) {
  const struct probe *probe = probe_at(frame->eip);

  if (probe == NULL) {
    printk("kernel: unexpected exception %u, error code %x\n", frame->vector, frame->error_code);
    machine_exit(1);
  }
  printk("  exception %u, error code %x", frame->vector, frame->error_code);
  if (frame->vector == VECTOR_PAGE_FAULT)
    printk(", in page %s", page_fault_address() < PAGE_SIZE ? "0" : "of the kernel");
  printk("\n");
  print_frame(frame);
  frame->eip = probe->resume;
  frame->eax = PROBE_REFUSED;
}

/* The stub calls this function, which may change the frame; the stub returns to what the frame then says. */
void trap(struct trap_frame *frame) {
  static bool shown;

  if (frame->vector == VECTOR_IRQ0) {
    timer_interrupt();
  } else if (frame->vector == VECTOR_SYSTEM_CALL) {
    if (!shown) print_frame(frame);
    shown = true;
    frame->eax = system_call(frame->eax, frame->ebx, frame->ecx);
  } else {
    exception(frame);
  }
}
