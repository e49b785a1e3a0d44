import { Gpr } from "../base/arch";
import { RAM, S } from "../base/layout";
import { State } from "../base/state";
import { StateReader, type StateStream, StateWriter } from "../base/state-stream";
import { MachineError } from "../boot/machine-error";
import { FIRMWARE_START, HIGH_START } from "../boot/low-memory";
import { BOOT_MAGIC, loadMultiboot } from "../boot/multiboot";
import { Cpu } from "../cpu/cpu";
import { HOT, Jit, WARM } from "../jit/jit";
import type { RecordedWords, RecordSink } from "../cpu/recorders";
import { type CpuWiring, instanceOf, type LoggedTransfer, type Transfer } from "../cpu/wiring";
import {
  PROBE_REGISTERS,
  type BootOptions,
  type Condition,
  type Disposable,
  type InputRecord,
  type MachineApi,
  type MachineOptions,
  type MachineView,
  type Registers,
  type RunOptions,
  type SavedMachine,
  type SegmentName,
  type SegmentView,
  type SerialPort,
  type Stop,
  type TableRegister,
  type Watchpoint,
} from "./api";
import { Board } from "./board";
import { Breakpoints } from "./breakpoints";
import { PlainMemory } from "./debug-memory";
import { InputLog } from "./input-log";
import { StateRegisters } from "./registers";
import { MachineClock, RunLoop } from "./run-loop";
import { type Statistics, statisticsOf } from "./statistics";
import { Watchpoints } from "./watchpoints";

const MIN_MEMORY = 1 << 20;
const MAX_MEMORY = 2047 * (1 << 20);
const MEMORY_STEP = 1 << 16;

/** The machine: processor, memory and devices wired together. See api.ts for the contract of each member. */
export class Machine implements MachineApi {
  readonly memory: PlainMemory;
  readonly memoryBytes: number;
  private readonly state: State;
  private readonly cpu: Cpu;
  private readonly clock: MachineClock;
  private readonly board: Board;
  private readonly inputLog: InputLog;
  private readonly breakpoints: Breakpoints;
  private readonly watchpoints: Watchpoints;
  private readonly loop: RunLoop;
  private readonly stateRegisters: StateRegisters;

  /** @throws MachineError memory-size or memory-unavailable */
  constructor(options: MachineOptions) {
    const { memoryBytes } = options;
    if (memoryBytes < MIN_MEMORY || memoryBytes > MAX_MEMORY || memoryBytes % MEMORY_STEP !== 0)
      throw new MachineError("memory-size", { memory: memoryBytes });
    this.memoryBytes = memoryBytes;
    this.state = makeState(memoryBytes);
    this.stateRegisters = new StateRegisters(this.state);

    this.clock = new MachineClock(() => this.cpu.retired);
    this.board = new Board({
      clock: this.clock,
      memoryBytes,
      attention: () => this.cpu.yield(),
      deadlineMoved: () => this.loop.deadlineMoved(),
      exit: (value) => this.loop.exit(value),
      onSerial: (port, bytes) => options.onSerial?.(port, bytes),
    });
    const { ports, interrupts, timers } = this.board;
    const { engine = "auto", compiling = (make) => make() } = options;
    const instantiate: CpuWiring["instantiate"] = (module, env, lazily) =>
      compiling(() => instanceOf(module, env), lazily);
    this.cpu = new Cpu({ state: this.state, ports, interrupts, now: () => this.clock.now(), instantiate });
    if (engine !== "interpreter")
      this.cpu.attach((parts) => new Jit(parts, engine === "compiled" ? WARM : HOT, options.hostNow));
    // The segment of the firmware.
    this.cpu.memory.physical.kinds.mapRom(FIRMWARE_START >>> 12, (HIGH_START - FIRMWARE_START) >>> 12);
    this.memory = new PlainMemory(this.state, this.cpu.memory.physical);
    this.breakpoints = new Breakpoints(this.cpu);
    this.cpu.onMark = (linear) => this.breakpoints.reached(linear, this);
    this.watchpoints = new Watchpoints(this.cpu, this.memory);
    this.cpu.onTouch = (watch) => this.watchpoints.touching(watch);
    this.inputLog = new InputLog((device, bytes) => this.board.receive(device, bytes), options.replay ?? []);
    this.loop = new RunLoop(
      {
        processor: this.cpu,
        standing: this.stateRegisters,
        clock: this.clock,
        timers,
        interrupts,
        inputs: this.inputLog,
        breakpoints: this.breakpoints,
        watchpoints: this.watchpoints,
        listening: () => this.board.listening,
        flushOutput: () => this.board.flushOutput(),
      },
      this,
    );
    this.board.start();
  }

  boot(kernel: Uint8Array, options: BootOptions = {}): void {
    const { entry, info, stack, gdt } = loadMultiboot(
      this.ram,
      kernel,
      options.commandLine ?? "",
      options.modules ?? [],
    );
    this.cpu.memory.physical.written.noteAll();
    this.state.setGpr(Gpr.Eax, BOOT_MAGIC);
    this.state.setGpr(Gpr.Ebx, info);
    this.state.setGpr(Gpr.Esp, stack);
    this.state.set(S.GdtrBase, gdt.base);
    this.state.set(S.GdtrLimit, gdt.limit);
    this.state.set(S.Eip, entry);
  }

  run(options: RunOptions = {}): Stop {
    return this.loop.run(options);
  }

  step(): Stop {
    return this.loop.step();
  }

  skip(ticks: number): void {
    this.loop.skip(ticks);
  }

  setBreakpoint(linear: number, condition?: Condition): void {
    this.breakpoints.set(linear, condition);
  }

  clearBreakpoint(linear: number): void {
    this.breakpoints.clear(linear);
  }

  setWatchpoint(watchpoint: Watchpoint, condition?: Condition): Disposable {
    return this.watchpoints.set(watchpoint, condition);
  }

  onProbe(linear: number, hit: (machine: MachineView) => void): Disposable {
    return this.breakpoints.trace(linear, hit);
  }

  record(linear: number, spans: readonly RecordedWords[], sink: RecordSink): Disposable {
    return this.breakpoints.record(linear, { spans, sink });
  }

  get onTransfer(): ((transfer: Transfer) => void) | undefined {
    return this.cpu.onTransfer;
  }

  set onTransfer(listener: ((transfer: Transfer) => void) | undefined) {
    this.cpu.onTransfer = listener;
  }

  get logTransfers(): boolean {
    return this.cpu.transfers.enabled;
  }

  set logTransfers(enabled: boolean) {
    this.cpu.transfers.enabled = enabled;
  }

  get transfersLogged(): number {
    return this.cpu.transfers.count;
  }

  loggedTransfer(back: number): LoggedTransfer | undefined {
    return this.cpu.transfers.find(back);
  }

  get registers(): Registers {
    return this.stateRegisters;
  }

  probeRegister(index: number): number {
    const name = PROBE_REGISTERS[index];
    return this.stateRegisters.get(name);
  }

  probeLoad(linear: number, size: 1 | 2 | 4): number {
    return this.memory.load(linear, size);
  }

  segment(name: SegmentName): SegmentView {
    return this.stateRegisters.segment(name);
  }

  get gdtr(): TableRegister {
    return { base: this.state.get(S.GdtrBase), limit: this.state.get(S.GdtrLimit) };
  }

  get idtr(): TableRegister {
    return { base: this.state.get(S.IdtrBase), limit: this.state.get(S.IdtrLimit) };
  }

  get pc(): number {
    return this.stateRegisters.pc;
  }

  get cpl(): number {
    return this.state.get(S.Cpl);
  }

  get compiledInstructions(): number {
    return this.cpu.compiled;
  }

  get faults(): number {
    return this.state.counters.faults;
  }

  get interrupts(): number {
    return this.state.counters.interrupts;
  }

  statistics(): Statistics {
    return statisticsOf(this.state.counters, this.instructions, this.compiledInstructions);
  }

  /**
   * Everything that decides how the machine goes on, between two runs. Breakpoints, watchpoints and listeners are not
   * part of it.
   * @throws Error when the machine is over
   */
  save(): SavedMachine {
    if (this.loop.isOver) throw new Error("a machine that is over has no state to go on from");
    const writer = new StateWriter();
    this.passState(writer);
    return { parts: writer.values, ram: this.ram.slice() };
  }

  /** Puts the machine back to where it was saved, or another machine that has the same options. */
  load({ parts, ram }: SavedMachine): void {
    this.ram.set(ram);
    this.cpu.memory.physical.written.noteAll();
    this.passState(new StateReader(parts));
  }

  /** Physical pages (address >>> 12) that may have been written to since the last call, in ascending order. */
  takeWritten(): number[] {
    return this.cpu.memory.takeWritten();
  }

  private passState(stream: StateStream): void {
    for (const part of [this.clock, this.cpu, this.board, this.inputLog, this.loop]) part.passState(stream);
  }

  private get ram(): Uint8Array {
    return this.state.u8.subarray(RAM, RAM + this.memoryBytes);
  }

  get instructions(): number {
    return this.cpu.retired;
  }

  get ticks(): number {
    return this.clock.now();
  }

  serialInput(port: SerialPort, bytes: Uint8Array): void {
    this.inputLog.enter(this.instructions, this.ticks, port === 0 ? "com1" : "com2", bytes);
  }

  get inputs(): readonly InputRecord[] {
    return this.inputLog.records;
  }
}

function makeState(memoryBytes: number): State {
  try {
    return new State(memoryBytes);
  } catch (error) {
    if (error instanceof RangeError) throw new MachineError("memory-unavailable", { memory: memoryBytes });
    throw error;
  }
}
