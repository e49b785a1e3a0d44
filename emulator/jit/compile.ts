import { S } from "../base/layout";
import { Code, type Label, Op, Type } from "../base/wasm/code";
import { ModuleBuilder } from "../base/wasm/module";
import * as x from "../base/wasm/expr";
import { type Expr, type Var, variable } from "../base/wasm/expr";
import { lookup, type MemoryHelpers } from "../cpu/tier0/helpers";
import { Rec, Special } from "../cpu/tier0/record";
import type { Size } from "../isa/emit";
import { EMITTERS } from "../isa/emitters";
import { endsBlock } from "../isa/queries";
import { fcoOf, RegionEmit, type RegionFrame } from "./emit-region";
import type { Block, Region } from "./region";
import { Structure } from "./structure";

/** What a page boundary inside a region checks: the exec TLB entry and the table that it must lead to. */
export interface PageGuard {
  execEntry: number;
  table: number;
}

export interface CompileInput {
  region: Region;
  /** Number of the region's function, by which its own entries are recognised. */
  func: number;
  csLimit: number;
  guard(linearPage: number): PageGuard;
}

const SIZES: Size[] = [1, 2, 4];

/** Names under which region modules import the memory helpers of tier 0's module. */
export const HELPER_NAMES = (["load", "open", "store"] as const).flatMap((kind) => SIZES.map((size) => `${kind}${size.toString()}`));

/** Name of MarkPaths.mark. */
export const MARK_NAME = "mark";

/** A module with the one function `f(node)`: runs the region from one of its entries until it leaves. */
export function compileRegion(input: CompileInput): Uint8Array {
  const module = new ModuleBuilder();
  const helpers = importHelpers(module);
  const isMarked = [...input.region.blocks.values()].some((block) => block.isMarked);
  const mark = isMarked ? module.import(MARK_NAME, { params: [], results: [Type.I32] }) : 0;
  const func = module.reserve({ params: [Type.I32], results: [] });
  module.define(func, new RegionFunction(input, helpers, mark).code());
  module.export("f", func);
  return module.bytes();
}

function importHelpers(module: ModuleBuilder): MemoryHelpers {
  const I32 = Type.I32;
  const group = (kind: string, params: Type[], results: Type[]): Record<Size, number> => {
    const [one, two, four] = SIZES.map((size) => module.import(`${kind}${size.toString()}`, { params, results }));
    return { 1: one, 2: two, 4: four };
  };
  return {
    load: group("load", [I32, I32], [I32]),
    open: group("open", [I32, I32], [I32]),
    store: group("store", [I32, I32, I32], []),
  };
}

class RegionFunction {
  private readonly c = new Code(1);
  private readonly selector = variable(0);
  private readonly frame: RegionFrame;
  private readonly tlbExec = this.local();
  private readonly record = this.local();
  private readonly emitter: RegionEmit;
  private readonly blocks: Block[];
  private readonly nodes = new Map<number, number>();
  private readonly structure: Structure;
  private block: Block;
  private outer: Label = { depth: 0 };

  constructor(
    private readonly input: CompileInput,
    helpers: MemoryHelpers,
    private readonly markFunction: number,
  ) {
    this.blocks = [...input.region.blocks.values()];
    this.blocks.forEach((block, node) => this.nodes.set(block.start, node));
    [this.block] = this.blocks;
    this.frame = {
      regs: Array.from({ length: 8 }, () => this.local()),
      fres: this.local(),
      minuend: this.local(),
      subtrahend: this.local(),
      correction: this.local(),
      budget: this.local(),
      eip: this.local(),
      changed: this.local(),
      tlbRead: this.local(),
      tlbWrite: this.local(),
      exit: { depth: 1 },
      csLimit: input.csLimit,
      jump: (eip) => this.jump(eip >>> 0),
      jumpDynamic: () => this.jumpDynamic(),
    };
    this.emitter = new RegionEmit(this.c, this.frame, helpers);
    const successors = this.blocks.map((block) => block.successors.map((eip) => this.nodeOf(eip)));
    this.structure = new Structure(this.c, successors, this.selector, (node) => this.emitBlock(this.blocks[node]));
  }

  code(): Code {
    const { c } = this;
    this.enter();
    this.frame.exit = c.block();
    this.outer = c.loop();
    this.structure.layOut(new Set(this.blocks.filter((block) => block.isEntry).map((block) => this.nodeOf(block.start))));
    c.end();
    c.op(Op.Unreachable);
    c.end();
    this.spill();
    c.op(Op.End);
    return c;
  }

  private nodeOf(eip: number): number {
    const node = this.nodes.get(eip);
    if (node === undefined) throw new Error("a successor lies outside the region");
    return node;
  }

  private enter(): void {
    const { regs, fres, correction, budget, tlbRead, tlbWrite } = this.frame;
    regs.forEach((reg, n) => this.set(reg, this.word(S.Gpr + n * 4)));
    this.set(fres, this.word(S.Fres));
    this.set(correction, this.word(S.Fco));
    this.set(budget, this.word(S.Budget));
    this.set(tlbRead, this.word(S.TlbRead));
    this.set(tlbWrite, this.word(S.TlbWrite));
    this.set(this.tlbExec, this.word(S.TlbExec));
  }

  private spill(): void {
    const { regs, fres, budget, eip } = this.frame;
    regs.forEach((reg, n) => this.store(S.Gpr + n * 4, reg));
    this.store(S.Fres, fres);
    this.store(S.Fco, fcoOf(this.frame));
    this.store(S.Budget, budget);
    this.store(S.Eip, eip);
  }

  private emitBlock(block: Block): void {
    const { emitter } = this;
    const count = block.insns.length;
    this.block = block;
    this.charge(block, count);
    if (block.isMarked) this.mark(block, count);
    emitter.flagSource = undefined;
    block.insns.forEach((insn, n) => {
      emitter.begin(insn, count - n);
      EMITTERS[insn.mnemonic](emitter);
      if (!endsBlock(insn)) emitter.finish();
      else emitter.endInsn();
    });
    if (!endsBlock(block.insns[count - 1])) this.jump(block.end);
  }

  /** A block that does not fit the budget is left to the interpreter whole. */
  private charge(block: Block, count: number): void {
    const { budget } = this.frame;
    this.set(budget, x.sub(budget, x.k(count)));
    x.ltS(budget, x.k(0))(this.c);
    this.c.if();
    this.set(budget, x.add(budget, x.k(count)));
    this.leave(x.k(block.start));
    this.c.end();
  }

  /** Asks the core, with the state before the block, whether it is to leave here. */
  private mark(block: Block, count: number): void {
    const { budget } = this.frame;
    this.set(budget, x.add(budget, x.k(count)));
    this.set(this.frame.eip, x.k(block.start));
    this.spill();
    x.call(this.markFunction)(this.c);
    this.c.if();
    this.c.br(this.frame.exit);
    this.c.end();
    this.set(budget, x.sub(budget, x.k(count)));
  }

  private jump(eip: number): void {
    const node = this.nodes.get(eip);
    if (node === undefined) return this.leave(x.k(eip));
    if ((eip ^ this.block.start) >>> 12 !== 0) this.guard(eip);
    this.structure.branch(node);
  }

  /** Before going to another page: it must still be mapped as when it was compiled. */
  private guard(eip: number): void {
    const { execEntry, table } = this.input.guard(eip >>> 12);
    x.ne(x.load32(x.k(0), execEntry), x.k(table))(this.c);
    this.c.if();
    this.leave(x.k(eip));
    this.c.end();
  }

  /** To an entry of this region, or out. */
  private jumpDynamic(): void {
    const { c, record } = this;
    this.set(record, lookup(this.tlbExec, this.frame.eip));
    const isEnter = x.eq(x.load32(record, Rec.Op), x.k(Special.Enter));
    x.and(isEnter, x.eq(x.load32(record, Rec.A), x.k(this.input.func)))(c);
    c.if();
    this.set(this.selector, x.load32(record, Rec.B));
    c.br(this.outer);
    c.end();
    c.br(this.frame.exit);
  }

  private leave(eip: Expr): void {
    this.set(this.frame.eip, eip);
    this.c.br(this.frame.exit);
  }

  private local(): Var {
    return variable(this.c.take(Type.I32));
  }

  private word(at: number): Expr {
    return x.load32(x.k(0), at);
  }

  private set(to: Var, value: Expr): void {
    value(this.c);
    this.c.local(Op.LocalSet, to.index);
  }

  private store(at: number, value: Expr): void {
    x.k(0)(this.c);
    value(this.c);
    this.c.memory(Op.I32Store, at);
  }
}

