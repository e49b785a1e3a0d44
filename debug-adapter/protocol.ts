/**
 * What the adapter and its client say to each other beyond the Debug Adapter
 * Protocol. Types only: the extension imports them and no code of ours.
 */

/** The `launch` request's arguments. Only `program` must be there. */
export interface LaunchConfiguration {
  /** The guest kernel's ELF file (with `vmm: "none"` any multiboot1 kernel): domain 0. */
  program: string;
  /** The kernel's command line. */
  commandLine?: string;
  /** Further domains, `FILE ARGS` each. */
  domains?: string[];
  /** Guest RAM in bytes, or with a unit: `128M`. */
  memory?: string;
  stopOnEntry?: boolean;
  /** Which engine runs the machine: as the command line's `--engine`. */
  engine?: "auto" | "interpreter" | "compiled";
  /** Another VMM image than the built-in one; `none` boots the program on the bare machine. */
  vmm?: string;
  /** Folders below which relative source paths of the debug information are looked for, in order. */
  sourceRoots?: string[];
  /** Folders that the debug information names, and where they are here. */
  sourceMap?: Record<string, string>;
  /** Files with the debug information of the images, or folders with such files (.debug, .dwo). */
  symbols?: string[];
  /** Where the guests' consoles go: `output` events (the default) or `ringscope.console` events. */
  console?: "output" | "event";
  /** Set by the client to run without breakpoints. */
  noDebug?: boolean;
}

/** Event `ringscope.console`: bytes that left a guest's console. */
export interface ConsoleEventBody {
  /** The console's name: the guest's, with its domain where there are several, or COM1 on the bare machine. */
  console: string;
  /** One character for each byte (latin1). */
  data: string;
  /** It is the hypervisor's log and no guest's console. */
  log?: boolean;
  /** Whether the guest gets what is typed at it. */
  listens?: boolean;
}

/** Request `ringscope.consoleInput`: bytes typed at a guest's console. */
export interface ConsoleInputArguments {
  console: string;
  /** One character for each byte (latin1). */
  data: string;
}

/** One hypercall of the trace, as it stands when it is read: it may come back later. */
export interface HypercallRow {
  /** 0, 1, 2 ... in the order of entry. */
  index: number;
  domain: number;
  vcpu: number;
  number: number;
  /** `console_io`, or `hypercall 99` for a number without a name. */
  name: string;
  /** As many as the call takes, for display. */
  arguments: string[];
  /** For display: `14`, or `-22 EINVAL`. Absent while the call is inside, and for iret, which does not come back. */
  result?: string;
  /** The result is a negative errno. */
  failed: boolean;
  /** Where the guest goes on afterwards, as `0x0010a2c4`. */
  eip: string;
  /** The ring that called. */
  ring: number;
  /** Instructions that the machine had retired at entry. */
  instructions: number;
}

/**
 * Event `ringscope.hypercalls`: calls were entered or have come back. It is sent every 100 ms at most and before each
 * stop, and holds no rows: the client reads those that it shows with the request of the same name.
 */
export interface HypercallsEventBody {
  /** Index of the oldest call that can be read: the last million are kept. */
  first: number;
  /** Calls entered so far; the newest has the index `total - 1`. */
  total: number;
  /** With the last event before `terminated` only: the newest rows, 1000 at most, in the order of entry. */
  rows?: HypercallRow[];
}

/** Request `ringscope.hypercalls`: rows of the trace, whether the machine runs or stands. */
export interface HypercallsArguments {
  /** Index of the first row that is wanted; without it the newest rows are. */
  start?: number;
  /** Rows that are wanted; 1000 at most are given. */
  count: number;
}

export interface HypercallsResponseBody {
  /** As in the event. */
  first: number;
  total: number;
  /** In the order of entry. The first may have a higher index than was asked for: older ones are not kept. */
  rows: HypercallRow[];
}

/**
 * The body of the answer to the request `ringscope.audit`, which takes no arguments: whether the hypervisor's counts of
 * the frames of all domains are right. The machine must stand outside the hypervisor.
 */
export interface AuditBody {
  /** Frames that belong to domains, and what was found that refers to them and uses them. */
  frames: number;
  references: number;
  uses: number;
  /** The first difference in words; absent when there is none. */
  difference?: string;
}

/**
 * Request `ringscope.stepOutToGuest`: runs out of the hypervisor, from any depth of it, to where the guest that called it or was
 * interrupted goes on. Refused where a guest runs already. Ends like a step, with a `stopped` event.
 */
export interface StepOutToGuestArguments {
  threadId: number;
}

/**
 * Request `ringscope.setHexadecimal`: how integers are shown in answers that ask for no form of their own. An `invalidated` event
 * follows, for clients that know it.
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
