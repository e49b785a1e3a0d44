import { DwarfReg, type FrameState, type ReadMemory, type Registers, type Unwound } from "../symbols/index";
import type { AddressSpace } from "../awareness/address-space";
import { crossingAt, type Crossing } from "./crossing";
import { hypercallSlotAt, type HypercallSlot } from "./hypercall-page";
import type { Image, ImageSpace } from "../images/image-space";
import { callerOfStub } from "./interrupt-stub";
import { findTransfer, type LatestTransfers } from "./transfers";

/** The most frames. Deeper stacks come from runaway recursion, or from a stack that leads back into itself. */
const MAX_FRAMES = 500;

/** One frame of the machine: the code of one function, including what was inlined into it. */
export interface MachineFrame extends FrameState {
  readonly cs: number;
  readonly ring: number;
  readonly image: Image | undefined;
  /** The address space to which the frame's addresses refer. */
  readonly space: AddressSpace;
  /** Set if the pc is in a guest's hypercall page, which no debug information describes. */
  readonly slot: HypercallSlot | undefined;
  /**
   * The canonical frame address, which distinguishes this call of a function from others. ESP if nothing better is
   * known.
   */
  readonly cfa: number;
  /** How the calling frame was left, if it was interrupted and did not call. */
  readonly crossing: Crossing | undefined;
}

/** The state in which the innermost frame is. */
export interface StartState {
  readonly pc: number;
  readonly cs: number;
  readonly registers: Registers;
  /** Whether `pc` is a return address: the context was left by a call. */
  readonly isReturnAddress: boolean;
}

export interface UnwindContext {
  readonly images: ImageSpace;
  /** The memory and the domain of the context to which these frames belong. */
  readonly space: AddressSpace;
  /** The callback that its guest registered for events. */
  readonly eventCallback: number | undefined;
  /** The latest remembered entries into handlers. */
  readonly latestTransfers: LatestTransfers;
}

/** The frames from the innermost on, as far as they can be followed. */
export function unwindAll(start: StartState, context: UnwindContext, limit = MAX_FRAMES): MachineFrame[] {
  const frames: MachineFrame[] = [];
  let state: StartState = start;
  while (frames.length < limit) {
    const step = stepFrom(state, context);
    frames.push(step.frame);
    const { next } = step;
    if (next === undefined || isStuck(step.frame, next.registers[DwarfReg.Esp], next.pc)) break;
    state = next;
  }
  return linkCallers(frames);
}

interface Step {
  frame: MachineFrame;
  next: StartState | undefined;
}

function stepFrom(state: StartState, context: UnwindContext): Step {
  const { pc, cs, registers, isReturnAddress } = state;
  const { space } = context;
  const { readMemory } = space;
  const ring = cs & 3;
  const image = context.images.at(isReturnAddress ? pc - 1 : pc, ring, space.domain);
  // The guest may describe the page as a plain function, but the slot of iret is not one.
  const slot = image?.symbols.lineAt(pc) === undefined ? hypercallSlotAt(pc, readMemory) : undefined;
  const unwound = slot === undefined ? callerOf(state, image, context) : callerOfSlot(slot, registers, readMemory);
  const eip = unwound?.registers[DwarfReg.Eip];
  const callerCs = unwound === undefined ? cs : callersCs(unwound, cs, readMemory);
  const isInterrupted = unwound?.isSignalFrame === true && eip !== undefined;
  const entry = isInterrupted
    ? findTransfer(context.latestTransfers, { eip, ring: callerCs & 3, slot: unwound.returnSlot })
    : undefined;
  const isEventCallback = ring > 0 && image?.symbols.functionAt(pc)?.entry === context.eventCallback;
  const crossing = isInterrupted
    ? crossingAt({ eip, fromRing: callerCs & 3, toRing: ring, entry, isEventCallback }, readMemory)
    : undefined;
  const cfa = unwound?.cfa ?? registers[DwarfReg.Esp] ?? 0;
  const frame: MachineFrame = {
    pc,
    isReturnAddress,
    registers,
    readMemory,
    cs,
    ring,
    image,
    space,
    slot,
    cfa,
    crossing,
  };
  if (unwound === undefined || eip === undefined || eip === 0) return { frame, next: undefined };
  return {
    frame,
    next: { pc: eip, cs: callerCs, registers: unwound.registers, isReturnAddress: !unwound.isSignalFrame },
  };
}

/** The CS comes after the EIP that an interrupt pushed. */
function callersCs(unwound: Unwound, cs: number, readMemory: ReadMemory): number {
  if (!unwound.isSignalFrame || unwound.returnSlot === undefined) return cs;
  // The hypervisor keeps its saved upcall mask in the upper half of that word.
  return (dword(readMemory, unwound.returnSlot + 4) ?? cs) & 0xffff;
}

function callerOf(state: StartState, image: Image | undefined, context: UnwindContext): Unwound | undefined {
  const { pc, cs, registers, isReturnAddress } = state;
  const { readMemory } = context.space;
  const known = image?.symbols.unwind({ pc, isReturnAddress, registers, readMemory });
  if (known !== undefined || image === undefined) return known;
  const handler = callerOfStub({ pc, isReturnAddress, ring: cs & 3, registers }, context.latestTransfers, readMemory);
  if (handler !== undefined) return handler;
  const esp = registers[DwarfReg.Esp];
  if (!isReturnAddress && esp !== undefined && image.symbols.functionAt(pc)?.entry === pc) {
    return returnsTo(esp, registers, registers[DwarfReg.Ebp], readMemory);
  }
  return callerByFramePointer(registers, readMemory);
}

/** Uses the convention of `push ebp; mov ebp, esp` at the start of each function, if nothing better is known. */
function callerByFramePointer(registers: Registers, readMemory: ReadMemory): Unwound | undefined {
  const ebp = registers[DwarfReg.Ebp];
  const esp = registers[DwarfReg.Esp];
  if (ebp === undefined || esp === undefined || ebp < esp) return undefined;
  return returnsTo(ebp + 4, registers, dword(readMemory, ebp), readMemory);
}

/** The caller if its return address is at `slot`. */
function returnsTo(
  slot: number,
  registers: Registers,
  ebp: number | undefined,
  readMemory: ReadMemory,
): Unwound | undefined {
  const eip = dword(readMemory, slot);
  if (eip === undefined) return undefined;
  const caller = [...registers];
  caller[DwarfReg.Eip] = eip;
  caller[DwarfReg.Esp] = slot + 4;
  caller[DwarfReg.Ebp] = ebp;
  return { cfa: slot + 4, registers: caller, isSignalFrame: false, returnSlot: slot };
}

/**
 * A slot has no frame: the return address is on top of the stack. The frame of iret is EAX, EIP, CS, EFLAGS[, ESP, SS].
 */
function callerOfSlot(slot: HypercallSlot, registers: Registers, readMemory: ReadMemory): Unwound | undefined {
  const esp = registers[DwarfReg.Esp];
  if (esp === undefined) return undefined;
  if (!slot.isIret) return returnsTo(esp, registers, registers[DwarfReg.Ebp], readMemory);
  const eax = slot.offset === 0 ? registers[DwarfReg.Eax] : dword(readMemory, esp);
  const returnSlot = slot.offset === 0 ? esp : esp + 4;
  const caller = [...registers];
  const cs = dword(readMemory, returnSlot + 4);
  caller[DwarfReg.Eip] = dword(readMemory, returnSlot);
  caller[DwarfReg.Eflags] = dword(readMemory, returnSlot + 8);
  caller[DwarfReg.Eax] = eax;
  caller[DwarfReg.Esp] = cs !== undefined && (cs & 3) > 1 ? dword(readMemory, returnSlot + 12) : returnSlot + 12;
  return { cfa: returnSlot + 12, registers: caller, isSignalFrame: true, returnSlot };
}

/** A caller must be further up the stack, or on another one. */
function isStuck(frame: MachineFrame, callerEsp: number | undefined, callerPc: number): boolean {
  if (callerEsp === undefined) return false;
  const esp = frame.registers[DwarfReg.Esp];
  return (
    frame.crossing === undefined &&
    esp !== undefined &&
    (callerEsp < esp || (callerEsp === esp && callerPc === frame.pc))
  );
}

/** Links frames, since values at function entry are computed in the caller. */
function linkCallers(frames: readonly MachineFrame[]): MachineFrame[] {
  const linked: MachineFrame[] = [];
  frames.forEach((frame, i) => {
    linked.push({ ...frame, caller: frame.crossing === undefined ? () => linked[i + 1] : undefined });
  });
  return linked;
}

function dword(readMemory: ReadMemory, linear: number): number | undefined {
  const bytes = readMemory(linear >>> 0, 4);
  if (bytes === undefined || bytes.length < 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
