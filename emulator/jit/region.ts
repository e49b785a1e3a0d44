import { MAX_BLOCK } from "../cpu/tier0/record";
import type { Insn } from "../isa/insn";
import { endsBlock, isRepeated, jumps, remaps, straddles } from "../isa/queries";
import { Trait } from "../isa/traits";

/** The bounds of one region. V8's optimising compiler makes worse code of larger functions. */
export const MAX_BLOCKS = 180;
export const MAX_INSNS = 640;

/** A stretch of straight-line code in a region. */
export interface Block {
  /** Its offset in CS. */
  start: number;
  insns: Insn[];
  /** The offset after its last instruction. */
  end: number;
  /** The successors inside the region to which control goes directly. */
  successors: number[];
  /** Whether the exec TLB may lead here. */
  isEntry: boolean;
  /** Whether its first instruction is marked, so that the core is asked before it. */
  isMarked: boolean;
}

export interface Region {
  /** The offsets in CS that it was made for. */
  starts: readonly number[];
  /** Blocks by their start, in ascending order. */
  blocks: Map<number, Block>;
}

/**
 * Gives the instructions from an offset in CS up to a block's end, or undefined where the code cannot be read without a
 * fault.
 */
export type Peek = (eip: number) => Insn[] | undefined;

/** Instructions that are seldom executed, and mostly to raise a fault. */
const NEVER = new Set(["undefined", "toolong", "coprocessor", "fninit", "fnstsw", "fnstore", "int1"]);
/** Instructions after which control goes elsewhere, whatever follows them in memory. */
const ONE_WAY = new Set(["hlt", "iret", "jmpfar", "jmpfarind", "retfar", "sysexit"]);

/** Whether a region may contain the instruction. A region leaves before one that only the interpreter runs. */
function isCompiled(insn: Insn): boolean {
  const { traits } = insn.spec;
  if (NEVER.has(insn.mnemonic)) return false;
  // Branches with 16-bit operands cut EIP to 16 bits; hardly any program contains one on purpose.
  return insn.opSize === 4 || (traits & Trait.Branch) === 0;
}

/** Follows direct jumps and calls from some starts. */
export class RegionFinder {
  private readonly found = new Map<number, Insn[]>();
  private readonly entries = new Set<number>();
  /** Where direct jumps, calls and full blocks lead. */
  private readonly targets = new Set<number>();
  private readonly queue: number[] = [];
  private insns = 0;

  /**
   * @param isMarked tells whether the instruction at an offset in CS is marked; `peek` gives a marked instruction first
   * @param follows tells whether a region goes on at an offset in CS to which its code leads
   */
  constructor(
    private readonly peek: Peek,
    private readonly isMarked: (eip: number) => boolean = () => false,
    private readonly follows: (eip: number) => boolean = () => true,
  ) {}

  /**
   * Finds what can be reached from some starts.
   * @returns undefined when not even one of the first instructions can be compiled
   */
  find(starts: readonly number[]): Region | undefined {
    return this.scanAll(starts) ? this.region(starts) : undefined;
  }

  /**
   * Finds the same from blocks that have been executed together. The starts are all entries: those that the code asks
   * for, and of the blocks to which no entry leads the first that was executed.
   */
  findTraced(executed: readonly number[]): Region | undefined {
    if (!this.scanAll(executed)) return undefined;
    this.dropCut();
    const blocks = this.split();
    const reached = new Set<number>();
    for (const block of blocks.values()) if (block.isEntry) reach(blocks, block.start, reached);
    for (const start of executed) {
      const block = blocks.get(start);
      if (block === undefined || reached.has(start)) continue;
      block.isEntry = true;
      reach(blocks, start, reached);
    }
    for (const start of [...blocks.keys()]) if (!reached.has(start)) blocks.delete(start);
    const entries = [...blocks.values()].filter(({ isEntry }) => isEntry);
    return { starts: entries.map(({ start }) => start), blocks };
  }

  /** Whether something was found. */
  private scanAll(starts: readonly number[]): boolean {
    this.queue.push(...starts);
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      if (this.found.size < MAX_BLOCKS && this.insns < MAX_INSNS) this.scan(next);
    }
    return starts.some((start) => this.found.has(start));
  }

  /** A slice's end cuts a block anywhere: what was executed from there on is a part of the whole block. */
  private dropCut(): void {
    for (const insns of [...this.found.values()]) {
      for (const { eip } of insns.slice(1)) {
        const start = eip >>> 0;
        if (!this.targets.has(start) && !this.entries.has(start)) this.found.delete(start);
      }
    }
  }

  private region(starts: readonly number[]): Region {
    for (const start of starts) if (!this.isCut(start)) this.entries.add(start);
    return { starts, blocks: this.split() };
  }

  /**
   * Whether the code before `start` leads here only because a block was full. Slices end at such places too, but
   * control soon comes to another entry from there, and a loop with one entry is better code than a loop with two.
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
      // A block's mark is asked about whenever the block is entered. That must not be between iterations, nor before an
      // instruction is executed again.
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

  /**
   * Notes the target of a jump. Targets of backward jumps and of jumps to another page become entries, where the
   * interpreter finds its way in.
   */
  private edge(to: number, from: Insn): void {
    if (to <= from.eip >>> 0 || (to ^ from.eip) >>> 12 !== 0) this.entries.add(to);
    this.targets.add(to);
    if (this.follows(to)) this.queue.push(to);
  }

  /** Ends blocks where others start. */
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

/** Adds `start`, and what can be reached from it, to what has been reached. */
function reach(blocks: ReadonlyMap<number, Block>, start: number, reached: Set<number>): void {
  const queue = [start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    queue.push(...(blocks.get(next)?.successors ?? []));
  }
}
