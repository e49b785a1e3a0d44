/**
 * What the adapter and its client tell each other beyond the Debug Adapter Protocol. The file has types only: the
 * extension imports them, and no other code of the adapter.
 */

/** The `launch` request's arguments. Only `program` is required. */
export interface LaunchConfiguration {
  /** The ELF file of the guest kernel, domain 0 (with `vmm: "none"`, any multiboot1 kernel). */
  program: string;
  /** The kernel's command line. */
  commandLine?: string;
  /** Further domains, each as `FILE ARGS`. */
  domains?: string[];
  /** Guest RAM in bytes, or with a unit: `128M`. */
  memory?: string;
  stopOnEntry?: boolean;
  /** The engine that runs the machine, as in the command line's `--engine`. */
  engine?: "auto" | "interpreter" | "compiled";
  /** Another VMM image than the built-in one. `none` boots the program on the bare machine. */
  vmm?: string;
  /** Folders, in order, below which relative source paths of the debug information are looked for. */
  sourceRoots?: string[];
  /** Folders that the debug information names, and where they are here. */
  sourceMap?: Record<string, string>;
  /** Files with the debug information of the images, or folders with such files (.debug, .dwo). */
  symbols?: string[];
  /** Where the guests' consoles go: `output` events (the default) or `ringscope.console` events. */
  console?: "output" | "event";
  /** Set by a client that wants to run without breakpoints. */
  noDebug?: boolean;
}

/** Event `ringscope.console`: bytes that a guest has written to its console. */
export interface ConsoleEventBody {
  /** The console's name: the guest's, with its domain where there are several, or COM1 on the bare machine. */
  console: string;
  /** One character for each byte (latin1). */
  data: string;
  /** Whether it is the hypervisor's log and not a guest's console. */
  log?: boolean;
  /** Whether the guest receives what is typed at it. */
  listens?: boolean;
}

/** Request `ringscope.consoleInput`: bytes typed at a guest's console. */
export interface ConsoleInputArguments {
  console: string;
  /** One character for each byte (latin1). */
  data: string;
}

/** One hypercall of the trace, in its state when it is read: it may return later. */
export interface HypercallRow {
  /** 0, 1, 2 ... in the order of entry. */
  index: number;
  domain: number;
  vcpu: number;
  number: number;
  /** `console_io`, or `hypercall 99` for a number without a name. */
  name: string;
  /** All arguments that the call takes, for display. */
  arguments: string[];
  /**
   * The result for display: `14`, or `-22 EINVAL`. Absent while the call is in progress, and for iret, which does not
   * return.
   */
  result?: string;
  /** Whether the result is a negative errno. */
  failed: boolean;
  /** Where the guest continues afterwards, as `0x0010a2c4`. */
  eip: string;
  /** The ring from which the call came. */
  ring: number;
  /** The number of instructions that the machine had retired at entry. */
  instructions: number;
}

/**
 * Event `ringscope.hypercalls`: calls were entered or have returned. It is sent at most every 100 ms, and before each
 * stop. It holds no rows; the client reads those that it shows with the request of the same name.
 */
export interface HypercallsEventBody {
  /** The index of the oldest call that can be read. The last million are kept. */
  first: number;
  /** The number of calls entered so far. The newest has the index `total - 1`. */
  total: number;
  /** Only in the last event before `terminated`: the newest rows, at most 1000, in the order of entry. */
  rows?: HypercallRow[];
}

/** Request `ringscope.hypercalls`: rows of the trace, whether the machine runs or is stopped. */
export interface HypercallsArguments {
  /** The index of the first row that is wanted. Without it the newest rows are given. */
  start?: number;
  /** How many rows are wanted; at most 1000 are given. */
  count: number;
}

export interface HypercallsResponseBody {
  /** As in the event. */
  first: number;
  total: number;
  /**
   * The rows in the order of entry. The first may have a higher index than was asked for, since older ones are not
   * kept.
   */
  rows: HypercallRow[];
}

/**
 * The body of the answer to the request `ringscope.audit`, which takes no arguments. It tells whether the hypervisor's
 * counts of the frames of all domains are right. The machine must be stopped outside the hypervisor.
 */
export interface AuditBody {
  /** The number of frames that belong to domains, and of the references to them and uses of them that were found. */
  frames: number;
  references: number;
  uses: number;
  /** The first difference in words; absent when there is none. */
  difference?: string;
}

/**
 * Request `ringscope.stepOutToGuest`: runs out of the hypervisor, from any depth of it, to where the guest continues
 * that called it or was interrupted. It is refused where a guest runs already. It ends as a step does, with a `stopped`
 * event.
 */
export interface StepOutToGuestArguments {
  threadId: number;
}

/**
 * Request `ringscope.setHexadecimal`: how integers are shown in answers to requests that name no form. An `invalidated`
 * event follows, for clients that know it.
 */
export interface SetHexadecimalArguments {
  isOn: boolean;
}

/** The name of each custom event and request, with its body or arguments. */
export interface RingscopeEvents {
  "ringscope.console": ConsoleEventBody;
  "ringscope.hypercalls": HypercallsEventBody;
}
export interface RingscopeRequests {
  "ringscope.stepOutToGuest": StepOutToGuestArguments;
  "ringscope.setHexadecimal": SetHexadecimalArguments;
  "ringscope.consoleInput": ConsoleInputArguments;
  "ringscope.audit": Record<string, never>;
  "ringscope.hypercalls": HypercallsArguments;
}
