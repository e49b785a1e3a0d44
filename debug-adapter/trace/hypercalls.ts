import type { Disposable, MachineApi, MachineView } from "../../emulator/index";
import type { HypercallRow } from "../protocol";
import type { ImageSymbols } from "../symbols/index";
import { formatResult, isErrno } from "./errno";
import { hex32 } from "../values/hex";
import { formatArgument, HYPERCALL_IRET, hypercallInfo } from "./hypercall-table";
import { VmmView } from "../awareness/vmm-view";

/** Takes a row when the call is entered and the same object again when it is back. */
export type HypercallSink = (row: HypercallRow) => void;

/**
 * Follows the hypercalls of all domains through the hypervisor's trace points.
 * Undefined for an image without them.
 */
export function traceHypercalls(machine: MachineApi, vmm: ImageSymbols, sink: HypercallSink): Disposable | undefined {
  const view = new VmmView(vmm);
  const enter = view.addressOf("trace_hypercall_enter");
  const exit = view.addressOf("trace_hypercall_exit");
  if (enter === undefined || exit === undefined) return undefined;
  const trace = new HypercallTrace(view, sink);
  const points = [
    machine.onProbe(enter, (at) => trace.entered(at)),
    machine.onProbe(exit, (at) => trace.left(at)),
  ];
  return { dispose: () => points.forEach((point) => point.dispose()) };
}

class HypercallTrace {
  private count = 0;
  /** Calls inside, innermost last, by the linear address of the vcpu: a multicall holds others. */
  private readonly inside = new Map<number, HypercallRow[]>();

  constructor(
    private readonly view: VmmView,
    private readonly sink: HypercallSink,
  ) {}

  entered(machine: MachineView): void {
    const { view } = this;
    const vcpu = view.argument(machine, 0);
    const number = view.argument(machine, 1);
    const regs = view.argument(machine, 2);
    const info = hypercallInfo(number);
    const row: HypercallRow = {
      index: this.count++,
      domain: view.domainOfVcpu(machine, vcpu),
      vcpu: view.idOfVcpu(machine, vcpu),
      number,
      name: info.name,
      arguments: info.arguments.map((form, i) => formatArgument(form, view.hypercallArgument(machine, regs, i))),
      failed: false,
      eip: hex32(view.eipOf(machine, regs)),
      ring: view.ringOf(machine, regs),
      instructions: machine.instructions,
    };
    const calls = this.inside.get(vcpu);
    if (calls === undefined) this.inside.set(vcpu, [row]);
    else calls.push(row);
    this.sink(row);
  }

  left(machine: MachineView): void {
    const { view } = this;
    const calls = this.inside.get(view.argument(machine, 0));
    const number = view.argument(machine, 1);
    // A call that never came back (the domain crashed inside) must not take another's result.
    let row = calls?.pop();
    while (row !== undefined && row.number !== number) row = calls?.pop();
    if (row === undefined) return;
    const result = view.argument(machine, 2);
    if (number !== HYPERCALL_IRET) {
      row.result = formatResult(result);
      row.failed = isErrno(result);
    }
    this.sink(row);
  }
}
