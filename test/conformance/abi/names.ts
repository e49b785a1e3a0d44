/** How our public headers' names correspond to those that libxen-dev installs. */

/** Constants that only our headers name: facts that the others state in words or in code. */
export const OWN_CONSTANTS: Record<string, number | undefined> = {
  GUEST_SEGMENT_END: 0xf67fffff,
  HYPERCALL_VECTOR: 0x82,
  HYPERCALL_audit: 55, // __HYPERVISOR_arch_7: Xen leaves eight numbers to each architecture
  HYPERCALL_SLOT_SHIFT: 5,
  HYPERCALL_SLOT_BYTES: 32,
  HYPERCALL_SLOTS: 128,
  TRAP_DPL_MASK: 3,
  TRAP_MASK_EVENTS: 4,
  CONSOLE_RING_IN: 1024,
  CONSOLE_RING_OUT: 2048,
  NR_EVENT_CHANNELS: 1024,
  NR_VIRQS: 24,
  XEN_GUEST_HANDLE_LEN: 16,
  XEN_COMMANDLINE_LEN: 1024,
};

const RENAMED: Record<string, string | undefined> = {
  LEGACY_MAX_VCPUS: "XEN_LEGACY_MAX_VCPUS",
  XEN_EXTRAVERSION_LEN: "sizeof(xen_extraversion_t)",
  UVMF_LOCAL: "UVMF_LOCAL",
};

/** The other headers' expression for one of our constants. */
export function theirConstant(name: string): string {
  const renamed = RENAMED[name];
  if (renamed !== undefined) return renamed;
  return name.startsWith("HYPERCALL_") ? name.replace("HYPERCALL_", "__HYPERVISOR_") : name;
}

interface StructNames {
  /** Their name; ours by default. */
  theirs?: string;
  /** Our field, or "ours = theirs". */
  fields: string;
}

/** Every struct of ours with every field of it. */
export const STRUCTS: Record<string, StructNames> = {
  multicall_entry: { fields: "op result args" },
  trap_info: { fields: "vector flags cs address" },
  cpu_regs: {
    theirs: "cpu_user_regs",
    fields: `ebx ecx edx esi edi ebp eax error_code entry_vector eip cs saved_upcall_mask eflags esp ss es ds fs gs
      pad0=_pad0 pad1=_pad1 pad2=_pad2 pad3=_pad3 pad4=_pad4 pad5=_pad5`,
  },
  xen_callback: { fields: "cs eip" },
  callback_register: { fields: "type flags address" },
  callback_unregister: { fields: "type unused=_unused" },
  mmu_update: { fields: "ptr val" },
  mmuext_op: { fields: "cmd arg1.mfn arg1.linear_addr arg2.nr_ents arg2.vcpumask arg2.src_mfn" },
  xen_memory_reservation: { fields: "extent_start nr_extents extent_order mem_flags domid" },
  xen_machphys_mapping: { fields: "v_start v_end max_mfn" },
  sched_shutdown: { fields: "reason" },
  sched_poll: { fields: "ports nr_ports timeout" },
  sched_remote_shutdown: { fields: "domain_id reason" },
  evtchn_bind_interdomain: { fields: "remote_dom remote_port local_port" },
  evtchn_bind_virq: { fields: "virq vcpu port" },
  evtchn_bind_ipi: { fields: "vcpu port" },
  evtchn_bind_vcpu: { fields: "port vcpu" },
  evtchn_close: { fields: "port" },
  evtchn_send: { fields: "port" },
  evtchn_unmask: { fields: "port" },
  evtchn_reset: { fields: "dom" },
  evtchn_alloc_unbound: { fields: "dom remote_dom port" },
  evtchn_init_control: { fields: "control_gfn offset vcpu link_bits pad=_pad" },
  evtchn_status: {
    fields: "dom port status vcpu u.unbound.dom u.interdomain.dom u.interdomain.port u.pirq u.virq",
  },
  console_ring: { theirs: "xencons_interface", fields: "in out in_cons in_prod out_cons out_prod" },
  xen_compile_info: { fields: "compiler compile_by compile_domain compile_date" },
  xen_platform_parameters: { fields: "virt_start" },
  xen_feature_info: { fields: "submap_idx submap" },
  physdev_set_iopl: { fields: "iopl" },
  physdev_set_iobitmap: { fields: "bitmap nr_ports" },
  vcpu_time_info: {
    fields: "version pad0 tsc_timestamp system_time tsc_to_system_mul tsc_shift flags pad1",
  },
  arch_vcpu_info: { fields: "cr2 pad" },
  vcpu_info: { fields: "evtchn_upcall_pending evtchn_upcall_mask evtchn_pending_sel arch time" },
  arch_shared_info: {
    fields: "max_pfn pfn_to_mfn_frame_list_list nmi_reason p2m_cr3 p2m_vaddr p2m_generation wc_sec_hi",
  },
  shared_info: { fields: "vcpu_info evtchn_pending evtchn_mask wc_version wc_sec wc_nsec arch" },
  start_info: {
    fields: `magic nr_pages shared_info flags store_mfn store_evtchn console.domU.mfn console.domU.evtchn
      console.dom0.info_off console.dom0.info_size pt_base nr_pt_frames mfn_list mod_start mod_len cmd_line
      first_p2m_pfn nr_p2m_frames`,
  },
};

/** A field's path in our struct and in theirs. */
export function fieldsOf(name: string): { ours: string; theirs: string }[] {
  const { fields } = STRUCTS[name] ?? { fields: "" };
  return fields.split(/\s+/).map((field) => {
    const [ours = field, theirs = ours] = field.split("=");
    return { ours, theirs };
  });
}
