/** The facts of gdb-facts.py, made with our own reader. */
import {
  DwarfReg,
  sizeOf,
  typeName,
  type FrameState,
  type ImageSymbols,
  type Place,
  type ReadMemory,
  type SourceFrame,
  type Unwound,
  type Variable,
} from "../../../debug-adapter/symbols/index";

export interface VariableFact {
  name: string;
  type: string;
  argument: boolean;
  state: "value" | "optimizedOut" | "unavailable";
  address?: number;
  bytes?: (number | null)[];
  why?: string;
}

export interface FrameFact {
  name: string;
  inlined: boolean;
  position: string | null;
  variables: VariableFact[];
}

export interface ThreadFact {
  pc: number;
  line: string | null;
  frames: FrameFact[];
  /** "unknown": gdb cannot say. */
  caller: Record<string, number | null> | null | "unknown";
  callerFrames: FrameFact[] | "unknown";
}

/** A type's name without the space that gdb leaves out in `const[3]`, after a qualified pointer. */
export const spelling = (type: string): string => type.replace(/ \[/g, "[");

/** The variables of each frame, without the reasons; their order within a frame is gdb's own affair. */
export function sortedVariables(frames: readonly FrameFact[]): unknown[] {
  return frames.map((frame) =>
    [...frame.variables]
      .sort((a, b) => sortKey(a).localeCompare(sortKey(b)))
      .map(({ name, type, argument, state, address, bytes }) => ({
        name,
        type: spelling(type),
        argument,
        state,
        address,
        bytes,
      })),
  );
}

/** Shadowing variables share a name: their places tell them apart. */
function sortKey({ name, address, bytes, state }: VariableFact): string {
  return JSON.stringify([name, address, bytes, state]);
}

const SAVED: readonly [string, DwarfReg][] = [
  ["ebx", DwarfReg.Ebx],
  ["esp", DwarfReg.Esp],
  ["ebp", DwarfReg.Ebp],
  ["esi", DwarfReg.Esi],
  ["edi", DwarfReg.Edi],
  ["eip", DwarfReg.Eip],
];
const MOST_BYTES = 64;

export function threadFact(image: ImageSymbols, registers: Record<string, number>, readMemory: ReadMemory): ThreadFact {
  const frame = newestFrame(image, registers, readMemory);
  const { pc } = frame;
  const unwound = image.unwind(frame);
  const caller = callerOf(image, frame);
  const row = image.lineAt(pc);
  return {
    pc,
    line: row ? `${row.file}:${row.line}` : null,
    frames: machineFrame(image, frame),
    caller: unwound && caller ? callerRegisters(unwound) : null,
    callerFrames: caller ? machineFrame(image, caller) : [],
  };
}

/** The source frames of all machine frames up to the outermost. */
export function allFrames(
  image: ImageSymbols,
  registers: Record<string, number>,
  readMemory: ReadMemory,
): FrameFact[][] {
  const result: FrameFact[][] = [];
  let frame: FrameState | undefined = newestFrame(image, registers, readMemory);
  while (frame) {
    result.push(machineFrame(image, frame));
    frame = callerOf(image, frame);
  }
  return result;
}

function newestFrame(image: ImageSymbols, registers: Record<string, number>, readMemory: ReadMemory): FrameState {
  const names = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"];
  const frame: FrameState = {
    pc: registers["eip"] ?? 0,
    isReturnAddress: false,
    registers: names.map((name) => registers[name] ?? 0),
    readMemory,
    caller: () => callerOf(image, frame),
  };
  return frame;
}

function callerOf(image: ImageSymbols, frame: FrameState): FrameState | undefined {
  const unwound = image.unwind(frame);
  const pc = unwound?.registers[DwarfReg.Eip];
  if (!unwound || pc === undefined) return undefined;
  const isReturnAddress = !unwound.isSignalFrame;
  const { registers } = unwound;
  const caller: FrameState = {
    pc,
    isReturnAddress,
    registers,
    readMemory: frame.readMemory,
    caller: () => callerOf(image, caller),
  };
  return caller;
}

function callerRegisters(unwound: Unwound): Record<string, number | null> {
  return Object.fromEntries(SAVED.map(([name, register]) => [name, unwound.registers[register] ?? null]));
}

function machineFrame(image: ImageSymbols, frame: FrameState): FrameFact[] {
  return image.framesAt(frame.isReturnAddress ? frame.pc - 1 : frame.pc).map((f) => frameFact(image, f, frame));
}

function frameFact(image: ImageSymbols, source: SourceFrame, frame: FrameState): FrameFact {
  const { position } = source;
  const variables = [...source.parameters, ...source.scopes.flatMap((s) => s.variables)];
  return {
    name: source.functionName,
    inlined: source.isInlined,
    position: position ? `${position.file}:${position.line}` : null,
    variables: variables.map((v) => variableFact(image, v, frame)),
  };
}

function variableFact(image: ImageSymbols, variable: Variable, frame: FrameState): VariableFact {
  const { name } = variable;
  const fact = { name, type: typeName(variable.type), argument: variable.kind === "parameter" };
  const place = image.evaluateLocation(variable.location, frame);
  if (place.kind === "optimizedOut") return { ...fact, state: "optimizedOut" };
  if (place.kind === "unavailable") {
    // gdb, too, calls a value at entry that no call site records "optimized out".
    if (place.reason.code === "entry-value") return { ...fact, state: "optimizedOut" };
    return { ...fact, state: "unavailable", why: JSON.stringify(place.reason) };
  }
  const size = sizeOf(variable.type) ?? 0;
  const address = place.kind === "memory" ? { address: place.address } : {};
  const bytes = placeBytes(place, size, frame.readMemory);
  if (!bytes) return { ...fact, state: "unavailable", why: "memory" };
  if (bytes.includes(null)) return { ...fact, state: "optimizedOut" };
  return { ...fact, state: "value", ...address, bytes: bytes.slice(0, MOST_BYTES) };
}

/** The object's bytes; null for those that are nowhere. Undefined when memory cannot be read. */
export function placeBytes(place: Place, size: number, readMemory: ReadMemory): (number | null)[] | undefined {
  switch (place.kind) {
    case "memory": {
      const bytes = readMemory(place.address, size);
      return bytes && bytes.length === size ? [...bytes] : undefined;
    }
    case "register": {
      const { value } = place;
      if (value === undefined) return new Array<null>(size).fill(null);
      return Array.from({ length: size }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
    }
    case "value":
      return Array.from({ length: size }, (_, i) => place.bytes[i] ?? 0);
    case "pieces": {
      const bytes: (number | null)[] = [];
      for (const piece of place.pieces) {
        const part = placeBytes(piece.place, piece.bitSize / 8, readMemory);
        if (!part) return undefined;
        bytes.push(...part);
      }
      // clang leaves out the pieces at the end that are nowhere; gdb shows zeros for them.
      return Array.from({ length: size }, (_, i) => (i < bytes.length ? (bytes[i] ?? null) : 0));
    }
    case "optimizedOut":
    case "unavailable":
      return new Array<null>(size).fill(null);
  }
}
