import { Flag, Gpr, Seg } from "../../base/arch";
import { S } from "../../base/layout";
import type { State } from "../../base/state";
import { SEG_ACCESS_WRITE, SEG_CHECKED } from "../../isa/system-ops";
import type { Context } from "./context";
import type { Flags } from "./flags";
import type { CurrentTss } from "./tss";

/** IN, OUT, INS and OUTS with the permission of IOPL or of the TSS's bitmap (vol. 1, 19.5). */
export class PortIo {
  constructor(
    private readonly context: Context,
    private readonly flags: Flags,
    private readonly tss: CurrentTss,
  ) {}

  /** Reads a port into AL, AX or EAX. */
  input(size: number, port: number): number {
    if (!this.allows(port, size)) return 1;
    const { state, ports } = this.context;
    const value = ports.read(port, size);
    if (size === 4) state.setGpr(Gpr.Eax, value);
    else {
      const mask = size === 2 ? 0xffff : 0xff;
      state.setGpr(Gpr.Eax, (state.gpr(Gpr.Eax) & ~mask) | (value & mask));
    }
    return 0;
  }

  output(size: number, port: number): number {
    if (!this.allows(port, size)) return 1;
    const { state, ports } = this.context;
    const mask = size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
    ports.write(port, size, (state.gpr(Gpr.Eax) & mask) >>> 0);
    return 0;
  }

  /**
   * One iteration of INS, from port DX to ES:EDI. The port is read only when the element can be written. `operands` =
   * element size | address size << 4 | repeated << 8.
   */
  inputString(operands: number): number {
    const { state, ports, memory } = this.context;
    const size = operands & 15;
    if (isSpent(state, operands)) return 0;
    const port = state.gpr(Gpr.Edx) & 0xffff;
    if (!this.allows(port, size)) return 1;
    const linear = memory.paths.segment(indexOffset(state, Gpr.Edi, operands), size | (Seg.Es << 4) | SEG_ACCESS_WRITE);
    if (this.context.faulted()) return 1;
    if (!memory.mmu.probeWrite(linear | 0, size, memory.mmu.ring())) return 1;
    this.noting(() => memory.paths.write(linear, ports.read(port, size), size | (SEG_CHECKED << 4)));
    advance(state, Gpr.Edi, operands);
    return 0;
  }

  /** One iteration of OUTS, from `seg`:ESI to port DX; operands as for INS. */
  outputString(operands: number, seg: Seg): number {
    const { state, ports, memory } = this.context;
    const size = operands & 15;
    if (isSpent(state, operands)) return 0;
    const port = state.gpr(Gpr.Edx) & 0xffff;
    if (!this.allows(port, size)) return 1;
    const linear = memory.paths.segment(indexOffset(state, Gpr.Esi, operands), size | (seg << 4));
    if (this.context.faulted()) return 1;
    const value = this.noting(() => memory.paths.read(linear, size | (SEG_CHECKED << 4)));
    if (this.context.faulted()) return 1;
    ports.write(port, size, value);
    advance(state, Gpr.Esi, operands);
    return 0;
  }

  /** Makes an access and notes what it touches. The state is exact here, and the instruction will not be done again. */
  private noting<T>(access: () => T): T {
    const { watches } = this.context.memory;
    const { armed } = watches;
    watches.armed = true;
    const result = access();
    watches.armed = armed;
    return result;
  }

  private allows(port: number, size: number): boolean {
    return this.flags.allowsIo() || this.tss.allowsPorts(port, size);
  }
}

/** The register bits that an address size of 16 or 32 bits uses. */
function addressMask(operands: number): number {
  return ((operands >>> 4) & 15) === 2 ? 0xffff : 0xffffffff;
}

function isRepeated(operands: number): boolean {
  return operands >>> 8 !== 0;
}

/** Whether a repeated instruction has a count of 0, and so does nothing. */
function isSpent(state: State, operands: number): boolean {
  return isRepeated(operands) && (state.gpr(Gpr.Ecx) & addressMask(operands)) === 0;
}

function indexOffset(state: State, index: Gpr, operands: number): number {
  return (state.gpr(index) & addressMask(operands)) >>> 0;
}

/** Moves the index by DF; a repeated instruction counts down and starts again while iterations are left. */
function advance(state: State, index: Gpr, operands: number): void {
  const mask = addressMask(operands);
  const size = operands & 15;
  const step = (state.get(S.Eflags) & Flag.Df) !== 0 ? -size : size;
  add(state, index, step, mask);
  if (!isRepeated(operands)) return;
  add(state, Gpr.Ecx, -1, mask);
  if ((state.gpr(Gpr.Ecx) & mask) !== 0) state.set(S.Eip, state.get(S.InsnEip));
}

function add(state: State, register: Gpr, value: number, mask: number): void {
  const old = state.gpr(register);
  state.setGpr(register, (old & ~mask) | ((old + value) & mask));
}
