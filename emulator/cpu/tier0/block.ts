import { Seg } from "../../base/arch";
import { S } from "../../base/layout";
import type { State } from "../../base/state";
import type { Insn, Operand } from "../../isa/insn";
import { endsBlock, isRepeated, isString, killsFlags, mayFault, readsFlags } from "../../isa/traits";
import type { Mode } from "../mode";
import { HandlerCache } from "./handler-cache";
import { COLD_OP, MISC_ADDRESS16, MISC_OWN_SHIFT, Rec, RECORD_BYTES, Special } from "./record";

const USES_STACK = new Set([
  "push", "pushseg", "pop", "popseg", "pusha", "popa", "pushf", "popf", "enter", "leave", "call", "callind", "ret",
]);
const READS_SOURCE = /^(movs|lods|cmps|outs)/;
const WRITES_ES = /^(movs|stos|cmps|scas|ins)/;
/** First halves of fused pairs. */
const FUSES = new Set(["cmp", "test", "sub", "add", "and", "or", "xor", "inc", "dec"]);
const OPERAND_FIELDS = [Rec.A, Rec.B, Rec.Imm];

/** Turns decoded instructions into records. */
export class BlockWriter {
  private readonly handlers: HandlerCache;
  private readonly words: Int32Array;

  /** @param numbers the image's handlers by key */
  constructor(state: State, numbers: ReadonlyMap<string, number>) {
    this.handlers = new HandlerCache(numbers);
    this.words = state.i32;
  }

  /** Decides for an instruction just decoded whether its accesses and target need checks. */
  prepare(insn: Insn, mode: Mode): void {
    insn.checked = needsCheck(insn, mode);
  }

  /** Most records that a block of `insns` takes. */
  static records(insns: readonly Insn[]): number {
    return insns.length + 1;
  }

  /** Writes the block's records from `record` on; the number of records. */
  write(record: number, insns: readonly Insn[]): number {
    const flags = liveFlags(insns);
    let count = 0;
    for (let n = 0; n < insns.length; n++) {
      const insn = insns[n];
      const jump = n === insns.length - 2 && this.fuses(insn, insns[n + 1], flags[n]) ? insns[n + 1] : undefined;
      const isLast = n === insns.length - 1 || jump !== undefined;
      const own = isLast ? (jump ? 2 : 1) : 0;
      const ends = jump !== undefined || endsBlock(insn);
      this.writeInsn(record + count++ * RECORD_BYTES, insn, jump, flags[n], isLast && ends ? insns.length : n, isLast && ends ? own : 0);
      if (jump) return count;
    }
    const last = insns[insns.length - 1];
    if (!endsBlock(last)) this.writeCut(record + count++ * RECORD_BYTES, last.eip + last.length, insns.length);
    return count;
  }

  /** A block that straddles a page end starts with this: see generate.ts, guard. */
  writeGuard(record: number, eip: number, execEntry: number, table: number): void {
    this.clear(record);
    this.set(record, Rec.Op, Special.Guard);
    this.set(record, Rec.Base, execEntry);
    this.set(record, Rec.Imm, table);
    this.set(record, Rec.Eip, eip);
  }

  /** The entry table that the guard at `record` wants. */
  static guarded(state: State, record: number): number {
    return state.get(record + Rec.Imm);
  }

  private fuses(first: Insn, jump: Insn, flags: boolean): boolean {
    return (
      FUSES.has(first.mnemonic) && jump.mnemonic === "jcc" && flags && !first.checked && !jump.checked && jump.opSize === 4 &&
      this.handlers.find(first, true, jump.cc) !== undefined
    );
  }

  private writeInsn(record: number, insn: Insn, jump: Insn | undefined, flags: boolean, count: number, own: number): void {
    this.clear(record);
    const handler = this.handlers.find(insn, flags, jump ? jump.cc : -1);
    if (handler === undefined) throw new Error(`no handler for ${insn.spec.text}`);
    this.set(record, Rec.Op, handler >= 0 ? handler : COLD_OP);
    if (handler < 0) this.set(record, Rec.Handler, -1 - handler);
    this.writeAddress(record, insn);
    this.set(record, Rec.Imm, insn.imm);
    insn.operands.forEach((operand, n) => {
      if (operand.kind === "r" || operand.kind === "n") this.set(record, OPERAND_FIELDS[n], operandWord(operand));
    });
    const last = jump ?? insn;
    this.set(record, Rec.TakenEip, last.imm);
    this.set(record, Rec.NextEip, last.eip + last.length);
    this.set(record, Rec.Count, count);
    this.set(record, Rec.Eip, insn.eip);
    this.set(record, Rec.Misc, (insn.mem.seg << 4) | (insn.addrSize === 2 ? MISC_ADDRESS16 : 0) | (own << MISC_OWN_SHIFT));
  }

  private writeAddress(record: number, insn: Insn): void {
    const { mem } = insn;
    const hasMemory = insn.mnemonic === "xlat" || insn.operands.some((o) => o.kind === "m");
    this.set(record, Rec.Base, pointer(mem.base));
    this.set(record, Rec.Index, pointer(mem.index));
    this.set(record, Rec.Shift, mem.shift);
    this.set(record, Rec.Disp, hasMemory ? mem.disp : insn.imm2);
  }

  private writeCut(record: number, eip: number, count: number): void {
    this.clear(record);
    this.set(record, Rec.Op, Special.Cut);
    this.set(record, Rec.NextEip, eip);
    this.set(record, Rec.Eip, eip);
    this.set(record, Rec.Count, count);
  }

  private clear(record: number): void {
    this.words.fill(0, record >> 2, (record + RECORD_BYTES) >> 2);
  }

  private set(record: number, field: Rec, value: number): void {
    this.words[(record + field) >> 2] = value;
  }
}

const pointer = (reg: number): number => (reg < 0 ? S.Zero : S.Gpr + reg * 4);

/** A pointer to the register, or a special register's number. */
function operandWord(operand: Operand): number {
  if (operand.kind === "n") return operand.reg;
  if (operand.size === 1) return S.Gpr + (operand.reg & 3) * 4 + (operand.reg >> 2);
  return pointer(operand.reg);
}

function needsCheck(insn: Insn, mode: Mode): boolean {
  const flat = (seg: Seg): boolean =>
    seg === Seg.Ss ? mode.flatSs : seg === Seg.Ds ? mode.flatDs : seg === Seg.Es ? mode.flatEs : false;
  const { mnemonic, operands, mem } = insn;
  if (isString(insn)) {
    if (insn.addrSize === 2) return true;
    return (READS_SOURCE.test(mnemonic) && !flat(mem.seg)) || (WRITES_ES.test(mnemonic) && !mode.flatEs);
  }
  if (USES_STACK.has(mnemonic) && !mode.flatSs) return true;
  if (mnemonic === "xlat" || operands.some((o) => o.kind === "m")) {
    if (mnemonic === "lea") return insn.addrSize === 2;
    if (mnemonic === "nop" || mnemonic === "coprocessor") return false;
    return insn.addrSize === 2 || !flat(mem.seg);
  }
  const isDirect = insn.spec.operands[0]?.addressing === "J";
  return isDirect && insn.imm >>> 0 > mode.csLimit;
}

/** For each instruction whether somebody may look at the flags that it writes. */
function liveFlags(insns: readonly Insn[]): boolean[] {
  const needed = new Array<boolean>(insns.length);
  let live = true;
  for (let n = insns.length - 1; n >= 0; n--) {
    const insn = insns[n];
    needed[n] = live;
    if (readsFlags(insn) || mayFault(insn) || isRepeated(insn)) live = true;
    else if (killsFlags(insn)) live = false;
  }
  return needed;
}
