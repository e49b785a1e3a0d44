/**
 * Every message that a user can see, in one place: one function or constant
 * for each. Style: a full sentence without a final stop where it stands alone
 * on a line; names and values in double quotes.
 */
import type { FaultRecord, MachineError } from "../emulator/index";
import type { ImageProblem } from "./images/guest-image";
import { hex, hex32 } from "./values/hex";

// Expressions (watches, hovers, conditions)

export const expressionMessages = {
  unexpected: (text: string) => `unexpected "${text}"`,
  endsTooEarly: () => "the expression ends too early",
  badOctal: (text: string) => `"${text}" is not an octal number`,
  unknownName: (name: string) => `"${name}" is not known here`,
  unknownRegister: (name: string) => `there is no register "${name}"`,
  unknownType: (name: string) => `there is no type "${name}"`,
  unknownMember: (type: string, name: string) => `${type} has no member "${name}"`,
  noMembers: (type: string) => `${type} has no members`,
  notPointer: (type: string) => `${type} is not a pointer`,
  notIndexable: (type: string) => `${type} cannot be indexed`,
  incomplete: (type: string) => `${type} is incomplete here, its size is not known`,
  noAddress: () => "this value has no address",
  notConvertible: (from: string, to: string) => `a value of type ${from} cannot be assigned to ${to}`,
  notAssignable: () => "this value cannot be changed",
  notNumber: (type: string) => `${type} is not a number`,
  unsupportedFloat: (type: string) => `the format of ${type} is not known`,
  badOperands: (op: string, left: string, right: string) => `"${op}" does not take ${left} and ${right}`,
  divideByZero: () => "division by zero",
  optimizedOut: () => "optimized out",
  cannotRead: (address: string) => `memory at ${address} cannot be read`,
  cannotWrite: (address: string) => `memory at ${address} cannot be written`,
  registerLost: (name: string) => `the register ${name} was not kept in this frame`,
  noFrameBase: () => "not available: there is no unwind information here",
  noEntryValue: () => "not available: the value at function entry was not kept",
  unsupportedLocation: (what: string) => `not available: ${what} is not supported`,
  corruptLocation: (what: string) => `not available: the debug information is corrupt (${what})`,
  conditionWide: () => "a condition works on values of up to 32 bits",
  conditionPlace: (name: string) =>
    `"${name}" cannot be used in a condition here: its place changes from instruction to instruction`,
  conditionAssigns: () => "a condition cannot assign",
  conditionDeep: () => "the condition is nested too deeply",
  tooDeep: () => "the expression is nested too deeply",
  tooLong: (most: number) => `the expression is too long: it may have ${most} words and signs`,
} as const;

// Images

/** Names of the machine types that are met most (e_machine). */
const MACHINES: Readonly<Record<number, string>> = {
  2: "SPARC",
  8: "MIPS",
  20: "PowerPC",
  40: "ARM",
  62: "x86-64",
  183: "AArch64",
  243: "RISC-V",
};
const machineName = (machine: number): string => MACHINES[machine] ?? `machine type ${machine}`;
const MIB = 1 << 20;
const inMiB = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;

/** Why an image cannot be booted (machine), or cannot be read (problem). */
export const imageMessages = {
  inFile: (file: string, what: string) => `${file}: ${what}`,
  notElf: () => "not an ELF file",
  is64Bit: () => "a 64-bit ELF file; the machine is 32-bit (IA-32): build with -m32",
  otherMachine: (machine: number) => `an ELF file for ${machineName(machine)}, not for IA-32`,
  bigEndian: () => "a big-endian ELF file, not for IA-32",
  truncated: (end: number, size: number) => `truncated: it should have ${end} bytes at least and has ${size}`,
  empty: () => "the file is empty",
  noXenNotes: () => "not a paravirtual kernel: it has neither Xen notes nor a __xen_guest section",
  noMultiboot: () => "no multiboot1 header in its first 8192 bytes",
  paravirtual: () => 'no multiboot1 header: it is a paravirtual kernel, start it with "ringscope guest"',

  machine(error: MachineError): string {
    const { data } = error;
    const number = (name: string): number => Number(data[name]);
    switch (error.code) {
      case "image-no-multiboot":
        return imageMessages.noMultiboot();
      case "image-not-elf":
        return imageMessages.notElf();
      case "image-64-bit":
        return imageMessages.is64Bit();
      case "image-not-ia32":
        return imageMessages.otherMachine(number("machine"));
      case "image-truncated":
        return imageMessages.truncated(number("needed"), number("size"));
      case "image-unsupported-flags":
        return `its multiboot header asks for something unknown (flags ${hex32(number("flags"))})`;
      case "image-bad-addresses":
        return `the addresses in its multiboot header contradict each other (${data["field"]})`;
      case "image-bad-entry":
        return `its entry point ${hex32(number("entry"))} lies in none of its segments`;
      case "image-too-large":
        return "module" in data
          ? `does not fit: with what is loaded before it, ${inMiB(number("needed"))} of memory are needed, the machine has ${inMiB(number("memory"))}`
          : `needs ${inMiB(number("needed"))} of memory, the machine has ${inMiB(number("memory"))}`;
      case "memory-size":
        return `the machine's memory must be 1M to 2047M in steps of 64K, not ${number("memory")} bytes`;
      case "memory-unavailable":
        return `this computer cannot give the machine ${inMiB(number("memory"))} of memory`;
      case "register-read-only":
        return `the register ${data["register"]} cannot be changed`;
      case "watchpoint-length":
        return `1 to 4096 bytes can be watched, not ${data["length"]}`;
    }
  },

  problem(problem: ImageProblem): string {
    switch (problem.code) {
      case "empty":
        return imageMessages.empty();
      case "not-elf":
        return imageMessages.notElf();
      case "elf-64-bit":
        return imageMessages.is64Bit();
      case "elf-big-endian":
        return imageMessages.bigEndian();
      case "elf-machine":
        return imageMessages.otherMachine(problem.machine);
      case "elf-type":
        return `an ELF file that cannot be run (type ${problem.type})`;
      case "elf-truncated":
        return imageMessages.truncated(problem.end, problem.size);
      case "elf-corrupt":
        return `a corrupt ELF file (${problem.what} at offset ${problem.offset})`;
      case "no-xen-notes":
        return imageMessages.noXenNotes();
      case "dwarf-elsewhere":
        return `its debug information is in ${problem.file}, which was not found; the launch attribute "symbols" takes the file or its folder`;
      case "dwarf-unsupported":
        return `debug information that is not supported (${problem.what} in ${problem.section})`;
      case "dwarf-corrupt":
        return `corrupt debug information (${problem.what} in ${problem.section} at offset ${problem.offset})`;
    }
  },
} as const;

// The command line

const VECTORS = [
  ...["#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "vector 9", "#TS", "#NP", "#SS", "#GP", "#PF"],
  ...["vector 15", "#MF", "#AC", "#MC"],
];
const PAGE_FAULT = 14;

/** `#PF(0x0002)`; the error code in brackets where there is one. */
export function vectorName(vector: number, errorCode = -1): string {
  const name = VECTORS[vector] ?? `interrupt ${vector}`;
  return errorCode < 0 ? name : `${name}(${hex(errorCode, 4)})`;
}

/** One line for a fault of a chain, without names. */
export function faultLine(fault: FaultRecord): string {
  const where = `at ${hex(fault.cs, 4)}:${hex32(fault.eip)}, ESP ${hex32(fault.esp)}`;
  const cr2 = fault.vector === PAGE_FAULT ? `, CR2 ${hex32(fault.cr2)}` : "";
  const reason = fault.reason === "" ? "" : `: ${fault.reason}`;
  return `${vectorName(fault.vector, fault.errorCode)} ${where}${cr2}${reason}`;
}

const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  ENOTDIR: "part of the path is not a folder",
  EADDRINUSE: "it is in use",
  ENOSPC: "no space is left",
  EPIPE: "nobody reads it any more",
  EBADF: "it is closed",
  NOT_A_FILE: "it is not a plain file",
  TOO_LARGE: "it is too large: an image has 512 MiB at most",
  NO_IMAGE: "not an ELF file",
};

/** Why the system refused a file or a port. */
export function systemProblem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return SYSTEM_PROBLEMS[code] ?? code;
}

export const cliMessages = {
  /** One line on standard error. */
  line: (text: string) => `ringscope: ${text}`,
  noCommand: () => 'a command is missing: run, guest, trace or dap (see "ringscope --help")',
  unknownCommand: (name: string) => `unknown command "${name}" (see "ringscope --help")`,
  unknownOption: (flag: string, command: string) => `unknown option "${flag}" (see "${command} --help")`,
  missingArgument: (name: string, command: string) => `<${name}> is missing (see "${command} --help")`,
  excessArgument: (text: string, command: string) => `unexpected argument "${text}" (see "${command} --help")`,
  optionMissingArgument: (option: string) => `${option} needs a value`,
  badMemory: (text: string) => `--memory takes a size such as 128M, not "${text}"`,
  badInstructions: (text: string) => `--instructions takes a whole number, not "${text}"`,
  badVcpus: (text: string, most: number) => `--vcpus takes a number from 1 to ${most}, not "${text}"`,
  badPort: (text: string) => `--port takes a number from 0 to 65535, not "${text}"`,
  badChoice: (option: string, text: string, choices: readonly string[]) =>
    `${option} takes ${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}, not "${text}"`,
  emptyModule: () => "--module and --domain take a file and its arguments",
  cannotRead: (file: string, why: string) => `cannot read ${file}: ${why}`,
  cannotWrite: (output: string, why: string) => `cannot write ${output}: ${why}`,
  standardOutput: () => "standard output",
  standardError: () => "standard error",
  noVmm: () => "the hypervisor is not built: run npm run build",
  cannotListen: (port: number, why: string) => `cannot listen on 127.0.0.1:${port}: ${why}`,
  listening: (port: number) => `listening on 127.0.0.1:${port}`,
  noTraceKind: () => "trace needs at least one of --hypercalls, --rings and --events",
  noTracePoints: () => "the hypervisor image has no trace points to follow hypercalls by",

  tripleFault: (instructions: number, chain: readonly FaultRecord[]) => [
    cliMessages.line(`triple fault after ${instructions} instructions; the faults that led to it:`),
    ...chain.map((fault) => `  ${faultLine(fault)}`),
  ],
  halted: (instructions: number) =>
    cliMessages.line(`the machine halted after ${instructions} instructions and nothing can wake it`),
  instructionLimit: (instructions: number) => cliMessages.line(`stopped after ${instructions} instructions`),
  domainFailed: (domain: number, what: "crashed" | "cannot be started", reason: string) =>
    cliMessages.line(`domain ${domain} ${what}: ${reason}`),
  someDomainCrashed: () => cliMessages.line("a domain crashed"),
  vmmBug: (reason: string) => cliMessages.line(`the hypervisor failed${because(reason)}`),
  unknownVmmExit: (value: number) => cliMessages.line(`the hypervisor ended with an unknown code (${value})`),

  help: {
    program: "Runs guest operating systems on a Xen-style hypervisor inside a built-in IA-32 machine, and debugs them.",
    version: "show the version",
    help: "show this help",
    statuses: `
Exit status of run: ((V << 1) | 1) & 255 for a byte V that the guest writes to port 0xF4;
of guest and trace: 0 when the last domain powers off.
  64  wrong usage, or an image that cannot be started
  68  the hypervisor could not start a domain
  70  triple fault               72  a domain crashed
  74  the hypervisor failed      76  --instructions reached
  78  halted, and nothing can wake the machine
  80  an output took no more (a full disk, a reader that has gone)`,
    run: "boot a multiboot1 kernel on the bare machine",
    guest: "boot the hypervisor with a paravirtual kernel as its first, privileged domain",
    trace: "as guest, and print what happens (the console goes to standard error)",
    dap: "serve the Debug Adapter Protocol on standard input and output",
    kernel: "multiboot1 kernel (ELF)",
    guestKernel: "paravirtual kernel (ELF) of the first domain",
    memory: "memory of the machine",
    module: "multiboot module, may be repeated",
    append: "command line of the kernel",
    serial: "where COM1 goes: the terminal, or a file",
    log: "file for what COM2 sends",
    instructions: "stop after so many instructions",
    engine: "auto, interpreter or compiled",
    stats: "file for the figures of the run (JSON), - for a summary",
    vmm: "another hypervisor image",
    vcpus: "virtual processors of the first domain",
    domain: "a further domain, may be repeated",
    hypercalls: "each hypercall with its arguments and result",
    rings: "each change of privilege level",
    events: "events, upcalls, bounced faults, refusals, crashes",
    format: "text, json or perfetto",
    port: "serve on 127.0.0.1 instead",
    traceFile: "file for the protocol and the adapter's log",
  },
} as const;

const counts = (by: Readonly<Record<string, number>>): string =>
  Object.entries(by)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");

/** The lines of `--stats -`: a name and its figures (docs/statistics.md). */
export const statsMessages = {
  instructions: (count: number, cpu: number, wall: number) =>
    ["instructions", `${count} in ${cpu.toFixed(2)} s of CPU, ${wall.toFixed(2)} s`] as const,
  compiled: (percent: number, regions: number, live: number) =>
    ["compiled", `${percent.toFixed(1)}%, by ${regions} regions (${live} live)`] as const,
  compiling: (seconds: number, bytes: number, instructions: number) =>
    [
      "compiling",
      `${(seconds * 1000).toFixed(0)} ms, ${bytes} bytes of WebAssembly for ${instructions} instructions`,
    ] as const,
  dropped: (written: number, remade: number, reset: number) =>
    ["regions dropped", counts({ written, remade, reset })] as const,
  compiledExits: (by: Readonly<Record<string, number>>) => ["compiled exits", counts(by)] as const,
  interpreterExits: (by: Readonly<Record<string, number>>) => ["interpreter exits", counts(by)] as const,
  tlb: (by: Readonly<Record<string, number>>) => ["TLB", counts(by)] as const,
  traps: (faults: number, interrupts: number) => ["delivered", counts({ faults, interrupts })] as const,
  memory: (bytes: number) => ["peak memory", inMiB(bytes)] as const,
} as const;

// Breakpoints

export const breakpointMessages = {
  noSuchSource: (path: string) => `no loaded image was made from "${path}"`,
  noCode: (line: number) => `there is no code at line ${line} or after it`,
  moved: (asked: number, line: number) => `line ${asked} has no code; the breakpoint is on line ${line}`,
  noFunction: (name: string) => `there is no function "${name}"`,
  badHitCount: (text: string) => `"${text}" is not a hit count: write a number, or >=, >, <, <=, % and a number`,
  badAddress: (text: string) => `"${text}" is not an address`,
  badCondition: (reason: string) => `the condition cannot be used: ${reason}`,
  badLogMessage: (expression: string, reason: string) => `{${expression}} in the message cannot be used: ${reason}`,
  linesLeftOut: (count: number) => `... ${count} more ${count === 1 ? "line" : "lines"} of logpoints, too many to show`,
  conditionFailed: (reason: string) => `The condition of a breakpoint could not be evaluated: ${reason}`,
  notInMemory: (name: string) => `${name} is not in memory: it cannot be watched`,
  unwatchable: (name: string, bytes: number, most: number) => `${name} has ${bytes} bytes: 1 to ${most} can be watched`,
  watched: (name: string, bytes: number, address: string) =>
    `${name} (${bytes} ${bytes === 1 ? "byte" : "bytes"} at ${address})`,
  badData: (dataId: string) => `"${dataId}" names no memory that can be watched`,
  badAccess: (access: string) => `"${access}" is not a kind of access: read, write or readWrite`,
  /** `heap + 12 (0x0011a00c)`: a part of what is watched. */
  dataPart: (name: string, offset: number, address: string) => `${name} + ${offset} (${address})`,
  dataRead: (name: string, at: string) => `${name} was read by the instruction at ${at}`,
  dataChanged: (name: string, old: string, now: string, at: string) =>
    `${name}: ${old} -> ${now}, written by the instruction at ${at}`,
  unknownFilter: (name: string) => `there is no exception filter "${name}"`,
} as const;

// Page faults

export const pageFaultMessages = {
  fault: (isWrite: boolean, address: string, ring: number, cause: string | undefined) =>
    `${isWrite ? "a write to" : "a read from"} ${address} in ring ${ring}${cause === undefined ? "" : `: ${cause}`}`,
  entry: (name: string, value: string, address: string) => `the ${name} ${value} (at physical ${address})`,
  notPresent: (entry: string) => `${entry} is not present`,
  reserved: (entry: string) => `${entry} has a reserved bit set`,
  readOnly: (entry: string) => `${entry} is read-only`,
  supervisorOnly: (entry: string) => `${entry} is for the supervisor only`,
} as const;

// The debugger's streams

/** What a client sends that does not speak the Debug Adapter Protocol. */
export const protocolMessages = {
  noHeader: (text: string) =>
    `the client does not speak the Debug Adapter Protocol: no Content-Length before "${text}"`,
  notJson: (text: string) => `the client does not speak the Debug Adapter Protocol: no JSON: "${text}"`,
  noMessage: (text: string) => `the client does not speak the Debug Adapter Protocol: no message: "${text}"`,
  truncated: () => "the client has left in the middle of a message",
  longRequest: (bytes: number) => `a request of ${inMiB(bytes)} is too long`,
  manyValues: (bytes: number) => `a request of ${inMiB(bytes)} has too many values: only a long text may be so long`,
  twoLengths: (lengths: string) =>
    `the client does not speak the Debug Adapter Protocol: a header with two lengths (${lengths})`,
  noNumber: (command: string) => `the request "${cut(command)}" has no number ("seq"): it cannot be answered`,
  noCommand: () => 'the request has no name ("command")',
  tooLong: (bytes: number) =>
    `the client does not speak the Debug Adapter Protocol: a message of ${bytes} bytes is too long`,
} as const;

// The debugger's launch, stops and end

export const debugMessages = {
  unknownAttributes: (names: readonly string[], known: readonly string[]) =>
    `launch configuration: ${listed(names)} ${names.length === 1 ? "is" : "are"} not known and of no effect; ` +
    `the attributes are ${known.join(", ")}`,
  nullAttributes: (names: readonly string[]) =>
    `launch configuration: ${listed(names)} ${names.length === 1 ? "counts as left out: it is" : "count as left out: they are"} null`,
  wrongAttribute: (name: string, expected: string, value: unknown) =>
    `launch configuration: "${name}" must be ${expected}, not ${shown(value)}`,
  noProgram: () => 'launch configuration: "program" is missing: the ELF file of a guest kernel',
  cannotLaunch: (what: string) => `cannot launch ${what}`,
  noDebugInfo: (name: string) =>
    `${name} has no debug information: its source cannot be shown, breakpoints go to functions only`,
  badDebugInfo: (name: string, what: string) => `${name}: ${what}`,
  notRunning: () => "nothing is being debugged",
  launchedAlready: () => "the session has a machine already: a second one takes a session of its own",
  begunAlready: () => "the machine has begun to run already",
  noAttach: () => "attach is not supported: Ringscope runs the machine itself, use a launch configuration",
  noThread: (id: number) => `there is no thread ${id}`,
  notItsTurn: (name: string, running: string) =>
    `"${name}" does not run now and cannot be stepped: the processor is with "${running}"; set a breakpoint where it goes on`,
  noFrame: () => "this stack frame is gone",
  unknownFrame: (id: number) => `there is no stack frame ${id}`,
  notAFrame: () => "a separator has no variables",
  nowhereToStepOut: () => "there is no calling frame to step out to",
  nothingToAudit: () => "there is no hypervisor here whose frames could be counted",
  auditInside: () =>
    "the hypervisor is in the middle of its work, when its counts may differ: stop in the guest, and ask again",
  guestRuns: () => "the machine is not in the hypervisor: a guest runs already",
  noGuest: () => "no guest has called the hypervisor or was interrupted by it here",
  noConsole: (name: string) => `there is no console "${name}"`,
  badReference: (text: string) => `"${text}" is not a memory reference`,
  tooManyInstructions: (most: number) => `no more than ${most} instructions can be disassembled at once`,
  notBase64: () => "the data to write is not in base64",
  tooMuchMemory: (most: number) => `no more than ${inMiB(most)} can be read at once`,
  cannotWriteAll: (address: string) => `memory at ${address} cannot be written`,
  hoverAssigns: () => "a hover changes nothing",
  inquiryAssigns: () => "what is to be watched cannot be an assignment",
  unsupported: (command: string) => `the request "${cut(command)}" is not supported`,
  internal: (what: string) => `an error of the debugger itself: ${what}`,
  isRunning: () => "the machine is running",
  isOver: () => "the machine has ended",
  badArguments: (command: string, name: string, expected: string) =>
    `the request "${command}" is malformed: "${name}" must be ${expected}`,
  staleVariable: () => "this variable is gone",
  moreElements: (count: number) => `${count} more elements: they can be asked for by their number`,
  noSuchVariable: (name: string) => `there is no variable "${name}" here`,

  crashed: (domain: number, reason: string, fault?: string) =>
    `Domain ${domain} crashed${because(reason)}${withFault(fault)}`,
  unbuiltDomain: (reason: string) => `A domain could not be built${because(reason)}`,
  refused: (domain: number, reason: string) => `The hypervisor refused a request of domain ${domain}${because(reason)}`,
  bounced: (name: string, domain: number, fault?: string) =>
    `A ${name} goes to the handler of domain ${domain}${withFault(fault)}`,
  /** @param first the fault that all began with, @param faults all of them */
  tripleFault: (first: string, faults: readonly string[]) =>
    [
      "Triple fault. The machine is stopped before its reset. The faults that led to it:",
      ...faults.map((fault) => `  ${fault}`),
      `It began with ${first}`,
    ].join("\n"),
  noFault: () => "a fault that nobody remembers",
  tripleFaultStop: (first: string) => `Triple fault, which began with ${first}`,
  /** `#PF(0x0002) in kernel_main+0x1c (main.c:12): a write to ...` */
  faultAt: (name: string, place: string, cause: string) => `${name} in ${place}${cause === "" ? "" : `: ${cause}`}`,
  halted: () => "The machine is halted with interrupts off and no timer armed: nothing can wake it",
  ended: (status: number) => `The machine ended with status ${status}.`,
  vmmEnded: (value: number) => VMM_ENDS[value] ?? `The hypervisor ended with an unknown code (${value}).`,
} as const;

function withFault(fault: string | undefined): string {
  return fault === undefined ? "" : `; it was ${fault}`;
}

/** Names that a message spells out, and characters of what it quotes. */
const MOST_NAMES = 8;
const MOST_QUOTED = 60;

const cut = (text: string): string => (text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text);

function listed(names: readonly string[]): string {
  const quoted = names.slice(0, MOST_NAMES).map((name) => `"${cut(name)}"`);
  return names.length > MOST_NAMES ? `${quoted.join(", ")} and ${names.length - MOST_NAMES} more` : quoted.join(", ");
}

/** A value of JSON as a message quotes it. */
function shown(value: unknown): string {
  if (typeof value === "string") return `"${cut(value)}"`;
  return typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : String(value);
}

function because(reason: string): string {
  return reason === "" ? "" : `: ${reason}`;
}

/** By the value that the hypervisor writes to the debug-exit port. */
const VMM_ENDS: Readonly<Record<number, string>> = {
  0: "All domains have powered off.",
  1: "A domain crashed.",
  2: "The hypervisor failed.",
  3: "A domain could not be started.",
};
