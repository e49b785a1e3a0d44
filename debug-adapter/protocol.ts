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
  /** Somebody reads what is typed at it. */
  listens?: boolean;
}

/** Request `ringscope.consoleInput`: bytes typed at a guest's console. */
export interface ConsoleInputArguments {
  console: string;
  /** One character for each byte (latin1). */
  data: string;
}

/**
 * One hypercall of the trace. A row is sent when the call is entered and, if
 * the two do not fall in the same batch, again when it is back: the later row
 * of an index replaces the earlier one.
 */
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

/** Event `ringscope.hypercalls`: new and completed rows, at most every 100 ms and before each stop. */
export interface HypercallsEventBody {
  rows: HypercallRow[];
}

/** The name of each custom event and request, with its body or arguments. */
export interface RingscopeEvents {
  "ringscope.console": ConsoleEventBody;
  "ringscope.hypercalls": HypercallsEventBody;
}
export interface RingscopeRequests {
  "ringscope.consoleInput": ConsoleInputArguments;
}
