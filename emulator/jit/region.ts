import { MAX_BLOCK } from "../cpu/tier0/record";
import type { Insn } from "../isa/insn";
import { endsBlock, isRepeated, jumps, remaps, straddles } from "../isa/queries";
import { Trait } from "../isa/traits";

/** Bounds of one region: beyond them V8's optimising compiler gives up its better code. */
export const MAX_BLOCKS = 80;
export const MAX_INSNS = 400;

/** Straight-line code of a region. */
export interface Block {
  /** Offset in CS. */
  start: number;
  insns: Insn[];
  /** Offset behind the last instruction. */
  end: number;
  /** Direct successors inside the region. */
  successors: number[];
  /** The exec TLB may enter here. */
  isEntry: boolean;
  /** Its first instruction is marked: the core is asked before it. */
  isMarked: boolean;
}

export interface Region {
  /** Offsets in CS that it was made for. */
  starts: readonly number[];
  /** By start, in ascending order. */
  blocks: Map<number, Block>;
}

/** Gives the instructions at an offset in CS up to a block's end, or undefined where there is no code to be had without a fault. */
export type Peek = (eip: number) => Insn[] | undefined;

/** Seldom executed, and mostly for a fault. */
const NEVER = new Set(["undefined", "toolong", "coprocessor", "fninit", "fnstsw", "fnstore", "int1"]);
/** The next instruction follows them in memory only. */
const ONE_WAY = new Set(["hlt", "iret", "jmpfar", "jmpfarind", "retfar", "sysexit"]);

/** What only the interpreter runs: the region leaves before it. */
function isCompiled(insn: Insn): boolean {
  const { traits } = insn.spec;
  if (NEVER.has(insn.mnemonic)) return false;
  // Branches of 16 bits cut EIP; nobody writes them on purpose.
  return insn.opSize === 4 || (traits & Trait.Branch) === 0;
}

/** Follows direct jumps and calls from some starts. */
export class RegionFinder {
  private readonly found = new Map<number, Insn[]>();
  private readonly entries = new Set<number>();
  private readonly queue: number[] = [];
  private insns = 0;

  /** @param isMarked of an offset in CS; a marked instruction is the first that `peek` gives */
  constructor(
    private readonly peek: Peek,
    private readonly isMarked: (eip: number) => boolean = () => false,
  ) {}

  /** Undefined when not even one of the first instructions can be compiled. */
  find(starts: readonly number[]): Region | undefined {
    this.queue.push(...starts);
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      if (this.found.size < MAX_BLOCKS && this.insns < MAX_INSNS) this.scan(next);
    }
    if (!starts.some((start) => this.found.has(start))) return undefined;
    for (const start of starts) if (!this.isCut(start)) this.entries.add(start);
    return { starts, blocks: this.split() };
  }

  /**
   * Whether the code before it leads here only because a block was full: slices end at such places too, but who
   * goes on there comes to another entry soon, and a loop with one entry is better code than one with two.
   */
  private isCut(start: number): boolean {
    return [...this.found.values()].some((insns) => {
      const last = insns[insns.length - 1];
      return insns.length === MAX_BLOCK && !endsBlock(last) && (last.eip + last.length) >>> 0 === start;
    });
  }

  private scan(start: number): void {
    if (this.found.has(start)) return;
    const insns: Insn[] = [];
    for (const insn of this.peek(start) ?? []) {
      // A block's mark is asked about whenever the block is entered: not between iterations, and not before a replay.
      const isAlone = isRepeated(insn) || straddles(insn);
      if (!isCompiled(insn) || (isAlone && this.isMarked(insn.eip >>> 0))) break;
      if (isRepeated(insn) && straddles(insn)) break;
      insns.push(insn);
    }
    if (insns.length === 0) return;
    this.found.set(start, insns);
    this.insns += insns.length;
    this.follow(insns[insns.length - 1]);
  }

  private follow(last: Insn): void {
    const next = (last.eip + last.length) >>> 0;
    const target = last.imm >>> 0;
    switch (last.mnemonic) {
      case "jmp":
        return this.edge(target, last);
      case "call":
        this.entries.add(target).add(next);
        this.edge(target, last);
        return this.edge(next, last);
      case "callind":
        this.entries.add(next);
        return this.edge(next, last);
      case "ret":
      case "jmpind":
        return;
      default:
        if (ONE_WAY.has(last.mnemonic)) return;
        if (jumps(last) || remaps(last)) this.entries.add(next);
        if (last.spec.relative) this.edge(target, last);
        this.edge(next, last);
    }
  }

  /** Targets of backward and cross-page jumps are entries: there the interpreter finds its way in. */
  private edge(to: number, from: Insn): void {
    if (to <= from.eip || (to ^ from.eip) >>> 12 !== 0) this.entries.add(to);
    this.queue.push(to);
  }

  /** Cuts blocks at the starts of others. */
  private split(): Map<number, Block> {
    const blocks = new Map<number, Block>();
    for (const start of [...this.found.keys()].sort((a, b) => a - b)) {
      const all = this.found.get(start) ?? [];
      const cut = all.findIndex((insn, n) => n > 0 && this.found.has(insn.eip >>> 0));
      const insns = cut < 0 ? all : all.slice(0, cut);
      const last = insns[insns.length - 1];
      const end = (last.eip + last.length) >>> 0;
      const successors = this.successors(last, end).filter((eip) => this.found.has(eip));
      blocks.set(start, {
        start,
        insns,
        end,
        successors,
        isEntry: this.entries.has(start),
        isMarked: this.isMarked(start),
      });
    }
    return blocks;
  }

  private successors(last: Insn, end: number): number[] {
    if (jumps(last) || remaps(last)) return [];
    if (isRepeated(last)) return [last.eip >>> 0, end];
    if (!endsBlock(last) || (last.spec.traits & Trait.System) !== 0) return [end];
    switch (last.mnemonic) {
      case "jmp":
      case "call":
        return [last.imm >>> 0];
      case "ret":
      case "jmpind":
      case "callind":
        return [];
      default:
        return [last.imm >>> 0, end];
    }
  }
}
