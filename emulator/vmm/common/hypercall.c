/* The hypercall table. */
#include "vmm/hypercall.h"

#include "public/hypercall.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"

static hypercall_fn *const hypercalls[] = {
    [HYPERCALL_set_trap_table] = do_set_trap_table,
    [HYPERCALL_mmu_update] = do_mmu_update,
    [HYPERCALL_set_gdt] = do_set_gdt,
    [HYPERCALL_stack_switch] = do_stack_switch,
    [HYPERCALL_set_callbacks] = do_set_callbacks,
    [HYPERCALL_update_descriptor] = do_update_descriptor,
    [HYPERCALL_multicall] = do_multicall,
    [HYPERCALL_update_va_mapping] = do_update_va_mapping,
    [HYPERCALL_set_timer_op] = do_set_timer_op,
    [HYPERCALL_xen_version] = do_xen_version,
    [HYPERCALL_console_io] = do_console_io,
    [HYPERCALL_vm_assist] = do_vm_assist,
    [HYPERCALL_iret] = do_iret,
    [HYPERCALL_mmuext_op] = do_mmuext_op,
    [HYPERCALL_sched_op] = do_sched_op,
    [HYPERCALL_callback_op] = do_callback_op,
    [HYPERCALL_event_channel_op] = do_event_channel_op,
    [HYPERCALL_physdev_op] = do_physdev_op,
    [HYPERCALL_platform_op] = do_platform_op,
    [HYPERCALL_sysctl] = do_sysctl,
    [HYPERCALL_domctl] = do_domctl,
    [HYPERCALL_audit] = do_audit,
};

_Static_assert(ARRAY_LENGTH(hypercalls) <= 1u << CALL_NR_BITS, "a number has to fit beside the progress");

in_registers(2) int hypercall_dispatch(u32 nr, const u32 *args) {
  if (unlikely(nr >= ARRAY_LENGTH(hypercalls) || hypercalls[nr] == NULL))
    return refuse(-XEN_ENOSYS, "hypercall %u is not served", nr);
  return hypercalls[nr](args[0], args[1], args[2], args[3], args[4], args[5]);
}

/*
 * The result field of an interrupted entry of a multicall holds what the entry has done so far. Its arguments
 * stay as they were.
 */
static int multicall_entry_interrupted(struct vcpu *v, u32 result_at, u32 index) {
  const u32 done = (v->again & ~CALL_CONTINUED) >> CALL_NR_BITS;
  v->again = 0;
  if (write_result(result_at, &done, sizeof(done))) return -XEN_EFAULT;
  return call_interrupted(index << 1 | 1);
}

/*
 * multicall(list, count): makes each call in turn. An iret ends the list, and so does the end of the domain.
 * The progress of a multicall is twice the number of entries done, plus 1 if the next one has begun.
 */
int do_multicall(u32 list, u32 count, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  struct vcpu *v = current;
  u32 i = call_progress() >> 1;
  bool inside = call_progress() & 1;
  if (count > CALL_ITEMS_MAX / 2) return refuse(-XEN_E2BIG, "multicall: %u entries", count);
  for (; i < count && !v->domain->dying; i++, inside = false) {
    struct multicall_entry entry;
    const u32 at = list + i * sizeof(entry), result_at = at + offsetof(struct multicall_entry, result);
    if (words_from_guest(&entry, at, sizeof(entry) / 4)) return refuse_read(at, sizeof(entry));
    v->progress = inside ? entry.result : 0;
    const int result = entry.op == HYPERCALL_multicall ? refuse(-XEN_EINVAL, "multicall inside a multicall")
                                                       : hypercall_dispatch(entry.op, entry.args);
    if (v->again) return multicall_entry_interrupted(v, result_at, i);
    if (entry.op == HYPERCALL_iret) return result;
    if (word_to_guest(result_at, result)) return refuse_write(result_at, sizeof(result));
    if (i + 1 < count && preempt_wanted()) return call_interrupted((i + 1) << 1);
  }
  return 0;
}

/*
 * vm_assist(command, type): changes one bit of the domain. Writable page tables are accepted, as on Xen,
 * because kernels give up without them. But a write to a page table is not emulated yet: it faults, and the
 * log says so.
 */
int do_vm_assist(u32 command, u32 type, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  const u32 known = 1u << VMASST_TYPE_4gb_segments | 1u << VMASST_TYPE_4gb_segments_notify |
                    1u << VMASST_TYPE_writable_pagetables | 1u << VMASST_TYPE_pae_extended_cr3 |
                    1u << VMASST_TYPE_architectural_iopl;
  if (type >= 32 || !(known >> type & 1))
    return refuse(-XEN_EINVAL, "vm_assist: type %u is not offered", type);
  u32 *assist = &current->domain->vm_assist;
  switch (command) {
  case VMASST_CMD_enable:
    if (type == VMASST_TYPE_writable_pagetables)
      guest_log(current->domain, "vm_assist", "a write to a page table still faults: it is not emulated yet");
    *assist |= 1u << type;
    return 0;
  case VMASST_CMD_disable:
    *assist &= ~(1u << type);
    return 0;
  default:
    return refuse_command("vm_assist", command);
  }
}
