import type { Gpr } from "../base/arch";
import type { Insn, Memory } from "../isa/insn";

const PAGE_BYTES = 0x1000;
const COUNT = 8;

/**
 * What is known of the general registers inside a block: upper bounds of their values. If a load from a table has an
 * index that is known to be small, its page is known too, and the load need not wait for the TLB.
 */
export class RegisterBounds {
  /** The highest value of each register; Infinity when nothing is known. */
  private readonly most = new Array<number>(COUNT).fill(Infinity);

  beginBlock(): void {
    this.most.fill(Infinity);
  }

  /** Drops what is known of a register that is written. */
  forget(reg: Gpr): void {
    this.most[reg] = Infinity;
  }

  /** Notes what the instruction that was just emitted tells about its destination. */
  note(insn: Insn): void {
    const most = boundOf(insn);
    if (most !== undefined) this.most[insn.operands[0].reg] = most;
  }

  /** The linear page of a memory operand of `size` bytes in a flat segment, where only one page is possible. */
  pageOf({ base, index, shift, disp }: Memory, size: number): number | undefined {
    const first = disp >>> 0;
    const highest = (base < 0 ? 0 : this.most[base]) + (index < 0 ? 0 : this.most[index] * 2 ** shift);
    return (first % PAGE_BYTES) + highest + size <= PAGE_BYTES ? first >>> 12 : undefined;
  }
}

/** The upper bound of the 32-bit register that an instruction writes. */
function boundOf({ mnemonic, operands: [to, from], imm, immAt }: Insn): number | undefined {
  // An immediate that is read from memory may have any value when the instruction is executed.
  if (to?.kind !== "r" || to.size !== 4 || !from || immAt !== 0) return undefined;
  switch (mnemonic) {
    case "movzx":
      return from.size === 1 ? 0xff : 0xffff;
    case "and":
    case "mov":
      return from.kind === "i" ? imm >>> 0 : undefined;
    case "shr":
      return from.kind === "i" ? 0xffffffff >>> (imm & 31) : undefined;
    default:
      return undefined;
  }
}
