import { REPLAY, S } from "../base/layout";
import { Code, Op, Type } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import { variable } from "../base/wasm/expr";
import { ModuleBuilder } from "../base/wasm/module";
import { local, set, setWord } from "../base/wasm/statements";
import type { MemoryHelpers } from "../cpu/tier0/helpers";
import { pageSlot } from "../cpu/tier0/tlb-slot";
import { Rec, Special } from "../cpu/tier0/record";
import type { FlagSource, Size } from "../isa/emit";
import { EMITTERS } from "../isa/emitters";
import type { Insn } from "../isa/insn";
import { endsBlock, killsFlags, mayFault, straddles } from "../isa/queries";
import { Trait } from "../isa/traits";
import type { Watch } from "../memory/watches";
import { RegionEmit, type RegionHelpers } from "./emit-region";
import { GeneralRegisters } from "./general-registers";
import { SETTLE_NAME } from "./pending-flags";
import { type FlagsForm, RegionFlags } from "./region-flags";
import type { Block, Region } from "./region";
import { Structure } from "./structure";
import { WatchTests } from "./watch-tests";

/** What a page boundary inside a region checks: the exec TLB entry, and the table that the entry must lead to. */
export interface PageGuard {
  execEntry: number;
  table: number;
}

export interface CompileInput {
  region: Region;
  /** Number of the region's function, by which its own entries are recognised. */
  func: number;
  /** Addresses of the TLBs of the mode that the region is for. */
  tlb: { read: number; write: number };
  tlbExec: number;
  csLimit: number;
  /** Whether accesses that are not aligned are frequent. */
  unaligned: boolean;
  /** The ranges that its accesses are compared with. Without any range, accesses to watched pages take the long way. */
  watched: readonly Watch[];
  /** Whether each access is compared, and not only those that share a test (WatchLevel). */
  testsAll: boolean;
  guard(linearPage: number): PageGuard;
}

const SIZES: Size[] = [1, 2, 4];

/** For each kind of access the name under which tier 0's module exports the memory helper that regions call. */
const HELPERS: Record<keyof MemoryHelpers, string> = {
  load: "load",
  open: "openData",
  store: "storeData",
  settle: "settle",
};

/** The names under which region modules import the helpers. */
export const HELPER_NAMES = Object.values(HELPERS).flatMap((kind) => SIZES.map((size) => `${kind}${size.toString()}`));

/** The name of MarkPaths.mark. */
export const MARK_NAME = "mark";

/** The name of SystemPaths.system, which tier 0's module exports. */
export const SYSTEM_NAME = "system";

/** The name of MemoryPaths.segment, which tier 0's module passes on. */
export const SEGMENT_NAME = "segment";

/**
 * Makes a module with the one function `f(node)`. It starts at one of the region's entries, whose block has been
 * charged already, and runs until control leaves the region.
 */
export function compileRegion(input: CompileInput): Uint8Array {
  const module = new ModuleBuilder();
  const code = new RegionFunction(input, importsOf(module)).code();
  const func = module.reserve({ params: [Type.I32], results: [] });
  module.define(func, code);
  module.export("f", func);
  return module.bytes();
}

/** A function is imported only when code first calls it, because V8 keeps the types of every module for ever. */
function importsOf(module: ModuleBuilder): RegionHelpers {
  const types = (count: number): Type[] => new Array<Type>(count).fill(Type.I32);
  const named = (name: string, params: number, results: number): number =>
    module.import(name, { params: types(params), results: types(results) });
  const bySize = (kind: keyof MemoryHelpers, params: number, results: number): Record<Size, number> => ({
    get 1() {
      return named(`${HELPERS[kind]}1`, params, results);
    },
    get 2() {
      return named(`${HELPERS[kind]}2`, params, results);
    },
    get 4() {
      return named(`${HELPERS[kind]}4`, params, results);
    },
  });
  return {
    load: bySize("load", 2, 1),
    open: bySize("open", 2, 1),
    store: bySize("store", 3, 0),
    settle: bySize("settle", 3, 0),
    get mark() {
      return named(MARK_NAME, 0, 1);
    },
    get system() {
      return named(SYSTEM_NAME, 3, 1);
    },
    get segment() {
      return named(SEGMENT_NAME, 2, 1);
    },
    get settleFlags() {
      return named(SETTLE_NAME, 0, 0);
    },
  };
}

/** The first two words of an Enter record for the function `func` (Rec.Op and Rec.A), as one number. */
const enterWord = (func: number): bigint => (BigInt(func) << 32n) | BigInt(Special.Enter);

/** The state in which control comes to a block that has only one way in. */
interface Inheritance {
  flags: FlagsForm;
  source: FlagSource | undefined;
}

class RegionFunction {
  private readonly c = new Code(1);
  private readonly selector = variable(0);
  private readonly budget = local(this.c);
  private readonly eip = local(this.c);
  private readonly record = local(this.c);
  private readonly regs = new GeneralRegisters(this.c);
  private readonly exit = this.c.block();
  private readonly pending = this.c.block();
  private readonly stepped = this.c.block();
  private readonly outer = this.c.loop();
  private readonly flags: RegionFlags;
  private readonly emitter: RegionEmit;
  private readonly blocks: Block[];
  private readonly nodes = new Map<number, number>();
  private readonly structure: Structure;
  /** The number of ways in from inside the region, by node. */
  private readonly edges: number[];
  /** By node, once the way in has been emitted; undefined for blocks whose code was begun before that. */
  private readonly inheritances = new Map<number, Inheritance | undefined>();
  private block: Block;

  constructor(
    private readonly input: CompileInput,
    private readonly helpers: RegionHelpers,
  ) {
    const exits = { inState: this.exit, pending: this.pending, stepped: this.stepped };
    this.flags = new RegionFlags(this.c, exits, helpers.settleFlags);
    this.blocks = [...input.region.blocks.values()];
    this.blocks.forEach((block, node) => this.nodes.set(block.start, node));
    [this.block] = this.blocks;
    const { regs, flags, budget, eip } = this;
    const { tlb, csLimit, unaligned } = input;
    const { watched, testsAll } = input;
    const watchTests =
      watched.length > 0 ? new WatchTests(this.c, (reg) => regs.read(reg), watched, testsAll) : undefined;
    const jump = (to: number): void => this.jump(to >>> 0);
    const jumpDynamic = (): void => this.jumpDynamic();
    this.emitter = new RegionEmit(
      this.c,
      { regs, flags, budget, eip, tlb, csLimit, unaligned, watchTests, jump, jumpDynamic },
      helpers,
    );
    const successors = this.blocks.map((block) => block.successors.map((to) => this.nodeOf(to)));
    this.edges = this.blocks.map((_, node) => successors.flat().filter((to) => to === node).length);
    this.structure = new Structure(this.c, successors, this.selector, (node) => this.emitBlock(node));
  }

  code(): Code {
    const { c } = this;
    this.structure.layOut(
      new Set(this.blocks.filter((block) => block.isEntry).map((block) => this.nodeOf(block.start))),
    );
    c.end();
    c.op(Op.Unreachable);
    c.end();
    this.flags.emitStepped();
    c.end();
    this.flags.store();
    c.end();
    this.regs.store();
    this.storePlace();
    c.op(Op.End);
    c.prepend(this.entry());
    return c;
  }

  private storePlace(): void {
    setWord(this.c, S.Budget, this.budget);
    setWord(this.c, S.Eip, this.eip);
  }

  /** Is emitted last, because only then it is known which registers the region uses. */
  private entry(): Code {
    const entry = new Code(1);
    this.regs.load(entry);
    set(entry, this.budget, x.word(S.Budget));
    return entry;
  }

  private nodeOf(eip: number): number {
    const node = this.nodes.get(eip);
    if (node === undefined) throw new Error("a successor lies outside the region");
    return node;
  }

  private emitBlock(node: number): void {
    const { emitter } = this;
    const block = this.blocks[node];
    const count = block.insns.length;
    const from = this.inheritances.get(node);
    this.inheritances.set(node, from);
    this.block = block;
    this.flags.beginBlock(from?.flags);
    emitter.beginBlock(from?.source, block.insns);
    if (straddles(block.insns[0])) this.guardStraddling(block);
    if (block.isMarked) this.mark(block);
    block.insns.forEach((insn, n) => {
      emitter.begin(insn, count - n);
      EMITTERS[insn.mnemonic](emitter);
      emitter.endInsn();
    });
    if (!endsBlock(block.insns[count - 1])) this.jump(block.end);
    emitter.endBlock();
  }

  /** Asks the core, with the state as it is before the block, whether execution is to leave here. */
  private mark({ start, insns }: Block): void {
    const { budget } = this;
    set(this.c, budget, x.add(budget, x.k(insns.length)));
    set(this.c, this.eip, x.k(start));
    this.flags.settle();
    this.regs.storeAll();
    this.storePlace();
    x.call(this.helpers.mark)(this.c);
    this.c.ifUnlikely();
    this.flags.leave();
    this.c.end();
    set(this.c, budget, x.sub(budget, x.k(insns.length)));
  }

  private jump(eip: number): void {
    const node = this.nodes.get(eip);
    if (node === undefined) return this.leave(eip);
    const target = this.blocks[node];
    if ((eip ^ this.block.start) >>> 12 !== 0) this.guard(eip);
    this.charge(target);
    this.passFlags(node);
    this.structure.branch(node);
  }

  /**
   * A block with one way in goes on with the flags as they are. A repeated string instruction leads there by two ways
   * that count as one: for no iteration, and after the last. Both leave the flags in the same form; CMPS and SCAS leave
   * them in the same locals.
   */
  private passFlags(node: number): void {
    const target = this.blocks[node];
    const isOnly = this.edges[node] === 1 && !target.isEntry && !target.isMarked && !this.inheritances.has(node);
    if (isOnly) this.inheritances.set(node, { flags: this.flags.form, source: this.emitter.flagSource });
    else if (seesFlags(target)) this.flags.pass();
  }

  /** Takes the block's instructions from the budget. A block that does not fit is left whole to the interpreter. */
  private charge({ insns, start }: Block): void {
    const { budget } = this;
    set(this.c, budget, x.sub(budget, x.k(insns.length)));
    x.ltS(budget, x.k(0))(this.c);
    this.c.ifUnlikely();
    set(this.c, budget, x.add(budget, x.k(insns.length)));
    this.leave(start);
    this.c.end();
  }

  /**
   * Leaves the region before it goes to another page, unless the page is mapped as it was when the region was compiled.
   */
  private guard(eip: number): void {
    const { execEntry, table } = this.input.guard(eip >>> 12);
    x.ne(x.word(execEntry), x.k(table))(this.c);
    this.c.ifUnlikely();
    this.leave(eip);
    this.c.end();
  }

  /**
   * The same for an instruction that runs on into another page: if the page is mapped differently now, the core
   * executes the instruction alone.
   */
  private guardStraddling({ start, end }: Block): void {
    const { budget } = this;
    const { execEntry, table } = this.input.guard(((end - 1) >>> 12) & 0xfffff);
    x.ne(x.word(execEntry), x.k(table))(this.c);
    this.c.ifUnlikely();
    setWord(this.c, S.Fault, x.k(REPLAY));
    set(this.c, budget, x.add(budget, x.k(1)));
    this.leave(start);
    this.c.end();
  }

  /**
   * Goes to the entry of this region at `eip` if there is one and its block fits the budget; else leaves the region.
   */
  private jumpDynamic(): void {
    const { c, record, budget } = this;
    this.flags.pass();
    set(
      this.c,
      record,
      x.add(x.load32(pageSlot(this.eip), this.input.tlbExec), x.shl(x.and(this.eip, x.k(0xfff)), x.k(2))),
    );
    set(this.c, record, x.load32(record));
    x.eq64(x.load64(record, Rec.Op), x.wide(enterWord(this.input.func)))(c);
    c.if();
    set(this.c, budget, x.sub(budget, x.load32(record, Rec.Imm)));
    x.geS(budget, x.k(0))(c);
    c.if();
    set(this.c, this.selector, x.load32(record, Rec.B));
    c.br(this.outer);
    c.end();
    set(this.c, budget, x.add(budget, x.load32(record, Rec.Imm)));
    c.end();
    c.br(this.exit);
  }

  private leave(eip: number): void {
    set(this.c, this.eip, x.k(eip));
    this.flags.leave();
  }
}

/** Whether a block can see the arithmetic flags from before it: it reads them, or a fault or a mark shows them. */
function seesFlags({ insns, isMarked }: Block): boolean {
  if (isMarked) return true;
  // DAA and the similar instructions both read the flags and overwrite them.
  const shows = (insn: Insn): boolean => mayFault(insn) || (insn.spec.traits & Trait.ReadsFlags) !== 0;
  const first = insns.find((insn) => shows(insn) || killsFlags(insn));
  return first === undefined || shows(first);
}
