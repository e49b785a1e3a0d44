import { hex32 } from "../values/hex";
import type { Notation } from "../values/notation";

/** How an argument is shown: decimal, hexadecimal, or one of the operation's names. */
export type ArgumentForm = "dec" | "hex" | Readonly<Record<number, string>>;

export interface HypercallInfo {
  name: string;
  arguments: readonly ArgumentForm[];
}

/** The names of operations by number. Holes are numbers that have no meaning for guests. */
const CONSOLE_IO = ["write", "read"];
const SCHED_OP = ["yield", "block", "shutdown", "poll", "remote_shutdown", "shutdown_code", "watchdog"];
const XEN_VERSION = [
  ...["version", "extraversion", "compile_info", "capabilities", "changeset", "platform_parameters"],
  ...["get_features", "pagesize", "guest_handle", "commandline"],
];
const EVTCHN_OP = [
  ...["bind_interdomain", "bind_virq", "bind_pirq", "close", "send", "status", "alloc_unbound", "bind_ipi"],
  ...["bind_vcpu", "unmask", "reset"],
];
const VCPU_OP = [
  ...["initialise", "up", "down", "is_up", "get_runstate_info", "register_runstate_memory_area"],
  ...[
    "set_periodic_timer",
    "stop_periodic_timer",
    "set_singleshot_timer",
    "stop_singleshot_timer",
    "register_vcpu_info",
  ],
];
const MEMORY_OP = [
  ...["increase_reservation", "decrease_reservation", "maximum_ram_page", "current_reservation"],
  ...["maximum_reservation", "machphys_mfn_list", "populate_physmap", "add_to_physmap", "", "memory_map"],
  ...["machine_memory_map", "exchange"],
];
const GRANT_TABLE_OP = [
  "map",
  "unmap",
  "setup_table",
  "dump_table",
  "transfer",
  "copy",
  "query_size",
  "unmap_and_replace",
  "set_version",
];
const PHYSDEV_OP = {
  2: "irq_unmask_notify",
  5: "irq_status_query",
  6: "set_iopl",
  7: "set_iobitmap",
  12: "eoi",
  13: "map_pirq",
};
const CALLBACK_OP = ["register", "unregister"];
const VM_ASSIST = ["enable", "disable"];

const call = (name: string, ...args: ArgumentForm[]): HypercallInfo => ({ name, arguments: args });

/** Xen's hypercalls for x86_32 by number (public/xen.h), with the arguments that each takes. */
const TABLE: Readonly<Record<number, HypercallInfo>> = {
  0: call("set_trap_table", "hex"),
  1: call("mmu_update", "hex", "dec", "hex", "hex"),
  2: call("set_gdt", "hex", "dec"),
  3: call("stack_switch", "hex", "hex"),
  4: call("set_callbacks", "hex", "hex", "hex", "hex"),
  5: call("fpu_taskswitch", "dec"),
  6: call("sched_op_compat", "dec", "hex"),
  7: call("platform_op", "hex"),
  8: call("set_debugreg", "dec", "hex"),
  9: call("get_debugreg", "dec"),
  10: call("update_descriptor", "hex", "hex", "hex", "hex"),
  12: call("memory_op", MEMORY_OP, "hex"),
  13: call("multicall", "hex", "dec"),
  14: call("update_va_mapping", "hex", "hex", "hex", "hex"),
  15: call("set_timer_op", "hex", "hex"),
  16: call("event_channel_op_compat", "hex"),
  17: call("xen_version", XEN_VERSION, "hex"),
  18: call("console_io", CONSOLE_IO, "dec", "hex"),
  19: call("physdev_op_compat", "hex"),
  20: call("grant_table_op", GRANT_TABLE_OP, "hex", "dec"),
  21: call("vm_assist", VM_ASSIST, "dec"),
  22: call("update_va_mapping_otherdomain", "hex", "hex", "hex", "hex", "hex"),
  23: call("iret"),
  24: call("vcpu_op", VCPU_OP, "dec", "hex"),
  25: call("set_segment_base", "dec", "hex"),
  26: call("mmuext_op", "hex", "dec", "hex", "hex"),
  27: call("xsm_op", "hex"),
  28: call("nmi_op", "dec", "hex"),
  29: call("sched_op", SCHED_OP, "hex"),
  30: call("callback_op", CALLBACK_OP, "hex"),
  31: call("xenoprof_op", "dec", "hex"),
  32: call("event_channel_op", EVTCHN_OP, "hex"),
  33: call("physdev_op", PHYSDEV_OP, "hex"),
  34: call("hvm_op", "dec", "hex"),
  35: call("sysctl", "hex"),
  36: call("domctl", "hex"),
  37: call("kexec_op", "dec", "hex"),
  38: call("tmem_op", "hex"),
  39: call("argo_op", "dec", "hex", "hex", "hex", "hex"),
  40: call("xenpmu_op", "dec", "hex"),
  41: call("dm_op", "dec", "dec", "hex"),
  42: call("hypfs_op", "dec", "hex", "hex", "hex", "hex"),
};

/** The iret hypercall, which does not return. */
export const HYPERCALL_IRET = 23;

/** A hypercall without a name is shown with all arguments that a call can have, except the last. */
export function hypercallInfo(number: number): HypercallInfo {
  return TABLE[number] ?? call(`hypercall ${number}`, "hex", "hex", "hex", "hex", "hex");
}

/** `sched_op` for 29; undefined for a number without a name. */
export function hypercallName(number: number): string | undefined {
  return TABLE[number]?.name;
}

const FORMS: ReadonlyMap<string, readonly ArgumentForm[]> = new Map(
  Object.values(TABLE).map((info) => [info.name, info.arguments]),
);

/** Functions that pass on a hypercall's arguments: `hypercall_dispatch(nr, args)`, `_hypercall3(nr, a1, a2, a3)`. */
const CARRIER = /(^|_)hypercall(_|\d|$)/i;
const CARRIED = /^(args?|a|arg)\d*$/;

/**
 * How a variable is shown in a function that serves or makes a hypercall, such as `do_mmu_update` and
 * `HYPERVISOR_mmu_update`: parameters are shown as in the trace.
 * @param index the index of the parameter; -1 for another variable
 */
export function argumentNotation(functionName: string, variable: string, index: number): Notation {
  if (CARRIER.test(functionName) && CARRIED.test(variable)) return "hexadecimal";
  const form = FORMS.get(functionName.replace(/^(do|HYPERVISOR|hypercall)_/, ""))?.[index];
  return form === "hex" ? "hexadecimal" : undefined;
}

/** The argument as text; `value` is unsigned. */
export function formatArgument(form: ArgumentForm, value: number): string {
  if (form === "dec") return String(value | 0);
  if (form === "hex") return hex32(value);
  return form[value] || String(value);
}
