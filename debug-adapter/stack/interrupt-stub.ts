import { nextAfter, type LoggedTransfer } from "../../emulator/index";
import { DwarfReg, type ReadMemory, type Registers, type Unwound } from "../symbols/index";
import type { LatestTransfers } from "./transfers";

/** How many instructions of a stub are followed. */
const MAX_STUB = 128;
/** Bytes of the longest instruction. */
const INSTRUCTION_BYTES = 15;
/** How many bytes a stub and the call out of it keep on the stack at most. */
const MAX_STACK = 1024;
/** How many logged entries are looked at. Nested entries are close together. */
const MAX_ENTRIES = 64;
/** Exceptions that push an error code (SDM vol. 3A, table 6-1). */
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
/** The bit of EFLAGS that is always set, and those that are always clear (SDM vol. 1, figure 3-8). */
const EFLAGS_FIXED = 0x2;
const EFLAGS_CLEAR = 0xffc08028;
const WORD = 4;

/** What PUSHA stores, from the lowest address on. */
const PUSHA = [
  ...[DwarfReg.Edi, DwarfReg.Esi, DwarfReg.Ebp, undefined],
  ...[DwarfReg.Ebx, DwarfReg.Edx, DwarfReg.Ecx, DwarfReg.Eax],
] as const;
const PRESERVED = new Set<number>([DwarfReg.Ebx, DwarfReg.Esi, DwarfReg.Edi, DwarfReg.Ebp]);

interface Frame {
  readonly pc: number;
  readonly isReturnAddress: boolean;
  readonly ring: number;
  readonly registers: Registers;
}

/**
 * The interrupted context of a handler's stub in assembly that no call frame information describes. The machine knows
 * where it pushed the frames of its latest interrupts and exceptions. A frame is this stub's if its handler's
 * instructions lead to the pc and the frame is still on the stack above.
 */
export function callerOfStub(frame: Frame, latest: LatestTransfers, readMemory: ReadMemory): Unwound | undefined {
  const esp = frame.registers[DwarfReg.Esp];
  if (esp === undefined) return undefined;
  for (let back = 0; back < MAX_ENTRIES; back++) {
    const entry = latest(back);
    if (entry === undefined) return undefined;
    const distance = entry.esp - esp;
    if (entry.toCpl !== frame.ring || distance < 0 || distance > MAX_STACK || !isDelivery(entry)) continue;
    const slot = entry.esp + (hasErrorCode(entry) ? WORD : 0);
    if (!holdsFrame(slot, entry, readMemory)) continue;
    const stub = followStub(entry.toEip, readMemory);
    if (stub.addresses.has(frame.pc)) return interrupted(frame, esp, entry, slot, stub, readMemory);
  }
  return undefined;
}

function isDelivery({ kind }: LoggedTransfer): boolean {
  return kind === "interrupt" || kind === "exception" || kind === "int";
}

function hasErrorCode({ kind, vector }: LoggedTransfer): boolean {
  return kind === "exception" && WITH_ERROR_CODE.has(vector);
}

/** Whether EIP, CS and EFLAGS are at `slot`, as far as they can be recognised. A handler may have changed EIP. */
function holdsFrame(slot: number, { fromCpl }: LoggedTransfer, readMemory: ReadMemory): boolean {
  const cs = dword(readMemory, slot + WORD);
  const eflags = dword(readMemory, slot + 2 * WORD);
  if (cs === undefined || eflags === undefined) return false;
  return (cs & 3) === fromCpl && (eflags & EFLAGS_FIXED) !== 0 && (eflags & EFLAGS_CLEAR) === 0;
}

/** A stub's instructions, and the registers that its first ones push. */
interface Stub {
  readonly addresses: ReadonlySet<number>;
  /** How far below the pushed frame each register is, in bytes. */
  readonly saved: ReadonlyMap<DwarfReg, number>;
}

/** Follows a handler from its first instruction, through jumps and over calls. */
function followStub(entry: number, readMemory: ReadMemory): Stub {
  const addresses = new Set<number>();
  const pushes = new Pushes();
  const ahead = [entry];
  while (ahead.length > 0 && addresses.size < MAX_STUB) {
    let at = ahead.pop();
    while (at !== undefined && !addresses.has(at) && addresses.size < MAX_STUB) {
      const bytes = readMemory(at, INSTRUCTION_BYTES) ?? new Uint8Array(0);
      const next = nextAfter(bytes, at, true);
      if (next === undefined) break;
      addresses.add(at);
      pushes.take(bytes.subarray(0, next.length));
      if (next.goesOn && next.target !== undefined) ahead.push(next.target);
      at = next.goesOn ? (at + next.length) >>> 0 : next.target;
    }
  }
  return { addresses, saved: pushes.saved };
}

/** The registers that are pushed before anything else may change them or ESP. */
class Pushes {
  readonly saved = new Map<DwarfReg, number>();
  private depth = 0;
  private isOver = false;

  take(bytes: Uint8Array): void {
    const [opcode = 0, second = 0] = bytes;
    if (this.isOver) return;
    if (opcode === 0x60) {
      PUSHA.forEach((register, i) => this.add(register, this.depth + WORD * (PUSHA.length - i)));
      this.depth += WORD * PUSHA.length;
    } else if (opcode >= 0x50 && opcode <= 0x57) {
      this.depth += WORD;
      this.add((opcode & 7) === DwarfReg.Esp ? undefined : opcode & 7, this.depth);
    } else if (opcode === 0x6a || opcode === 0x68 || (opcode < 0x20 && (opcode & 7) === 6)) {
      // Pushes of immediate values and of segment registers.
      this.depth += WORD;
    } else if (opcode === 0x0f && (second === 0xa0 || second === 0xa8)) {
      this.depth += WORD;
    } else if (!HARMLESS.has(opcode)) {
      this.isOver = true;
    }
  }

  private add(register: DwarfReg | undefined, below: number): void {
    if (register !== undefined && !this.saved.has(register)) this.saved.set(register, below);
  }
}

/** NOP, the two short jumps, CLI, STI, CLD, STD. */
const HARMLESS = new Set([0x90, 0xe9, 0xeb, 0xfa, 0xfb, 0xfc, 0xfd]);

function interrupted(
  { registers, isReturnAddress }: Frame,
  esp: number,
  entry: LoggedTransfer,
  slot: number,
  { saved }: Stub,
  readMemory: ReadMemory,
): Unwound {
  const caller: (number | undefined)[] = [];
  for (let register = DwarfReg.Eax; register <= DwarfReg.Edi; register++) {
    const below = saved.get(register);
    const isPushed = below !== undefined && entry.esp - below >= esp;
    // A register that calls do not preserve has the value that the handler left in it.
    const isKept = PRESERVED.has(register) || !isReturnAddress;
    caller[register] = isPushed ? dword(readMemory, entry.esp - below) : isKept ? registers[register] : undefined;
  }
  const frameEnd = slot + 3 * WORD;
  caller[DwarfReg.Esp] = entry.fromCpl > entry.toCpl ? dword(readMemory, frameEnd) : frameEnd;
  caller[DwarfReg.Eip] = dword(readMemory, slot);
  caller[DwarfReg.Eflags] = dword(readMemory, slot + 2 * WORD);
  return { cfa: frameEnd, registers: caller, isSignalFrame: true, returnSlot: slot };
}

function dword(readMemory: ReadMemory, linear: number): number | undefined {
  const bytes = readMemory(linear >>> 0, WORD);
  if (bytes === undefined || bytes.length < WORD) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, WORD).getUint32(0, true);
}
