import type { DebugProtocol } from "@vscode/debugprotocol";
import type { SerialPort } from "../../emulator/index";
import { CrashStops, EXCEPTION_FILTERS, type ExceptionStop } from "../breakpoints/crash-stops";
import { DataBreakpoints } from "../breakpoints/data";
import type { LogPlace } from "../breakpoints/log-message";
import { BreakpointManager } from "../breakpoints/manager";
import { BreakpointTable } from "../breakpoints/table";
import type { Disassembler } from "../disassembly/disassembler";
import { breakpointMessages, debugMessages as say } from "../messages";
import type { HypercallsEventBody } from "../protocol";
import { Stepper } from "../stepping/stepper";
import type { FrameRow } from "../stack/stack";
import { Consoles, consoleNames, type ConsoleSink } from "./consoles";
import { Execution } from "./execution";
import type { Files } from "../images/files";
import { HaltedState } from "./halted-state";
import type { DebugHost } from "../launch/host";
import type { DebugPlan } from "../launch/configuration";
import { UserError } from "../user-error";
import { load, type Loaded } from "../launch/load";
import { liveEvaluator } from "./live-evaluator";
import { SourceMap, type SourcePlaces } from "../debuggee/source-map";
import { OWN_CONTEXT, threadsOf, type SessionThread } from "./threads";
import { LogLines } from "./log-lines";
import { MemoryViews, type Written } from "./memory-views";
import { TraceFeed } from "./trace-feed";
import { Variables } from "./variables";

/** How many folders above the program are searched for its sources. */
const SEARCH_LEVELS = 6;

const DEFAULT_FILTERS = EXCEPTION_FILTERS.filter((filter) => filter.default === true).map(({ filter }) => filter);

/** A line of a file, by its path at the client; lines count from 1. */
export interface SourceLine {
  path: string;
  line: number;
}

/** What a target reports to its session while it runs. */
export interface TargetListener extends ConsoleSink {
  /** The trace has grown, or calls have returned. */
  hypercalls(body: HypercallsEventBody): void;
  /** A logpoint has written whole lines; its place is given if the client has the source. */
  logged(text: string, place: SourceLine | undefined): void;
  /** The debugger itself has written memory. */
  written(bytes: Written): void;
}

/** Everything that belongs to one launch, wired together. */
export class Target {
  readonly loaded: Loaded;
  readonly disassembler: Disassembler;
  readonly table: BreakpointTable;
  readonly execution: Execution;
  readonly stepper: Stepper;
  readonly breakpoints: BreakpointManager;
  readonly dataBreakpoints: DataBreakpoints;
  readonly crashStops: CrashStops;
  readonly sources: SourceMap;
  readonly variables: Variables;
  readonly consoles: Consoles;
  readonly feed: TraceFeed;
  readonly memoryViews = new MemoryViews();
  private readonly log: LogLines;
  /** What the client may look at; undefined while the machine runs. */
  halted: HaltedState | undefined;
  /** Why the machine stopped, for exceptionInfo. */
  exception: ExceptionStop | undefined;
  private lastFrameId = 0;
  private lastBreakpointId = 0;
  /** All threads that have existed. The processor outside of any vCPU comes and goes, and a domain may end. */
  private readonly known = new Set([OWN_CONTEXT]);

  /** Throws UserError when the plan's images cannot be booted. */
  constructor(
    readonly plan: DebugPlan,
    host: DebugHost,
    private readonly listener: TargetListener,
  ) {
    // Bytes may leave a port only after the constructor has finished.
    const onSerial = (port: SerialPort, bytes: Uint8Array): void => this.consoles.write(port, bytes);
    this.disassembler = host.disassembler;
    this.loaded = load(plan, host, onSerial);
    const { debuggee, isBare } = this.loaded;
    this.table = new BreakpointTable(debuggee.machine);
    this.execution = new Execution(debuggee, this.table, host);
    this.stepper = new Stepper(this.execution);
    this.sources = new SourceMap(debuggee.images, sourcePlaces(plan, host.files), host.files);
    const nextId = (): number => ++this.lastBreakpointId;
    this.log = new LogLines(host.now, breakpointMessages.linesLeftOut);
    const live = liveEvaluator(debuggee);
    const { table, sources, log } = this;
    this.breakpoints = new BreakpointManager(debuggee, table, sources, nextId, !plan.noDebug, live, log);
    this.dataBreakpoints = new DataBreakpoints(debuggee, nextId, !plan.noDebug, live);
    this.crashStops = new CrashStops(debuggee, this.table, !plan.noDebug);
    // These filters hold until the client sets others.
    this.crashStops.set(DEFAULT_FILTERS);
    this.variables = new Variables(debuggee);
    this.consoles = new Consoles(listener, consoleNames(this.loaded, plan.console === "event"), !isBare);
    this.feed = new TraceFeed(debuggee, (body) => listener.hypercalls(body), host.now);
    debuggee.onWrite = (written) => listener.written(written);
    this.execution.onSlice = () => {
      this.flush(false);
      this.feed.tick();
    };
  }

  get debuggee(): Loaded["debuggee"] {
    return this.loaded.debuggee;
  }

  /** @param isLast whether the machine is stopped now */
  private flush(isLast: boolean): void {
    this.consoles.flush();
    for (const { text, place } of this.log.take(isLast)) this.listener.logged(text, place && this.sourceLine(place));
  }

  private sourceLine({ address, image }: LogPlace): SourceLine | undefined {
    const row = image?.symbols.lineAt(address);
    const path = row && this.sources.toClient(row.file);
    return row === undefined || path === undefined ? undefined : { path, line: row.line };
  }

  /**
   * The machine has stopped. What can be asked about it is computed on demand.
   * @param hiddenCalls inlined calls at the pc that are shown as still to come
   */
  halt(hiddenCalls = 0): HaltedState {
    this.execution.hiddenCalls = hiddenCalls;
    this.flush(true);
    this.feed.flush();
    this.halted = new HaltedState(this.debuggee, () => ++this.lastFrameId, hiddenCalls);
    this.noted(this.halted.threads);
    return this.halted;
  }

  /** The machine goes on. Earlier ids and references are invalid now. */
  resume(): void {
    this.halted = undefined;
    this.exception = undefined;
    this.variables.clear();
    this.execution.begin();
  }

  /** The threads. While the machine runs, they are those between two slices. */
  threads(): readonly SessionThread[] {
    if (this.halted !== undefined) return this.halted.threads;
    return this.noted(threadsOf(this.debuggee));
  }

  private noted(threads: readonly SessionThread[]): readonly SessionThread[] {
    for (const { id } of threads) this.known.add(id);
    return threads;
  }

  /**
   * The thread that a client names for a step or a question; undefined if it names none. Throws UserError for a thread
   * that does not exist.
   */
  thread(id: number | undefined): SessionThread | undefined {
    if (isNone(id)) return undefined;
    const thread = this.threads().find((each) => each.id === id);
    if (thread === undefined) throw new UserError(say.noThread(id));
    return thread;
  }

  /** Throws UserError for the number of a thread that has never existed. Requests for all threads accept any number. */
  checkThread(id: number | undefined): void {
    if (isNone(id) || this.known.has(id)) return;
    this.thread(id);
  }

  /**
   * The scopes of a frame. A frame of an earlier stop and a separator have none. Throws UserError for an id that has
   * never been a frame.
   */
  scopes(frameId: number): DebugProtocol.Scope[] {
    if (frameId < 1 || frameId > this.lastFrameId) throw new UserError(say.unknownFrame(frameId));
    const frame = this.halted?.frame(frameId);
    return frame === undefined || frame === "separator" ? [] : this.variables.scopes(frame);
  }

  /** The frame that the client means. Throws UserError if it is gone or never was. */
  frame(id: number): FrameRow {
    const frame = this.halted?.frame(id);
    if (frame === undefined) throw new UserError(say.noFrame());
    if (frame === "separator") throw new UserError(say.notAFrame());
    return frame;
  }

  /** The linear address, and the lowest ring, of the first instruction of the program itself. */
  entry(): { linear: number; leastRing: number } | undefined {
    const image = this.debuggee.images.images.find(({ owner }) => owner.kind !== "vmm");
    if (image === undefined) return undefined;
    return { linear: entryOf(image.symbols), leastRing: image.owner.kind === "guest" ? 1 : 0 };
  }
}

/** No thread has the number 0. Clients send it before they have seen any thread. */
function isNone(id: number | undefined): id is undefined | 0 {
  return id === undefined || id === 0;
}

const XEN_ENTRY_NOTE = 1;

/** The entry in the Xen note, or else in the ELF header. */
function entryOf(symbols: Loaded["debuggee"]["images"]["images"][number]["symbols"]): number {
  const note = symbols.notes.find(({ name, type }) => name === "Xen" && type === XEN_ENTRY_NOTE)?.description;
  if (note === undefined || note.length < 4) return symbols.entry;
  return new DataView(note.buffer, note.byteOffset, 4).getUint32(0, true);
}

function sourcePlaces(plan: DebugPlan, files: Files): SourcePlaces {
  const around = [files.packageRoot];
  let folder = files.folderOf(files.resolve(plan.kernel.file));
  for (let level = 0; level < SEARCH_LEVELS && !around.includes(folder); level++) {
    around.push(folder);
    folder = files.folderOf(folder);
  }
  return { roots: plan.sourceRoots, around, replaced: plan.sourceMap };
}
