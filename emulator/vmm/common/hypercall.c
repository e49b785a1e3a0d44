/* The hypercall table. */
#include "vmm/hypercall.h"

#include "public/hypercall.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/log.h"

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
};

int hypercall_dispatch(u32 nr, const u32 args[6]) {
  if (nr >= ARRAY_LENGTH(hypercalls) || hypercalls[nr] == NULL) {
    log_line("d%u: hypercall %u is not served", current->domain->id, nr);
    return -XEN_ENOSYS;
  }
  return hypercalls[nr](args[0], args[1], args[2], args[3], args[4], args[5]);
}

/* multicall(list, count): each entry in turn; an iret ends the list, a domain's end too. */
int do_multicall(u32 list, u32 count, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  for (u32 i = 0; i < count && !current->domain->dying; i++) {
    struct multicall_entry entry;
    u32 at = list + i * sizeof(entry);
    if (copy_from_guest(&entry, at, sizeof(entry))) return -XEN_EFAULT;
    if (entry.op == HYPERCALL_multicall) return refuse(-XEN_EINVAL, "multicall inside a multicall");
    entry.result = hypercall_dispatch(entry.op, entry.args);
    if (entry.op == HYPERCALL_iret) return 0;
    if (copy_to_guest(at + offsetof(struct multicall_entry, result), &entry.result, sizeof(entry.result)))
      return -XEN_EFAULT;
  }
  return 0;
}

/* vm_assist(command, type): one bit of the domain's; only what the VMM does. */
int do_vm_assist(u32 command, u32 type, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  const u32 known = 1u << VMASST_TYPE_4gb_segments | 1u << VMASST_TYPE_4gb_segments_notify |
                    1u << VMASST_TYPE_pae_extended_cr3 | 1u << VMASST_TYPE_architectural_iopl;
  if (type >= 32 || !(known >> type & 1))
    return refuse(-XEN_EINVAL, "vm_assist: type %u is not offered", type);
  u32 *assist = &current->domain->vm_assist;
  switch (command) {
  case VMASST_CMD_enable:
    *assist |= 1u << type;
    return 0;
  case VMASST_CMD_disable:
    *assist &= ~(1u << type);
    return 0;
  default:
    return -XEN_ENOSYS;
  }
}
