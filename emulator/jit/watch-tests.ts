import { Gpr } from "../base/arch";
import type { Code } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import { local } from "../base/wasm/statements";
import type { WatchGuard } from "../cpu/inline-memory";
import type { Size } from "../isa/emit";
import type { Insn } from "../isa/insn";
import { Touch, type Watch } from "../memory/watches";
import { AccessGroup } from "./access-group";

/**
 * Which accesses of a region are compared with the watched ranges. All other accesses to watched pages take the long
 * way.
 */
export const enum WatchLevel {
  None,
  /** Accesses at constant distances from a register, which share tests. */
  Grouped,
  All,
}

/** How many ranges a region compares with. Watches that are close together share one. */
const MOST_RANGES = 4;
/**
 * Watches with at most this many bytes between them are always taken for one range. An access in between takes the long
 * way in vain.
 */
const MOST_GAP = 16;
const COUNT = 8;
const WORD = 4;

/** Where instructions with 32-bit operands access the stack, as distances from ESP. */
const STACK_ACCESS: Readonly<Record<string, number | undefined>> = {
  push: -WORD,
  pushf: -WORD,
  pushseg: -WORD,
  call: -WORD,
  callind: -WORD,
  pop: 0,
  ret: 0,
};
/** By how much they move ESP; only for those after which the block goes on. */
const STACK_MOVE: Readonly<Record<string, number | undefined>> = {
  push: -WORD,
  pushf: -WORD,
  pushseg: -WORD,
  pop: WORD,
};

/** What a register holds: the value from which the distances of `group` are counted, plus `distance`. */
interface Origin {
  group: AccessGroup;
  distance: number;
}

/** An access that an instruction makes at a constant distance from a register. */
interface Known {
  group: AccessGroup;
  size: number;
}

/**
 * Tests whether the accesses of a region touch watched memory. Most accesses are at constant distances from a register,
 * above all from ESP. Those of one block share a test, which comes before the first of them.
 */
export class WatchTests {
  private readonly watchesReads: boolean;
  private origins: (Origin | undefined)[] = new Array<Origin | undefined>(COUNT).fill(undefined);
  /** The origins as they were before the instruction. */
  private before = this.origins;
  private groups: AccessGroup[] = [];
  /** The accesses of this instruction: to its memory operand, and to the top of the stack. */
  private operand: Known | undefined;
  private stack: Known | undefined;
  /** The same accesses, by the local that holds the address. */
  private readonly known = new Map<number, Known>();

  /**
   * @param read gives a register's local
   * @param ranges of linear addresses, as `rangesOver` makes them
   * @param testsAll WatchLevel.All
   */
  constructor(
    private readonly c: Code,
    private readonly read: (reg: Gpr) => Expr,
    private readonly ranges: readonly Watch[],
    private readonly testsAll: boolean,
  ) {
    this.watchesReads = ranges.some(({ touches }) => (touches & Touch.Read) !== 0);
  }

  beginBlock(): void {
    this.origins.fill(undefined);
  }

  endBlock(): void {
    for (const group of this.groups) {
      group.settle();
      this.c.release(group.near.index);
    }
    this.groups = [];
  }

  /** Emits the tests that the instruction needs before it. */
  beginInsn(insn: Insn): void {
    const { base, index, disp } = insn.mem;
    const size = insn.operands.find(({ kind }) => kind === "m")?.size;
    // LEA accesses nothing. POP is left out because it reckons its operand's address after ESP has moved.
    const isPlain = !insn.checked && insn.addrSize === WORD && insn.mnemonic !== "lea" && insn.mnemonic !== "pop";
    this.operand = isPlain && size !== undefined && base >= 0 && index < 0 ? this.join(base, disp, size) : undefined;
    const at = usesWords(insn) ? STACK_ACCESS[insn.mnemonic] : undefined;
    this.stack = at === undefined ? undefined : this.join(Gpr.Esp, at, WORD);
    this.before = [...this.origins];
  }

  private join(reg: Gpr, disp: number, size: number): Known | undefined {
    const { group, distance } = this.origins[reg] ?? {};
    if (group?.take((distance ?? 0) + disp, size)) return { group, size };
    if (disp % size !== 0) return undefined;
    const made = new AccessGroup(this.c, local(this.c), this.read(reg), this.ranges);
    made.take(disp, size);
    this.groups.push(made);
    this.origins[reg] = { group: made, distance: 0 };
    return { group: made, size };
  }

  /** Notes that the local holds the address of the memory operand. */
  noteOperand(at: Var): void {
    if (this.operand) this.known.set(at.index, this.operand);
  }

  /** Notes that the local holds an address that was reckoned from ESP. */
  noteStack(at: Var): void {
    if (this.stack) this.known.set(at.index, this.stack);
  }

  /** Drops what is known of a register that is written. */
  forget(reg: Gpr): void {
    this.origins[reg] = undefined;
  }

  /** Follows registers that the instruction has moved by a constant. */
  endInsn(insn: Insn): void {
    this.known.clear();
    const moved = usesWords(insn) && !writesStackPointer(insn) ? STACK_MOVE[insn.mnemonic] : undefined;
    if (moved !== undefined) this.move(Gpr.Esp, Gpr.Esp, moved);
    const [to, from] = insn.operands;
    if (to?.kind !== "r" || to.size !== WORD) return;
    const { base, index, disp } = insn.mem;
    const isKnown = from?.kind === "i" && insn.immAt === 0;
    if (insn.mnemonic === "mov" && from?.kind === "r") this.move(to.reg, from.reg, 0);
    if (insn.mnemonic === "lea" && insn.addrSize === WORD && index < 0 && base >= 0) this.move(to.reg, base, disp);
    if (insn.mnemonic === "add" && isKnown) this.move(to.reg, to.reg, insn.imm);
    if (insn.mnemonic === "sub" && isKnown) this.move(to.reg, to.reg, -insn.imm);
    if (insn.mnemonic === "inc") this.move(to.reg, to.reg, 1);
    if (insn.mnemonic === "dec") this.move(to.reg, to.reg, -1);
  }

  private move(to: Gpr, from: Gpr, by: number): void {
    const origin = this.before[from];
    this.origins[to] = origin && { group: origin.group, distance: origin.distance + by };
  }

  /** InlineFrame.watched. */
  guard(at: Var, size: Size, touches: number): WatchGuard | undefined {
    // Pages that are watched for writes alone are flagged for writes alone; pages that are watched for reads are
    // flagged for both.
    if (!this.watchesReads && touches === (Touch.Read as number)) return undefined;
    const known = this.known.get(at.index);
    if (known && size <= known.size) return { refused: known.group.near, seesAlignment: true };
    if (!this.testsAll) return undefined;
    const ranges = this.ranges.filter((range) => (range.touches & touches) !== 0);
    const touched = ranges.map((range) => within(range, at, size)).reduce(x.or, x.k(0));
    return { refused: x.shl(touched, x.k(1)), seesAlignment: false };
  }
}

/** Whether any of the `size` bytes from `at` on is in the range. */
function within({ linear, length }: Watch, at: Var, size: Size): Expr {
  return x.ltU(x.sub(at, x.k(linear - size + 1)), x.k(length + size - 1));
}

/** Whether an instruction that pushes or pops uses 32-bit operands on a flat stack. */
const usesWords = ({ opSize, checked }: Insn): boolean => opSize === WORD && !checked;

const writesStackPointer = ({ mnemonic, operands: [to] }: Insn): boolean =>
  mnemonic === "pop" && to?.kind === "r" && to.reg === (Gpr.Esp as number);

const endOf = ({ linear, length }: Watch): number => linear + length;

/** A few ranges that together contain the watches. */
export function rangesOver(watches: readonly Watch[]): Watch[] {
  const ranges = [...watches].sort((a, b) => a.linear - b.linear);
  for (;;) {
    const gaps = ranges.slice(1).map(({ linear }, n) => linear - endOf(ranges[n]));
    const least = Math.min(...gaps);
    if (ranges.length <= MOST_RANGES && least > MOST_GAP) return ranges;
    const n = gaps.indexOf(least);
    const [a, b] = ranges.slice(n, n + 2);
    const length = Math.max(endOf(a), endOf(b)) - a.linear;
    ranges.splice(n, 2, { linear: a.linear, length, touches: a.touches | b.touches });
  }
}

/** Whether code that compares with `ranges` notices each access to the watches. */
export function cover(ranges: readonly Watch[], watches: readonly Watch[]): boolean {
  return watches.every((watch) =>
    ranges.some(
      (range) => (watch.touches & ~range.touches) === 0 && range.linear <= watch.linear && endOf(watch) <= endOf(range),
    ),
  );
}
