import { Gpr, Seg } from "../../base/arch";
import {
  NOTE_WORDS,
  NOTES,
  NOTES_BYTES,
  RECORDER_COUNT,
  RECORDERS,
  RecorderWord,
  S,
  SEG_SIZE,
  SegField,
  TLB_KIND,
  TlbKind,
} from "../../base/layout";
import { type Code, type Label, Op } from "../../base/wasm/code";
import type { ModuleBuilder } from "../../base/wasm/module";
import * as x from "../../base/wasm/expr";
import type { Var } from "../../base/wasm/expr";
import { keep, local, set, setWord, store32 } from "../../base/wasm/statements";
import { defineFunction } from "./functions";
import { tlbSlot } from "./tlb-slot";

/** The highest address at which any note still fits. */
const LAST_NOTE = NOTES + NOTES_BYTES - 4 * (2 + NOTE_WORDS);

/**
 * MarkPaths.mark, for the instruction at S.Eip. Where it has a recorder, this writes a note and answers 0. It asks the
 * import where there is none, where a word is in no page of the TLB or in a watched one, and where NOTES is full. It
 * reads memory without any effect on the machine.
 * @param ask the import
 */
export function defineMark(module: ModuleBuilder, ask: number): number {
  return defineFunction(module, 0, 1, (c) => {
    const refused = c.block();
    // Between the iterations of a string instruction, the mark has been asked about.
    x.eq(x.word(S.RepeatAt), x.word(S.Eip))(c);
    c.brIf(refused);
    const recorder = find(c, refused);
    const note = keep(c, x.word(S.NotesEnd));
    x.gtU(note, x.k(LAST_NOTE))(c);
    c.brIf(refused);
    store32(c, note, recorder);
    store32(c, note, x.word(S.Budget), 4);
    set(c, note, x.add(note, x.k(8)));
    writeWords(c, keep(c, x.add(recorder, x.k(RecorderWord.Steps))), note, refused);
    setWord(c, S.NotesEnd, note);
    c.i32(0);
    c.op(Op.Return);
    c.end();
    x.call(ask)(c);
  });
}

/** The active recorder of the instruction at S.Eip. */
function find(c: Code, missing: Label): Var {
  const linear = keep(c, x.add(x.word(S.Seg + Seg.Cs * SEG_SIZE + SegField.Base), x.word(S.Eip)));
  const recorder = keep(c, x.k(RECORDERS));
  const found = c.block();
  const search = c.loop();
  x.and(x.eq(x.load32(recorder, RecorderWord.Linear), linear), x.load32(recorder, RecorderWord.Active))(c);
  c.brIf(found);
  set(c, recorder, x.add(recorder, x.k(RecorderWord.Size)));
  x.ltU(recorder, x.k(RECORDERS + RECORDER_COUNT * RecorderWord.Size))(c);
  c.brIf(search);
  c.end();
  c.br(missing);
  c.end();
  return recorder;
}

/** Follows the steps from `step` on, and leaves `note` at the end of the words. */
function writeWords(c: Code, step: Var, note: Var, refused: Label): void {
  const esp = x.word(S.Gpr + 4 * Gpr.Esp);
  const base = keep(c, esp);
  const [count, at, entry] = [local(c), local(c), local(c)];
  const done = c.block();
  const next = c.loop();
  set(c, count, x.load32(step, 4));
  x.ltS(count, x.k(0))(c);
  c.brIf(done);
  set(c, at, x.add(base, x.load32(step)));
  set(c, entry, x.load32(tlbSlot(x.word(S.TlbRead), at)));
  const bytes = x.shl(x.add(count, x.eqz(count)), x.k(2));
  const isOutside = x.gtU(x.add(x.and(at, x.k(0xfff)), bytes), x.k(0x1000));
  x.or(x.eqz(x.and(entry, x.k(TlbKind.Plain))), isOutside)(c);
  c.brIf(refused);
  set(c, at, x.add(at, x.and(entry, x.k(~TLB_KIND))));
  set(c, step, x.add(step, x.k(8)));
  x.eqz(count)(c);
  c.if();
  set(c, base, x.load32(at));
  c.br(next);
  c.end();
  const copy = c.loop();
  store32(c, note, x.load32(at));
  set(c, note, x.add(note, x.k(4)));
  set(c, at, x.add(at, x.k(4)));
  set(c, count, x.sub(count, x.k(1)));
  count(c);
  c.brIf(copy);
  c.end();
  set(c, base, esp);
  c.br(next);
  c.end();
  c.end();
}
