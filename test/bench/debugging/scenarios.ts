import { readFileSync } from "node:fs";
import {
  type Condition,
  Machine,
  type MachineView,
  Op,
  Probe,
  ProbeRegister,
  type Stop,
  type Transfer,
  type WatchAccess,
} from "../../../emulator/index";
import { compiling } from "../../../debug-adapter/host/v8";
import { SymbolImage } from "../../../debug-adapter/symbols/index";
import { HypercallLog, type HypercallSink, traceHypercalls } from "../../../debug-adapter/trace/index";

/** What one run of a rate's scenario came to. */
export interface Sample {
  /** Processor seconds of this process while the machine ran, V8's compiler threads included. */
  seconds: number;
  instructions: number;
  /** What the scenario is about: evaluations, steps. */
  events: number;
}

/** Processor seconds of the same work, plain and with what is measured, done right after one another. */
export interface Pair {
  plain: number;
  debugged: number;
}

/** Images by name (kernels of test/bench/kernels, "vmm" and "guest"): their paths. */
export type Images = Readonly<Record<string, string>>;

const KERNEL_MEMORY = 64 << 20;
const GUEST_MEMORY = 128 << 20;
const GUEST_BOOTS = 120;
/** The first ones do not count: code is compiled, the hypervisor's debug information read. */
const GUEST_WARM_UP = 10;
/** Instructions that two machines run in turn, a millisecond or some. */
const SLICE = 1_000_000;
/** Part of the slices that does not count: regions are compiled, or compiled anew. */
const WARM_UP = 0.1;
const STEPS = 1_000_000;
const EVALUATIONS = 6_000_000;
/** Into the kernel's work: the machine stands in its hottest code, its stack is in use. */
const UNDER_WAY = 3_000_000;
const PAGE = 4096;

/** User and system: Linux divides the two by the clock's ticks, too coarse for slices. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function boot(image: string): Machine {
  const machine = new Machine({ memoryBytes: KERNEL_MEMORY, engine: "auto", compiling });
  machine.boot(readFileSync(image));
  return machine;
}

/** Processor seconds of `work`. */
function timed(work: () => void): number {
  const before = processorSeconds();
  work();
  return processorSeconds() - before;
}

/** Both in turn, the one or the other first. */
function pair(index: number, plain: () => void, debugged: () => void): Pair {
  if (index % 2 === 0) return { plain: timed(plain), debugged: timed(debugged) };
  const seconds = timed(debugged);
  return { plain: timed(plain), debugged: seconds };
}

/** Two machines run the same in slices, one of them as `prepare` left it. @throws when one stops for what is measured */
function inSlices(make: () => Machine, prepare: (machine: Machine) => void): Pair[] {
  const [plain, debugged] = [make(), make()];
  prepare(debugged);
  plain.run({ instructions: debugged.instructions });
  const pairs: Pair[] = [];
  const stops: Stop[] = [];
  const slice = (machine: Machine) => (): void => void stops.push(machine.run({ instructions: SLICE }));
  do pairs.push(pair(pairs.length, slice(plain), slice(debugged)));
  while (stops.every(({ kind }) => kind === "count"));
  const unlike = stops.find(({ kind }) => kind !== "count" && kind !== "exit");
  if (unlike || stops.slice(-2).some(({ kind }) => kind !== "exit"))
    throw new Error(`ended with ${JSON.stringify(stops.slice(-2))}`);
  // The last slices are short.
  return pairs.slice(WARM_UP * pairs.length, -1);
}

/** On the first instruction of the kernel, in the page of all its code: passed once, at the start. */
function breakpointAside(machine: Machine): void {
  machine.setBreakpoint(machine.pc);
}

/** On the lowest word of the page that the stack is in, which the kernel does not reach. */
const watchBesideStack =
  (access: WatchAccess) =>
  (machine: Machine): void => {
    machine.run({ instructions: UNDER_WAY });
    const page = Math.floor(machine.registers.get("esp") / PAGE) * PAGE;
    machine.setWatchpoint({ linear: page, length: 4, access });
  };

/** Some words that lie apart, most of them where nobody goes. */
function watchApart(machine: Machine): void {
  watchBesideStack("access")(machine);
  const free = [0x200000, 0x280000, 0x300000, 0x380000, 0x400000].flatMap((linear) => [linear, linear + 64]);
  for (const linear of free) machine.setWatchpoint({ linear, length: 4, access: "access" });
}

/** As a debug session has it. */
function logged(machine: Machine): void {
  machine.logTransfers = true;
}

/** A condition that counts how often it is asked. */
class Counting implements Condition {
  count = 0;
  constructor(private readonly probe: Probe) {}

  stops(machine: MachineView): boolean {
    this.count++;
    return this.probe.stops(machine);
  }
}

/** `esp == 0`, where the machine stands under way, until it has been asked often enough. */
function evaluate(image: string): Sample {
  const machine = boot(image);
  machine.run({ instructions: UNDER_WAY });
  const code = Int32Array.of(Op.Register, ProbeRegister.Esp, Op.Push, 0, Op.Eq, Op.End);
  const condition = new Counting(new Probe(code, undefined));
  machine.setBreakpoint(machine.pc, condition);
  const [first, before] = [machine.instructions, processorSeconds()];
  while (condition.count < EVALUATIONS && machine.run({ instructions: UNDER_WAY }).kind === "count");
  return { seconds: processorSeconds() - before, instructions: machine.instructions - first, events: condition.count };
}

function singleSteps(image: string): Sample {
  const machine = boot(image);
  machine.run({ instructions: UNDER_WAY });
  const [first, before] = [machine.instructions, processorSeconds()];
  for (let step = 0; step < STEPS; step++) machine.step();
  return { seconds: processorSeconds() - before, instructions: machine.instructions - first, events: STEPS };
}

/** @throws when that is not the end that the guest asks for */
function bootGuest(vmm: Uint8Array, kernel: Uint8Array, prepare?: (machine: Machine) => void): void {
  const machine = new Machine({ memoryBytes: GUEST_MEMORY, engine: "auto", compiling });
  machine.boot(vmm, { modules: [{ bytes: kernel, commandLine: "" }] });
  prepare?.(machine);
  const stop = machine.run();
  if (stop.kind !== "exit" || stop.value !== 0) throw new Error(`ended with ${JSON.stringify(stop)}`);
}

/** A sink as a debug session has it. */
const keeping = (log: HypercallLog): HypercallSink => ({
  entered: (call) => log.put(call),
  left: (index, result) => log.finish(index, result),
});

/** The hypervisor with a guest that only calls it, in slices. */
function tracedCalls(vmm: string, kernel: string): Pair[] {
  const [hypervisor, guest] = [readFileSync(vmm), readFileSync(kernel)];
  const make = (): Machine => {
    const machine = new Machine({ memoryBytes: GUEST_MEMORY, engine: "auto", compiling });
    machine.boot(hypervisor, { modules: [{ bytes: guest, commandLine: "" }] });
    return machine;
  };
  const trace = (machine: Machine): void =>
    void traceHypercalls(machine, SymbolImage.load(hypervisor), keeping(new HypercallLog()));
  return inSlices(make, trace);
}

/** The hypervisor with the sample guest, from start to power-off: hypercalls by its trace points, each change of ring. */
function tracedGuest(vmm: string, kernel: string): Pair[] {
  const [hypervisor, guest] = [readFileSync(vmm), readFileSync(kernel)];
  const symbols = SymbolImage.load(hypervisor);
  const calls = new HypercallLog();
  const changes: Transfer[] = [];
  // Of all boots: V8 optimizes a closure of one of them for that one alone.
  const noteCalls = keeping(calls);
  const noteChange = (transfer: Transfer): void => void changes.push(transfer);
  const trace = (machine: Machine): void => {
    machine.onTransfer = noteChange;
    traceHypercalls(machine, symbols, noteCalls);
  };
  const plain = (): void => bootGuest(hypervisor, guest);
  const debugged = (): void => {
    bootGuest(hypervisor, guest, trace);
    changes.length = 0;
  };
  return Array.from({ length: GUEST_BOOTS }, (_, i) => pair(i, plain, debugged)).slice(GUEST_WARM_UP);
}

type Comparison = (images: Images) => Pair[];
type Rate = (images: Images) => Sample;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "crc32, breakpoint": ({ crc32 = "" }) => inSlices(() => boot(crc32), breakpointAside),
  "fib, breakpoint": ({ fib = "" }) => inSlices(() => boot(fib), breakpointAside),
  "fib, writes watched": ({ fib = "" }) => inSlices(() => boot(fib), watchBesideStack("write")),
  "fib, accesses watched": ({ fib = "" }) => inSlices(() => boot(fib), watchBesideStack("access")),
  "fib, eleven accesses watched": ({ fib = "" }) => inSlices(() => boot(fib), watchApart),
  "int80, logged": ({ int80 = "" }) => inSlices(() => boot(int80), logged),
  "null hypercalls, traced": ({ vmm = "", null: guest = "" }) => tracedCalls(vmm, guest),
  "guest, traced": ({ vmm = "", guest = "" }) => tracedGuest(vmm, guest),
};

const RATES: Readonly<Record<string, Rate>> = {
  conditions: ({ registers = "" }) => evaluate(registers),
  steps: ({ fib = "" }) => singleSteps(fib),
};

export const SCENARIOS: Readonly<Record<string, Comparison | Rate>> = { ...COMPARISONS, ...RATES };
