import { S } from "../../base/layout";
import { Code, type Label, Op, Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import { type Expr, type Var, variable } from "../../base/wasm/expr";
import { ModuleBuilder } from "../../base/wasm/module";
import { local, set, setWord, store32 } from "../../base/wasm/statements";
import { condition } from "../../isa/conditions";
import type { Emit } from "../../isa/emit";
import { EMITTERS } from "../../isa/emitters";
import { shapeEndsBlock } from "../../isa/queries";
import { Exit } from "../exit";
import { ColdEmit } from "./emit-cold";
import { HotEmit, type HotFrame } from "./emit-hot";
import { catalogue } from "./catalogue";
import { defineHelpers, type Helpers, lookup } from "./helpers";
import { MAX_BLOCK, Rec, RECORD_BYTES, Special } from "./record";
import type { HandlerShape } from "./shapes";
import { defineSystem } from "./system-call";

const COLD_TYPE = { params: [Type.I32], results: [Type.I32] };

/**
 * Generates tier 0: one module whose export `run(record)` executes records
 * until something needs the core. Hot handlers are cases of one br_table; the
 * others are functions reached through the module's own table.
 */
export function generateTier0(): Uint8Array {
  const module = new ModuleBuilder();
  const imports = defineHelpers(module);
  const { system, deliver } = defineSystem(module, imports);
  const helpers = { ...imports, system };
  const cold = catalogue().cold.map((shape) => defineCold(module, helpers, shape));
  module.setTable(cold);
  const run = module.reserve({ params: [Type.I32], results: [] });
  module.define(run, new HotFunction(module, helpers).code());
  module.export("run", run);
  module.export("system", system);
  module.export("segment", helpers.segment);
  module.export("mark", helpers.mark);
  module.export("deliver", deliver);
  module.export("refetch", imports.paging.refetch);
  for (const kind of ["load", "openData", "storeData", "settle"] as const) {
    for (const size of [1, 2, 4] as const) module.export(`${kind}${size.toString()}`, helpers[kind][size]);
  }
  return module.bytes();
}

/** Emits the instruction, and the conditional jump that is fused with it. */
function emitShape(e: Emit & { finish(): void }, shape: HandlerShape): void {
  e.insn = shape;
  e.flagSource = undefined;
  EMITTERS[shape.mnemonic](e);
  if (shape.fusedCc >= 0) e.branch(condition(e, shape.fusedCc));
  else if (!shapeEndsBlock(shape)) e.finish();
  e.endInsn();
}

function defineCold(module: ModuleBuilder, helpers: Helpers, shape: HandlerShape): number {
  const func = module.reserve(COLD_TYPE);
  const c = new Code(1);
  emitShape(new ColdEmit(c, variable(0), helpers), shape);
  c.op(Op.Unreachable, Op.End);
  module.define(func, c);
  return func;
}

/** Builds `run`: the dispatch loop around the hot handlers. */
class HotFunction {
  private readonly c = new Code(1);
  private readonly st = variable(0);
  private readonly fres = local(this.c);
  private readonly fco = local(this.c);
  private readonly budget = local(this.c);
  private readonly tlbRead = local(this.c);
  private readonly tlbWrite = local(this.c);
  private readonly tlbExec = local(this.c);
  private readonly to = local(this.c);

  constructor(
    private readonly module: ModuleBuilder,
    private readonly helpers: Helpers,
  ) {}

  code(): Code {
    const { c } = this;
    this.reload();
    set(this.c, this.tlbRead, x.word(S.TlbRead));
    set(this.c, this.tlbWrite, x.word(S.TlbWrite));
    set(this.c, this.tlbExec, x.word(S.TlbExec));
    const fault = c.block();
    const next = c.loop();
    const goTo = c.block();
    const go = c.block();
    const coldLabel = c.block();
    const { st, fres, fco, tlbRead, tlbWrite, to } = this;
    this.handlers({ st, fres, fco, tlbRead, tlbWrite, to, next, go, goTo, fault }, coldLabel);
    c.end();
    this.callCold(next);
    c.end();
    this.linked(next);
    c.end();
    this.looked(next);
    c.end();
    c.end();
    setWord(this.c, S.ExitRecord, this.st);
    this.leave(x.k(Exit.Fault));
    c.op(Op.End);
    return c;
  }

  private handlers(frame: HotFrame, coldLabel: Label): void {
    const { c } = this;
    const { hot } = catalogue();
    const labels = [...hot, ...SPECIALS].map(() => c.block()).reverse();
    x.load32(this.st, Rec.Op)(c);
    c.brTable(labels, coldLabel);
    for (const special of SPECIALS) {
      c.end();
      special(this, frame);
    }
    for (const shape of hot) {
      c.end();
      emitShape(new HotEmit(c, frame, this.helpers), shape);
    }
  }

  /** Calls a handler out of line, which works on flags and budget in the State. */
  private callCold(next: Label): void {
    const { c } = this;
    this.spill();
    this.st(c);
    x.load32(this.st, Rec.Handler)(c);
    c.op(Op.CallIndirect, this.module.typeIndex(COLD_TYPE), 0);
    c.local(Op.LocalTee, this.st.index);
    c.op(0x45);
    c.if();
    c.op(Op.Return);
    c.end();
    this.reload();
    c.br(next);
  }

  /**
   * `go`: the end of a block. Goes on by the link word at `to`, or through the exec TLB; a link inside a page is kept
   * (`Tier0.link`).
   */
  private linked(next: Label): void {
    const { c } = this;
    const target = local(this.c);
    const eip = x.load32(this.to, 4);
    this.charge(x.load32(this.st, Rec.Count));
    set(this.c, target, x.load32(this.to));
    x.eqz(target)(c);
    c.if();
    set(this.c, target, lookup(this.tlbExec, eip));
    x.eqz(x.or(x.shr(x.xor(eip, x.load32(this.st, Rec.Eip)), x.k(12)), x.eqz(x.and(eip, x.k(0xfff)))))(c);
    c.if();
    store32(c, this.to, target);
    c.end();
    c.end();
    this.follow(target, next);
    setWord(this.c, S.Eip, eip);
    setWord(this.c, S.ExitLink, x.select(target, x.k(0), this.to));
    this.leave(x.select(target, x.k(Exit.Budget), x.k(Exit.Lookup)));
  }

  /** `goTo`: the end of a block. Goes to the offset in `to`. */
  private looked(next: Label): void {
    const target = local(this.c);
    this.charge(x.load32(this.st, Rec.Count));
    set(this.c, target, lookup(this.tlbExec, this.to));
    this.follow(target, next);
    setWord(this.c, S.Eip, this.to);
    setWord(this.c, S.ExitLink, x.k(0));
    this.leave(x.select(target, x.k(Exit.Budget), x.k(Exit.Lookup)));
  }

  private follow(target: Var, next: Label): void {
    const { c } = this;
    x.and(x.ne(target, x.k(0)), x.geS(this.budget, x.k(MAX_BLOCK)))(c);
    c.if();
    set(this.c, this.st, target);
    c.br(next);
    c.end();
  }

  // ---- special records

  /** Leaves, because the code was written to. */
  stale(): void {
    setWord(this.c, S.ExitRecord, this.st);
    this.leave(x.k(Exit.Stale));
  }

  /**
   * Comes before a block that crosses a page end. Base is the exec TLB slot of its second page, and Imm what the slot
   * must hold.
   */
  guard(frame: HotFrame): void {
    const { c } = this;
    x.ne(x.load32(x.load32(this.st, Rec.Base)), x.load32(this.st, Rec.Imm))(c);
    c.if();
    setWord(this.c, S.Eip, x.load32(this.st, Rec.Eip));
    setWord(this.c, S.ExitRecord, this.st);
    this.leave(x.k(Exit.Guard));
    c.end();
    set(this.c, this.st, x.add(this.st, x.k(RECORD_BYTES)));
    c.br(frame.next);
  }

  /** Ends a block where a following instruction cut it. */
  cut(frame: HotFrame): void {
    set(this.c, this.to, x.add(this.st, x.k(Rec.Next)));
    this.c.br(frame.go);
  }

  /**
   * Comes before a marked instruction, and asks whether the machine is to stop here. Nothing of the block has been
   * charged.
   */
  mark(frame: HotFrame): void {
    const { c } = this;
    setWord(this.c, S.Eip, x.load32(this.st, Rec.Eip));
    this.spill();
    x.call(this.helpers.mark)(c);
    c.if();
    this.leave(x.k(Exit.Mark));
    c.end();
    set(this.c, this.st, x.add(this.st, x.k(RECORD_BYTES)));
    c.br(frame.next);
  }

  /** Leads to the new place of records that need more room now. */
  forward(frame: HotFrame): void {
    set(this.c, this.st, x.load32(this.st, Rec.Next));
    this.c.br(frame.next);
  }

  enterCompiled(): void {
    setWord(this.c, S.Eip, x.load32(this.st, Rec.Eip));
    this.leave(x.k(Exit.Compiled));
  }

  // ---- statements

  private charge(count: Expr): void {
    set(this.c, this.budget, x.sub(this.budget, count));
  }

  private spill(): void {
    setWord(this.c, S.Fres, this.fres);
    setWord(this.c, S.Fco, this.fco);
    setWord(this.c, S.Budget, this.budget);
  }

  private reload(): void {
    set(this.c, this.fres, x.word(S.Fres));
    set(this.c, this.fco, x.word(S.Fco));
    set(this.c, this.budget, x.word(S.Budget));
  }

  private leave(exit: Expr): void {
    this.spill();
    setWord(this.c, S.Exit, exit);
    this.c.op(Op.Return);
  }
}

type SpecialHandler = (f: HotFunction, frame: HotFrame) => void;

/** In the order of Special's numbers, which are the first opcodes. */
const SPECIALS: SpecialHandler[] = [];
SPECIALS[Special.Stale] = (f) => f.stale();
SPECIALS[Special.Guard] = (f, frame) => f.guard(frame);
SPECIALS[Special.Cut] = (f, frame) => f.cut(frame);
SPECIALS[Special.Enter] = (f) => f.enterCompiled();
SPECIALS[Special.Mark] = (f, frame) => f.mark(frame);
SPECIALS[Special.Forward] = (f, frame) => f.forward(frame);
