import { readFileSync } from "node:fs";
import { type Condition, Machine, type MachineView, Op, Probe, ProbeRegister, type Stop, type WatchAccess } from "../../../emulator/index";
import { compiling } from "../../../debug-adapter/cli/v8";
import { SymbolImage } from "../../../debug-adapter/symbols/index";
import { traceHypercalls } from "../../../debug-adapter/trace/index";

/** What one run of a scenario came to. */
export interface Sample {
  /** User seconds of this process while the machine ran, V8's compiler threads included. */
  seconds: number;
  instructions: number;
  /** What the scenario is about: hits, evaluations, steps, calls traced. */
  events: number;
}

/** Images by name (kernels of test/bench/kernels, "vmm" and "guest"): their paths. */
export type Images = Readonly<Record<string, string>>;

const KERNEL_MEMORY = 64 << 20;
const GUEST_MEMORY = 128 << 20;
const GUEST_BOOTS = 12;
const STEPS = 1_000_000;
const EVALUATIONS = 6_000_000;
/** Into the kernel's work: the machine stands in its hottest code, its stack is in use. */
const UNDER_WAY = 3_000_000;
const PAGE = 4096;

const userSeconds = (): number => process.cpuUsage().user / 1e6;

function boot(image: string): Machine {
  const machine = new Machine({ memoryBytes: KERNEL_MEMORY, engine: "auto", compiling });
  machine.boot(readFileSync(image));
  return machine;
}

/** Runs to the end. @throws when that is not the end that the kernel writes */
function finish(machine: Machine, prepare: (machine: Machine) => () => number): Sample {
  const events = prepare(machine);
  const before = userSeconds();
  const stop: Stop = machine.run();
  const seconds = userSeconds() - before;
  if (stop.kind !== "exit" || stop.value !== 0) throw new Error(`ended with ${JSON.stringify(stop)}`);
  return { seconds, instructions: machine.instructions, events: events() };
}

const nothing = (): number => 0;

/** On the first instruction of the kernel, in the page of all its code: passed once, at the start. */
function breakpointAside(machine: Machine): () => number {
  machine.setBreakpoint(machine.pc);
  return nothing;
}

/** On the lowest word of the page that the stack is in, which the kernel does not reach. */
const watchBesideStack = (access: WatchAccess) => (machine: Machine): (() => number) => {
  machine.run({ instructions: UNDER_WAY });
  const page = Math.floor(machine.registers.get("esp") / PAGE) * PAGE;
  machine.setWatchpoint({ linear: page, length: 4, access });
  return nothing;
};

/** Some words that lie apart, most of them where nobody goes. */
function watchApart(machine: Machine): () => number {
  watchBesideStack("access")(machine);
  const free = [0x200000, 0x280000, 0x300000, 0x380000, 0x400000].flatMap((linear) => [linear, linear + 64]);
  for (const linear of free) machine.setWatchpoint({ linear, length: 4, access: "access" });
  return nothing;
}

/** As a debug session has it. */
function logged(machine: Machine): () => number {
  machine.logTransfers = true;
  return () => machine.transfersLogged;
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
  const [first, before] = [machine.instructions, userSeconds()];
  while (condition.count < EVALUATIONS && machine.run({ instructions: UNDER_WAY }).kind === "count");
  return { seconds: userSeconds() - before, instructions: machine.instructions - first, events: condition.count };
}

function singleSteps(image: string): Sample {
  const machine = boot(image);
  machine.run({ instructions: UNDER_WAY });
  const [first, before] = [machine.instructions, userSeconds()];
  for (let step = 0; step < STEPS; step++) machine.step();
  return { seconds: userSeconds() - before, instructions: machine.instructions - first, events: STEPS };
}

function bootGuest(vmm: string, kernel: string, prepare: (machine: Machine) => () => number): Sample {
  const machine = new Machine({ memoryBytes: GUEST_MEMORY, engine: "auto", compiling });
  machine.boot(readFileSync(vmm), { modules: [{ bytes: readFileSync(kernel), commandLine: "" }] });
  return finish(machine, prepare);
}

/**
 * The hypervisor with the sample guest, from start to power-off, several times. The first one does not count: it reads
 * the hypervisor's debug information.
 */
function guest(vmm: string, kernel: string, prepare: (machine: Machine) => () => number): Sample {
  bootGuest(vmm, kernel, prepare);
  const boots = Array.from({ length: GUEST_BOOTS }, () => bootGuest(vmm, kernel, prepare));
  const sum = (of: (sample: Sample) => number): number => boots.reduce((total, sample) => total + of(sample), 0);
  return { seconds: sum((s) => s.seconds), instructions: sum((s) => s.instructions), events: sum((s) => s.events) };
}

/** Hypercalls by the hypervisor's trace points, and each change of ring. */
function traced(vmm: string): (machine: Machine) => () => number {
  const symbols = SymbolImage.load(readFileSync(vmm));
  return (machine) => {
    let events = 0;
    machine.onTransfer = () => events++;
    traceHypercalls(machine, symbols, () => events++);
    return () => events;
  };
}

export const SCENARIOS: Readonly<Record<string, (images: Images) => Sample>> = {
  "crc32": ({ crc32 = "" }) => finish(boot(crc32), () => nothing),
  "crc32, breakpoint": ({ crc32 = "" }) => finish(boot(crc32), breakpointAside),
  "fib": ({ fib = "" }) => finish(boot(fib), () => nothing),
  "fib, breakpoint": ({ fib = "" }) => finish(boot(fib), breakpointAside),
  "fib, writes watched": ({ fib = "" }) => finish(boot(fib), watchBesideStack("write")),
  "fib, accesses watched": ({ fib = "" }) => finish(boot(fib), watchBesideStack("access")),
  "fib, eleven accesses watched": ({ fib = "" }) => finish(boot(fib), watchApart),
  "int80": ({ int80 = "" }) => finish(boot(int80), () => nothing),
  "int80, logged": ({ int80 = "" }) => finish(boot(int80), logged),
  "guest": ({ vmm = "", guest: kernel = "" }) => guest(vmm, kernel, () => nothing),
  "guest, traced": ({ vmm = "", guest: kernel = "" }) => guest(vmm, kernel, traced(vmm)),
  "conditions": ({ registers = "" }) => evaluate(registers),
  "steps": ({ fib = "" }) => singleSteps(fib),
};
