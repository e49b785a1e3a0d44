import { Seg } from "../../base/arch";
import { S } from "../../base/layout";
import type { State } from "../../base/state";
import type { Insn, Operand } from "../../isa/insn";
import { endsBlock, isRepeated, killsFlags, mayFault } from "../../isa/queries";
import { Trait } from "../../isa/traits";
import type { Mode } from "../mode";
import { HandlerCache } from "./handler-cache";
import { COLD_OP, MISC_ADDRESS16, MISC_OWN_SHIFT, Rec, RECORD_BYTES, Special } from "./record";

const OPERAND_FIELDS = [Rec.A, Rec.B, Rec.Imm];

/** Turns decoded instructions into records. */
export class BlockWriter {
  private readonly handlers: HandlerCache;
  private readonly words: Int32Array;

  /** @param numbers the numbers of the image's handlers, by key */
  constructor(state: State, numbers: ReadonlyMap<string, number>) {
    this.handlers = new HandlerCache(numbers);
    this.words = state.i32;
  }

  /** Decides whether the accesses and the target of an instruction that was just decoded need checks. */
  prepare(insn: Insn, mode: Mode): void {
    insn.checked = needsCheck(insn, mode);
  }

  /** The number of records that a block of `insns` takes at most. */
  static records(insns: readonly Insn[]): number {
    return insns.length + 1;
  }

  /** Writes the block's records from `record` on. @returns the number of records */
  write(record: number, insns: readonly Insn[]): number {
    const flags = liveFlags(insns);
    let count = 0;
    for (let n = 0; n < insns.length; n++) {
      const insn = insns[n];
      const jump = n === insns.length - 2 && this.fuses(insn, insns[n + 1], flags[n]) ? insns[n + 1] : undefined;
      const isLast = n === insns.length - 1 || jump !== undefined;
      const own = isLast ? (jump ? 2 : 1) : 0;
      const ends = jump !== undefined || endsBlock(insn);
      this.writeInsn(
        record + count++ * RECORD_BYTES,
        insn,
        jump,
        flags[n],
        isLast && ends ? insns.length : n,
        isLast && ends ? own : 0,
      );
      if (jump) return count;
    }
    const last = insns[insns.length - 1];
    if (!endsBlock(last)) this.writeCut(record + count++ * RECORD_BYTES, last.eip + last.length, insns.length);
    return count;
  }

  /** Writes the record with which a block that crosses a page end starts: see generate.ts, guard. */
  writeGuard(record: number, eip: number, execEntry: number, table: number): void {
    this.clear(record);
    this.set(record, Rec.Op, Special.Guard);
    this.set(record, Rec.Base, execEntry);
    this.set(record, Rec.Imm, table);
    this.set(record, Rec.Eip, eip);
  }

  /** Writes the record that comes before those of a marked instruction. */
  writeMark(record: number, eip: number): void {
    this.clear(record);
    this.set(record, Rec.Op, Special.Mark);
    this.set(record, Rec.Eip, eip);
  }

  /** The entry table that the guard at `record` asks for. */
  static guarded(state: State, record: number): number {
    return state.get(record + Rec.Imm);
  }

  private fuses(first: Insn, jump: Insn, flags: boolean): boolean {
    return (
      (first.spec.traits & Trait.Fuses) !== 0 &&
      jump.mnemonic === "jcc" &&
      flags &&
      !first.checked &&
      !jump.checked &&
      jump.opSize === 4 &&
      this.handlers.find(first, true, jump.cc) !== undefined
    );
  }

  private writeInsn(
    record: number,
    insn: Insn,
    jump: Insn | undefined,
    flags: boolean,
    count: number,
    own: number,
  ): void {
    const handler = this.handlers.find(insn, flags, jump ? jump.cc : -1);
    if (handler === undefined) throw new Error(`no handler for ${insn.spec.text}`);
    const { words } = this;
    const { mem } = insn;
    const last = jump ?? insn;
    const at = record >> 2;
    words[at + (Rec.Op >> 2)] = handler >= 0 ? handler : COLD_OP;
    words[at + (Rec.Base >> 2)] = pointer(mem.base);
    words[at + (Rec.Index >> 2)] = pointer(mem.index);
    words[at + (Rec.Shift >> 2)] = mem.shift;
    words[at + (Rec.Disp >> 2)] = insn.hasMemory || insn.mnemonic === "xlat" ? mem.disp : insn.imm2;
    words[at + (Rec.Imm >> 2)] = insn.imm;
    words[at + (Rec.Taken >> 2)] = 0;
    words[at + (Rec.TakenEip >> 2)] = last.imm;
    words[at + (Rec.Next >> 2)] = 0;
    words[at + (Rec.NextEip >> 2)] = last.eip + last.length;
    words[at + (Rec.Count >> 2)] = count;
    words[at + (Rec.Eip >> 2)] = insn.eip;
    words[at + (Rec.Handler >> 2)] = handler < 0 ? -1 - handler : 0;
    words[at + (Rec.Misc >> 2)] = (mem.seg << 4) | (insn.addrSize === 2 ? MISC_ADDRESS16 : 0) | (own << MISC_OWN_SHIFT);
    this.writeOperands(record, insn);
  }

  private writeOperands(record: number, insn: Insn): void {
    const { operands } = insn;
    for (let n = 0; n < operands.length; n++) {
      const operand = operands[n];
      if (operand.kind === "r" || operand.kind === "n") this.set(record, OPERAND_FIELDS[n], operandWord(operand));
    }
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

function isFlat(seg: Seg, mode: Mode): boolean {
  return seg === Seg.Ss ? mode.flatSs : seg === Seg.Ds ? mode.flatDs : seg === Seg.Es ? mode.flatEs : false;
}

function needsCheck(insn: Insn, mode: Mode): boolean {
  const { traits } = insn.spec;
  if ((traits & Trait.String) !== 0) {
    if (insn.addrSize === 2) return true;
    if ((traits & Trait.Source) !== 0 && !isFlat(insn.mem.seg, mode)) return true;
    return (traits & Trait.Destination) !== 0 && !mode.flatEs;
  }
  if ((traits & Trait.Stack) !== 0 && !mode.flatSs) return true;
  if (insn.hasMemory || insn.mnemonic === "xlat") {
    if ((traits & Trait.NoAccess) !== 0) return insn.mnemonic === "lea" && insn.addrSize === 2;
    return insn.addrSize === 2 || !isFlat(insn.mem.seg, mode);
  }
  return insn.spec.relative && insn.imm >>> 0 > mode.csLimit;
}

/** Tells for each instruction whether the flags that it writes may be read. */
export function liveFlags(insns: readonly Insn[]): boolean[] {
  const needed = new Array<boolean>(insns.length);
  let live = true;
  for (let n = insns.length - 1; n >= 0; n--) {
    const insn = insns[n];
    needed[n] = live;
    if ((insn.spec.traits & Trait.ReadsFlags) !== 0 || mayFault(insn) || isRepeated(insn)) live = true;
    else if (killsFlags(insn)) live = false;
  }
  return needed;
}
