import { Seg } from "../base/arch";
import { S, SEG_SIZE, SegField } from "../base/layout";
import type { Code } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Var } from "../base/wasm/expr";
import { local, set } from "../base/wasm/statements";
import { plainData } from "../cpu/plain-data";
import type { Insn } from "../isa/insn";
import { Trait } from "../isa/traits";

/** A segment as it is at the start of a block. Only the last instruction of a block can load a segment. */
export interface SegmentView {
  base: Var;
  /**
   * Accesses of any kind and size are allowed at offsets below this one. MemoryPaths.segment decides about those above.
   */
  end: Var;
}

/** The distance from the first byte of the widest access to its last. */
const WIDEST = 3;

/**
 * The segments that a block's checked instructions use, in locals: writable
 * expand-up data segments (vol. 3A, 3.4.5.1) cost a compare and an addition for
 * each access.
 */
export class SegmentViews {
  private readonly views = new Map<Seg, SegmentView>();

  constructor(private readonly c: Code) {}

  /**
   * Makes the views that an instruction will need. The code is put before the instruction, where all ways through it
   * pass.
   */
  prepare(insn: Insn): void {
    if (!insn.checked) return;
    for (const seg of segmentsOf(insn)) if (!this.views.has(seg)) this.views.set(seg, this.view(seg));
  }

  of(seg: Seg): SegmentView {
    const view = this.views.get(seg);
    if (!view) throw new Error(`no view of segment ${seg.toString()}`);
    return view;
  }

  endBlock(): void {
    for (const { base, end } of this.views.values()) {
      this.c.release(base.index);
      this.c.release(end.index);
    }
    this.views.clear();
  }

  private view(seg: Seg): SegmentView {
    const field = (at: SegField): x.Expr => x.word(S.Seg + seg * SEG_SIZE + at);
    const [base, end] = [local(this.c), local(this.c)];
    const isPlain = plainData(field(SegField.Rights));
    set(this.c, base, field(SegField.Base));
    set(this.c, end, x.sub(field(SegField.Limit), x.k(WIDEST - 1)));
    const isWide = x.gtU(field(SegField.Limit), x.k(WIDEST));
    set(this.c, end, x.select(x.and(x.ne(field(SegField.Valid), x.k(0)), x.and(isPlain, isWide)), end, x.k(0)));
    return { base, end };
  }
}

function segmentsOf({ spec: { traits }, mem, hasMemory, mnemonic }: Insn): Seg[] {
  const segments: Seg[] = [];
  if ((traits & Trait.Stack) !== 0) segments.push(Seg.Ss);
  if ((traits & Trait.Destination) !== 0) segments.push(Seg.Es);
  if (hasMemory || mnemonic === "xlat" || (traits & Trait.Source) !== 0) segments.push(mem.seg);
  return segments;
}
