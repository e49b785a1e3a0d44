/* Operations and arguments that the other hypercalls do not have. Each error has its reason in the
 * hypervisor's log. */
#include "print.h"
#include "tables.h"

#define UNKNOWN  99
#define UNMAPPED 0x70000000u
#define MANY     0x1000

static void handler(void) {}

static int register_callback(u16 type) {
  struct callback_register callback = {.type = type, .address = {FLAT_RING1_CS, (u32)handler}};

  return HYPERCALL2(callback_op, CALLBACKOP_register, (u32)&callback);
}

static void refuse_callbacks(void) {
  report("register the failsafe callback", register_callback(CALLBACKTYPE_failsafe));
  report("register the event callback", register_callback(CALLBACKTYPE_event));
  report("register a callback for SYSENTER", register_callback(CALLBACKTYPE_sysenter));
  report("register an unknown callback", register_callback(UNKNOWN));
  report("register from nowhere", HYPERCALL2(callback_op, CALLBACKOP_register, UNMAPPED));
  report("an unknown callback_op", HYPERCALL2(callback_op, UNKNOWN, 0));
}

static void refuse_scheduling(void) {
  u32 ports[] = {MANY};
  struct sched_poll many = {.ports = (u32)ports, .nr_ports = MANY};
  struct sched_poll beyond = {.ports = (u32)ports, .nr_ports = 1},
                    nowhere = {.ports = UNMAPPED, .nr_ports = 1};

  report("poll more ports than may be", HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&many));
  report("poll a port beyond all", HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&beyond));
  report("poll ports that are not mapped", HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&nowhere));
  report("poll from nowhere", HYPERCALL2(sched_op, SCHEDOP_poll, UNMAPPED));
  report("end from nowhere", HYPERCALL2(sched_op, SCHEDOP_shutdown, UNMAPPED));
  report("an unknown sched_op", HYPERCALL2(sched_op, UNKNOWN, 0));
}

static void refuse_questions(void) {
  u32 submap[] = {UNKNOWN, 0};

  report("a version that there is not", HYPERCALL2(xen_version, UNKNOWN, 0));
  report("features that there are not", HYPERCALL2(xen_version, 6, (u32)submap));
  report("the version to nowhere", HYPERCALL2(xen_version, 1, UNMAPPED));
  report("a console_io that there is not", HYPERCALL3(console_io, UNKNOWN, 0, 0));
  report("write from nowhere", HYPERCALL3(console_io, CONSOLEIO_write, 1, UNMAPPED));
  report("an unknown vm_assist command", HYPERCALL2(vm_assist, UNKNOWN, 0));
  report("a trap table that is not mapped", HYPERCALL1(set_trap_table, UNMAPPED));
  report("a GDT's list that is not mapped", HYPERCALL2(set_gdt, UNMAPPED, 512));
  report("a multicall that is not mapped", HYPERCALL2(multicall, UNMAPPED, 1));
}

void refuse_calls(void) {
  printk("-- other calls\n");
  refuse_callbacks();
  refuse_scheduling();
  refuse_questions();
}
