import type { SerialPort } from "../../emulator/index";
import { CrashStops, EXCEPTION_FILTERS, type ExceptionStop } from "../breakpoints/crash-stops";
import { DataBreakpoints } from "../breakpoints/data";
import { BreakpointManager } from "../breakpoints/manager";
import { BreakpointTable } from "../breakpoints/table";
import { debugMessages as say } from "../messages";
import type { HypercallRow } from "../protocol";
import { Stepper } from "../stepping/stepper";
import type { FrameRow } from "../stack/stack";
import { Consoles, consoleNames, type ConsoleSink } from "./consoles";
import { Execution } from "./execution";
import type { Files } from "../launch/files";
import { HaltedState } from "./halted-state";
import { LoggedLines, type LoggedText } from "./logged-lines";
import type { Host } from "../launch/host";
import type { LaunchPlan } from "../launch/configuration";
import { UserError } from "../user-error";
import { load, type Loaded } from "../launch/load";
import { SourceMap } from "../debuggee/source-map";
import { threadsOf, type SessionThread } from "./threads";
import { TraceFeed } from "./trace-feed";
import { Variables } from "./variables";

/** Folders above the program in which its sources are looked for. */
const SEARCH_LEVELS = 6;

const DEFAULT_FILTERS = EXCEPTION_FILTERS.filter((filter) => filter.default === true).map(({ filter }) => filter);

/** What a target tells its session while it runs. */
export interface TargetListener extends ConsoleSink {
  hypercalls(rows: HypercallRow[]): void;
  /** What logpoints wrote since the last time. */
  logged(text: LoggedText): void;
}

/** All that belongs to one launch, wired together. */
export class Target {
  readonly loaded: Loaded;
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
  /** What the client may look at; undefined while the machine runs. */
  halted: HaltedState | undefined;
  /** Why the machine stands, for exceptionInfo. */
  exception: ExceptionStop | undefined;
  private readonly logged: LoggedLines;
  private lastFrameId = 0;
  private lastBreakpointId = 0;

  /** Throws UserError when the plan's images cannot be booted. */
  constructor(
    readonly plan: LaunchPlan,
    host: Host,
    private readonly listener: TargetListener,
  ) {
    // Bytes may leave a port only after the constructor is through.
    const onSerial = (port: SerialPort, bytes: Uint8Array): void => this.consoles.write(port, bytes);
    this.loaded = load(plan, host, onSerial);
    const { debuggee, isBare } = this.loaded;
    this.table = new BreakpointTable(debuggee.machine);
    this.execution = new Execution(debuggee, this.table, host);
    this.stepper = new Stepper(this.execution);
    this.sources = new SourceMap(debuggee.images, sourceRoots(plan, host.files), host.files);
    const nextId = (): number => ++this.lastBreakpointId;
    this.logged = new LoggedLines(this.sources);
    this.breakpoints = new BreakpointManager(debuggee, this.table, this.sources, nextId, !plan.noDebug, (...line) =>
      this.logged.add(...line),
    );
    this.dataBreakpoints = new DataBreakpoints(debuggee, nextId, !plan.noDebug);
    this.crashStops = new CrashStops(debuggee, this.table, !plan.noDebug);
    // Until the client says otherwise.
    this.crashStops.set(DEFAULT_FILTERS);
    this.variables = new Variables(debuggee);
    this.consoles = new Consoles(listener, consoleNames(this.loaded, plan.console === "event"), !isBare);
    this.feed = new TraceFeed(debuggee, (rows) => listener.hypercalls(rows));
    this.execution.onSlice = () => {
      this.flush();
      this.feed.tick();
    };
  }

  get debuggee(): Loaded["debuggee"] {
    return this.loaded.debuggee;
  }

  private flush(): void {
    this.consoles.flush();
    for (const text of this.logged.take()) this.listener.logged(text);
  }

  /** The machine came to a stand: what can be asked about it is worked out on demand. */
  halt(): HaltedState {
    this.flush();
    this.feed.flush();
    this.halted = new HaltedState(this.debuggee, () => ++this.lastFrameId);
    return this.halted;
  }

  /** The machine goes on: ids and references of before are void. */
  resume(): void {
    this.halted = undefined;
    this.exception = undefined;
    this.variables.clear();
    this.execution.begin();
  }

  /** The threads; while the machine runs, those between two slices. */
  threads(): readonly SessionThread[] {
    return this.halted?.threads ?? threadsOf(this.debuggee);
  }

  /** The frame that the client means. Throws UserError for one that is gone or none. */
  frame(id: number): FrameRow & { isLive: boolean } {
    const frame = this.halted?.frame(id);
    if (frame === undefined) throw new UserError(say.noFrame());
    if (frame === "separator") throw new UserError(say.notAFrame());
    return frame;
  }

  /** Linear address and least ring of the first instruction of the program itself. */
  entry(): { linear: number; leastRing: number } | undefined {
    const image = this.debuggee.images.images.find(({ owner }) => owner.kind !== "vmm");
    if (image === undefined) return undefined;
    return { linear: entryOf(image.symbols), leastRing: image.owner.kind === "guest" ? 1 : 0 };
  }
}

const XEN_ENTRY_NOTE = 1;

/** The Xen note's entry, or the ELF header's. */
function entryOf(symbols: Loaded["debuggee"]["images"]["images"][number]["symbols"]): number {
  const note = symbols.notes.find(({ name, type }) => name === "Xen" && type === XEN_ENTRY_NOTE)?.description;
  if (note === undefined || note.length < 4) return symbols.entry;
  return new DataView(note.buffer, note.byteOffset, 4).getUint32(0, true);
}

function sourceRoots(plan: LaunchPlan, files: Files): string[] {
  const roots = [...plan.sourceRoots, files.packageRoot];
  let folder = files.folderOf(files.resolve(plan.program));
  for (let level = 0; level < SEARCH_LEVELS && !roots.includes(folder); level++) {
    roots.push(folder);
    folder = files.folderOf(folder);
  }
  return roots;
}
