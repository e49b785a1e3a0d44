import type { Disposable, MachineApi } from "../../emulator/index";
import type { ImageSymbols } from "../symbols/index";
import type { Hypercall } from "./hypercall";
import { HYPERCALL_IRET } from "./hypercall-table";
import { Argument, HypercallWords, WORDS_AT_EXIT, type Writable } from "./hypercall-words";
import { VmmView } from "../awareness/vmm-view";

/** Is told of calls some time later, but before any other listener of the machine is told of something. */
export interface HypercallSink {
  /** @param call is filled in anew for each call, and must be copied */
  entered(call: Hypercall): void;
  /**
   * @param result undefined for iret
   * @param instructions that the machine had retired
   */
  left(index: number, result: number | undefined, instructions: number): void;
}

/** Follows the hypercalls of all domains through the hypervisor's trace points. Undefined for an image without them. */
export function traceHypercalls(machine: MachineApi, vmm: ImageSymbols, sink: HypercallSink): Disposable | undefined {
  const view = new VmmView(vmm);
  const enter = view.addressOf("trace_hypercall_enter");
  const exit = view.addressOf("trace_hypercall_exit");
  if (enter === undefined || exit === undefined) return undefined;
  const words = new HypercallWords(view);
  const trace = new HypercallTrace(words, sink);
  const points = [
    machine.record(enter, words.atEntry, trace.entered.bind(trace)),
    machine.record(exit, WORDS_AT_EXIT, trace.left.bind(trace)),
  ];
  return { dispose: () => points.forEach((point) => point.dispose()) };
}

/** How many calls of one vCPU may be inside each other. If a guest never returns from more, the oldest are given up. */
const DEEPEST = 64;

/** The struct vcpu's linear address as a signed number, which V8 keeps without an object. */
const vcpuIn = (words: Uint32Array, at: number): number => (words[at + Argument.Vcpu] ?? 0) | 0;

/** The index and the number of each call of a vCPU in progress, the innermost last. A multicall contains others. */
type Inside = number[];

class HypercallTrace {
  private readonly call: Writable<Hypercall> = {
    ...{ index: -1, domain: 0, vcpu: 0, number: 0, arguments: [], eip: 0, ring: 0, instructions: 0 },
    result: undefined,
  };
  /** By the vcpu, see `vcpuIn`. */
  private readonly vcpus = new Map<number, Inside>();
  /** The latest vcpu, and its calls. */
  private vcpu = 0;
  private calls: Inside = [];

  constructor(
    private readonly words: HypercallWords,
    private readonly sink: HypercallSink,
  ) {
    this.vcpus.set(this.vcpu, this.calls);
  }

  entered(instructions: number, words: Uint32Array, at: number): void {
    const { call } = this;
    this.words.read(words, at, call);
    call.index++;
    call.instructions = instructions;
    const calls = this.inside(vcpuIn(words, at));
    calls.push(call.index, call.number);
    if (calls.length > 2 * DEEPEST) calls.splice(0, 2);
    this.sink.entered(call);
  }

  left(instructions: number, words: Uint32Array, at: number): void {
    const calls = this.inside(vcpuIn(words, at));
    const number = words[at + Argument.Number] ?? 0;
    // A call that never returned (because the domain crashed) must not get another call's result.
    while (calls.length > 0) {
      const last = calls.pop();
      const index = calls.pop() ?? 0;
      if (last !== number) continue;
      return this.sink.left(index, number === HYPERCALL_IRET ? undefined : words[at + Argument.Last], instructions);
    }
  }

  private inside(vcpu: number): Inside {
    if (vcpu === this.vcpu) return this.calls;
    this.vcpu = vcpu;
    this.calls = this.vcpus.get(vcpu) ?? [];
    this.vcpus.set(vcpu, this.calls);
    return this.calls;
  }
}
