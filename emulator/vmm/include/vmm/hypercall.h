/*
 * The hypercalls: arguments as they stand in EBX ECX EDX ESI EDI EBP, the result
 * for EAX. Guest pointers are linear addresses (u32), never dereferenced.
 */
#ifndef VMM_HYPERCALL_H
#define VMM_HYPERCALL_H

#include "public/errno.h"
#include "vmm/types.h"

struct cpu_regs;
struct vcpu;

typedef int hypercall_fn(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f);

hypercall_fn do_set_trap_table, do_mmu_update, do_set_gdt, do_stack_switch, do_set_callbacks;
hypercall_fn do_update_descriptor, do_multicall, do_update_va_mapping, do_set_timer_op;
hypercall_fn do_xen_version, do_console_io, do_vm_assist, do_mmuext_op, do_sched_op;
hypercall_fn do_callback_op, do_event_channel_op, do_physdev_op, do_iret;
hypercall_fn do_platform_op, do_sysctl, do_domctl, do_audit;

/*
 * Long calls. One that has a list to work through asks preempt_wanted() after each
 * item. When it has to give way it returns call_interrupted(items done): the guest
 * is sent back to its own `int 0x82`, with the items in EAX beside the number and
 * its other registers as they were. Others run, events are delivered; then the
 * guest's instruction makes the call again, and call_progress() tells the items.
 *
 * A guest may make up the number: it then skips items of its own list. Nothing
 * else is taken on trust: each part checks what it uses anew.
 */
#define XEN_ERESTART   85 /* among functions of the VMM: interrupted; no guest sees it */
#define CALL_NR_BITS   6
#define CALL_CONTINUED (1u << 31)
/* Items that EAX has room for; longer lists are refused. Half of it in a multicall. */
#define CALL_ITEMS_MAX ((1u << 24) - 1)

u32 call_progress(void);
int call_interrupted(u32 done);
/* The guest's instruction makes an interrupted call again: the number is back in EAX. False: it is no such
 * call. */
bool call_resume(struct vcpu *v, struct cpu_regs *regs);

/* One call; -ENOSYS for a number that nobody serves. */
int hypercall_dispatch(u32 nr, const u32 args[6]);

#endif
