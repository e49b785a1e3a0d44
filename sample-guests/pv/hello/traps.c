/*
 * Traps. The processor's own table (IDT) belongs to the VMM, and a guest registers a list of its handlers. On
 * an exception the VMM writes a frame to the guest's stack, as the processor would have done, and resumes the
 * guest in its handler: the trap is bounced.
 */
#include "kernel.h"
#include "print.h"
#include "probe.h"

extern char breakpoint_entry[], invalid_opcode_entry[], general_protection_entry[], page_fault_entry[];
extern char system_call_entry[], bounced_call_entry[], event_entry[], failsafe_entry[];
extern char trap_stack_top[], app_stack[], app_stack_top[];

static void add(struct trap_info *entry, u32 vector, u32 flags, char *handler) {
  entry->vector = (u8)vector;
  entry->flags = (u8)flags;
  entry->cs = FLAT_RING1_CS;
  entry->address = (u32)handler;
}

/*
 * The DPL tells which rings may raise the vector by `int n`. Where TRAP_MASK_EVENTS is clear, the VMM can put
 * a gate to the handler into the processor's IDT.
 */
static void register_traps(void) {
  struct trap_info table[7] = {0};

  add(&table[0], VECTOR_BREAKPOINT, 3, breakpoint_entry);
  add(&table[1], VECTOR_INVALID_OPCODE, 0, invalid_opcode_entry);
  add(&table[2], VECTOR_GENERAL_PROTECTION, 0, general_protection_entry);
  add(&table[3], VECTOR_PAGE_FAULT, 0 | TRAP_MASK_EVENTS, page_fault_entry);
  add(&table[4], VECTOR_SYSTEM_CALL, 3, system_call_entry);
  add(&table[5], VECTOR_BOUNCED_CALL, 3 | TRAP_MASK_EVENTS, bounced_call_entry);
  if (HYPERCALL1(set_trap_table, (u32)table) != 0) panic("set_trap_table");
}

void traps_init(void) {
  register_traps();
  if (HYPERCALL4(set_callbacks, FLAT_RING1_CS, (u32)event_entry, FLAT_RING1_CS, (u32)failsafe_entry) != 0)
    panic("set_callbacks");
  if (HYPERCALL2(stack_switch, FLAT_RING1_SS, (u32)trap_stack_top) != 0) panic("stack_switch");
}

static const char *stack_name(u32 esp) {
  return esp > (u32)app_stack && esp <= (u32)app_stack_top ? "in the application's stack" : "elsewhere";
}

void print_frame(const struct trap_frame *frame) {
  const struct probe *probe = probe_at(frame->eip);

  printk("  frame: error %08x, eip %s, cs %08x, eflags %08x", frame->error_code,
         probe ? probe->name : "elsewhere", frame->cs, frame->eflags & ~EFLAGS_VARYING);
  if ((frame->cs & 3) == 3) printk(", esp %s, ss %08x", stack_name(frame->esp), frame->ss);
  printk("\n");
}

_Noreturn void panic(const char *why) {
  printk("kernel: panic: %s\n", why);
  domain_shutdown(SHUTDOWN_crash);
}

static const char *vector_name(enum vector vector) {
  switch (vector) {
  case VECTOR_BREAKPOINT:
    return "breakpoint";
  case VECTOR_INVALID_OPCODE:
    return "invalid opcode";
  case VECTOR_GENERAL_PROTECTION:
    return "general protection";
  case VECTOR_PAGE_FAULT:
    return "page fault";
  case VECTOR_FAILSAFE:
    return "failsafe callback";
  default:
    return "trap";
  }
}

/* A trap that a probe caused is shown and skipped. Any other trap is a bug of this kernel. */
static void exception(struct trap_frame *frame) {
  const struct probe *probe = probe_at(frame->eip);

  printk("  trap: %s\n", vector_name(frame->vector));
  print_frame(frame);
  if (probe == NULL) panic("unexpected trap");
  frame->eip = probe->resume;
  frame->eax = PROBE_REFUSED;
}

/* The stubs call this function, which may change the frame; the stubs return to what the frame then says. */
void trap(struct trap_frame *frame) {
  switch (frame->vector) {
  case VECTOR_SYSTEM_CALL:
  case VECTOR_BOUNCED_CALL:
    system_call(frame);
    break;
  case VECTOR_EVENT:
    event_upcall(frame);
    break;
  default:
    exception(frame);
  }
}

u32 probe_undefined(void);
u32 probe_int90(void);

void show_traps(void) {
  printk("traps: int3\n");
  probe_breakpoint();
  printk("traps: ud2\n");
  probe_undefined();
  printk("traps: int 0x90, which has no handler\n");
  probe_int90();
}
