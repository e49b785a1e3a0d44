/*
 * The hypercalls. The arguments are those in EBX ECX EDX ESI EDI EBP, and the result goes to EAX. Guest
 * pointers are linear addresses (u32), and are never dereferenced.
 */
#ifndef VMM_HYPERCALL_H
#define VMM_HYPERCALL_H

#include "public/errno.h"
#include "vmm/types.h"

typedef int hypercall_fn(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f);

hypercall_fn do_set_trap_table, do_mmu_update, do_set_gdt, do_stack_switch, do_set_callbacks;
hypercall_fn do_update_descriptor, do_multicall, do_update_va_mapping, do_set_timer_op;
hypercall_fn do_xen_version, do_console_io, do_vm_assist, do_mmuext_op, do_sched_op;
hypercall_fn do_callback_op, do_event_channel_op, do_physdev_op, do_iret;
hypercall_fn do_platform_op, do_sysctl, do_domctl, do_audit;

/* Makes one call with its six arguments; -ENOSYS for a number that is not served. */
in_registers(2) int hypercall_dispatch(u32 nr, const u32 *args);

#endif
