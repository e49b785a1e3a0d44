/*
 * Hypercall numbers. Number in EAX, arguments in EBX ECX EDX ESI EDI EBP,
 * `int 0x82` or a call into slot N of the hypercall page; the result comes back
 * in EAX. Usable from assembly.
 */
#ifndef PUBLIC_HYPERCALL_H
#define PUBLIC_HYPERCALL_H

#define HYPERCALL_set_trap_table                0
#define HYPERCALL_mmu_update                    1
#define HYPERCALL_set_gdt                       2
#define HYPERCALL_stack_switch                  3
#define HYPERCALL_set_callbacks                 4
#define HYPERCALL_fpu_taskswitch                5
#define HYPERCALL_sched_op_compat               6
#define HYPERCALL_platform_op                   7
#define HYPERCALL_set_debugreg                  8
#define HYPERCALL_get_debugreg                  9
#define HYPERCALL_update_descriptor             10
#define HYPERCALL_memory_op                     12
#define HYPERCALL_multicall                     13
#define HYPERCALL_update_va_mapping             14
#define HYPERCALL_set_timer_op                  15
#define HYPERCALL_event_channel_op_compat       16
#define HYPERCALL_xen_version                   17
#define HYPERCALL_console_io                    18
#define HYPERCALL_physdev_op_compat             19
#define HYPERCALL_grant_table_op                20
#define HYPERCALL_vm_assist                     21
#define HYPERCALL_update_va_mapping_otherdomain 22
#define HYPERCALL_iret                          23
#define HYPERCALL_vcpu_op                       24
#define HYPERCALL_set_segment_base              25
#define HYPERCALL_mmuext_op                     26
#define HYPERCALL_xsm_op                        27
#define HYPERCALL_nmi_op                        28
#define HYPERCALL_sched_op                      29
#define HYPERCALL_callback_op                   30
#define HYPERCALL_xenoprof_op                   31
#define HYPERCALL_event_channel_op              32
#define HYPERCALL_physdev_op                    33
#define HYPERCALL_hvm_op                        34
#define HYPERCALL_sysctl                        35
#define HYPERCALL_domctl                        36
#define HYPERCALL_kexec_op                      37
/*
 * Numbers 48-55 belong to each architecture. This one does not exist in Xen: the VMM counts again what all
 * domains hold (only with audit=).
 */
#define HYPERCALL_audit 55

/* The hypercall page: one 32-byte slot for each number. */
#define HYPERCALL_SLOT_SHIFT 5
#define HYPERCALL_SLOT_BYTES 32
#define HYPERCALL_SLOTS      128

/* Domain numbers with a special meaning. */
#define DOMID_FIRST_RESERVED 0x7ff0
#define DOMID_SELF           0x7ff0
#define DOMID_IO             0x7ff1
#define DOMID_XEN            0x7ff2
#define DOMID_INVALID        0x7ff4
#define DOMID_IDLE           0x7fff

#ifndef __ASSEMBLER__
#include "types.h"

/* One call of a multicall; `result` is written by the VMM. */
struct multicall_entry {
  u32 op;
  u32 result;
  u32 args[6];
};
#endif

#endif
