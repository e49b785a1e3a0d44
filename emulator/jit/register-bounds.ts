import type { Gpr } from "../base/arch";
import type { Insn, Memory } from "../isa/insn";

const PAGE_BYTES = 0x1000;
const COUNT = 8;

/**
 * What is known of the general registers inside a block: upper bounds of their
 * values. A load from a table by an index that is known to be small then lies
 * in a page that is known too, and need not wait for the TLB.
 */
export class RegisterBounds {
  /** Highest value by register; Infinity when nothing is known. */
  private readonly most = new Array<number>(COUNT).fill(Infinity);

  beginBlock(): void {
    this.most.fill(Infinity);
  }

  /** The register is written. */
  forget(reg: Gpr): void {
    this.most[reg] = Infinity;
  }

  /** What the instruction just emitted says about its destination. */
  note(insn: Insn): void {
    const most = boundOf(insn);
    if (most !== undefined) this.most[insn.operands[0].reg] = most;
  }

  /** Linear page of a memory operand of `size` bytes in a flat segment, where only one is possible. */
  pageOf({ base, index, shift, disp }: Memory, size: number): number | undefined {
    const first = disp >>> 0;
    const highest = (base < 0 ? 0 : this.most[base]) + (index < 0 ? 0 : this.most[index] * 2 ** shift);
    return (first % PAGE_BYTES) + highest + size <= PAGE_BYTES ? first >>> 12 : undefined;
  }
}

/** Upper bound of the 32-bit register that an instruction writes. */
function boundOf({ mnemonic, operands: [to, from], imm, immAt }: Insn): number | undefined {
  // An immediate that is read from memory may be any when the instruction is executed.
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
