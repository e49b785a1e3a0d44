import type { Disposable, MachineApi, MachineView } from "../../emulator/index";
import type { HypercallRow } from "../protocol";
import type { ImageSymbols } from "../symbols/index";
import { formatResult, isErrno } from "./errno";
import { hex32 } from "../values/hex";
import { formatArgument, HYPERCALL_IRET, hypercallInfo } from "./hypercall-table";
import { VmmView } from "../awareness/vmm-view";

/** A hypercall as the hypervisor saw it, in numbers. `hypercallRow` formats it when somebody looks. */
export interface Hypercall {
  /** 0, 1, 2 ... in the order of entry. */
  readonly index: number;
  readonly domain: number;
  readonly vcpu: number;
  readonly number: number;
  /** All arguments that the call takes. */
  readonly arguments: readonly number[];
  /** Where the guest continues afterwards. */
  readonly eip: number;
  /** The ring from which the call came. */
  readonly ring: number;
  /** The number of instructions that the machine had retired at entry. */
  readonly instructions: number;
  /** Undefined while the call is in progress, and for iret, which does not return. */
  result: number | undefined;
}

/** Takes a call when it is entered, and the same object again when it has returned. */
export type HypercallSink = (call: Hypercall) => void;

/** The call in its current state, for display. */
export function hypercallRow(call: Hypercall): HypercallRow {
  const { index, domain, vcpu, number, ring, instructions, result } = call;
  const { name, arguments: forms } = hypercallInfo(number);
  const words = call.arguments.map((word, i) => formatArgument(forms[i] ?? "hex", word));
  const row: HypercallRow = {
    index,
    domain,
    vcpu,
    number,
    name,
    arguments: words,
    failed: false,
    eip: hex32(call.eip),
    ring,
    instructions,
  };
  if (result === undefined) return row;
  return { ...row, result: formatResult(result), failed: isErrno(result) };
}

/** Follows the hypercalls of all domains through the hypervisor's trace points. Undefined for an image without them. */
export function traceHypercalls(machine: MachineApi, vmm: ImageSymbols, sink: HypercallSink): Disposable | undefined {
  const view = new VmmView(vmm);
  const enter = view.addressOf("trace_hypercall_enter");
  const exit = view.addressOf("trace_hypercall_exit");
  if (enter === undefined || exit === undefined) return undefined;
  const trace = new HypercallTrace(view, sink);
  const points = [machine.onProbe(enter, trace.entered.bind(trace)), machine.onProbe(exit, trace.left.bind(trace))];
  return { dispose: () => points.forEach((point) => point.dispose()) };
}

/** How many calls of one vCPU may be inside each other. If a guest never returns from more, the oldest are given up. */
const DEEPEST = 64;

class HypercallTrace {
  private count = 0;
  /** Calls in progress, the innermost last, by the linear address of the vcpu. A multicall contains others. */
  private readonly inside = new Map<number, Hypercall[]>();

  constructor(
    private readonly view: VmmView,
    private readonly sink: HypercallSink,
  ) {}

  entered(machine: MachineView): void {
    const { view } = this;
    const vcpu = view.argument(machine, 0);
    const number = view.argument(machine, 1);
    const regs = view.argument(machine, 2);
    const call: Hypercall = {
      index: this.count++,
      domain: view.domainOfVcpu(machine, vcpu),
      vcpu: view.idOfVcpu(machine, vcpu),
      number,
      arguments: view.hypercallArguments(machine, regs, hypercallInfo(number).arguments.length),
      eip: view.eipOf(machine, regs),
      ring: view.ringOf(machine, regs),
      instructions: machine.instructions,
      result: undefined,
    };
    const calls = this.inside.get(vcpu);
    if (calls === undefined) this.inside.set(vcpu, [call]);
    else {
      calls.push(call);
      if (calls.length > DEEPEST) calls.shift();
    }
    this.sink(call);
  }

  left(machine: MachineView): void {
    const { view } = this;
    const calls = this.inside.get(view.argument(machine, 0));
    const number = view.argument(machine, 1);
    // A call that never returned (because the domain crashed) must not get another call's result.
    let call = calls?.pop();
    while (call !== undefined && call.number !== number) call = calls?.pop();
    if (call === undefined) return;
    if (number !== HYPERCALL_IRET) call.result = view.argument(machine, 2);
    this.sink(call);
  }
}
