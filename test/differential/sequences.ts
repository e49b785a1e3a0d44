import { Gpr } from "../../emulator/base/arch";
import { Decoder } from "../../emulator/isa/decode";
import type { Insn } from "../../emulator/isa/insn";
import {
  blankCase,
  type Batch,
  type Case,
  FLAT,
  placeCodes,
  READ_ONLY_BYTES,
  WINDOW_BASE,
  WINDOW_BYTES,
} from "./batch";
import { bytesOf } from "./draft";
import { encode } from "./encode";
import { ALL_FLAGS, flagEffect } from "./flag-effects";
import { type Variant, VARIANTS } from "./plan";
import type { Rng } from "./rng";
import { Rng as Generator } from "./rng";
import { filling, value } from "./values";

/**
 * Short programs of random instructions, run from their start to their INT3 or
 * to a fault: what single instructions do not show, such as flags that nobody
 * reads, pairs that are fused, links between blocks, loops.
 */

/** They keep their values, so that memory operands stay in the window: two bases, and the stack. */
const KEPT: readonly number[] = [Gpr.Ebx, Gpr.Esi, Gpr.Esp];
const BASES = [Gpr.Ebx, Gpr.Esi];
const LONGEST = 12;
const LOOPS = 5;

const USABLE: readonly Variant[] = VARIANTS.filter(
  ({ spec }) => spec.operands.every(({ addressing }) => "EGZIMfixed".includes(addressing)) && spec.mnemonic !== "jcc",
);

/** One program, with the flags that are undefined when each of its instructions starts. */
export interface Program {
  bytes: Uint8Array;
  /** By offset in the program. */
  undefinedAt: Map<number, number>;
}

export interface ProgramPlan extends Batch {
  programs: Program[];
}

interface Piece {
  bytes: Uint8Array;
  insn: Insn;
}

/** Whether `insn` writes a kept register, by an operand that can be a destination. */
function disturbs(insn: Insn): boolean {
  const destinations = ["xchg", "xadd"].includes(insn.mnemonic) ? insn.operands : insn.operands.slice(0, 1);
  const kept = destinations.some(({ kind, size, reg }) => kind === "r" && KEPT.includes(size === 1 ? reg & 3 : reg));
  return kept && !["cmp", "test", "push", "bt"].includes(insn.mnemonic);
}

/** ModRM memory operands become [EBX + disp8] or [ESI + disp32]: the offset is small or crosses a page now and then. */
function memoryOperand(rng: Rng, reg: number): number[] {
  const base = rng.pick(BASES);
  if (rng.oneIn(2)) return [0x40 | (reg << 3) | base, rng.u32() & 0xff];
  const displacement = rng.below(0x900) - 0x80;
  return [0x80 | (reg << 3) | base, ...bytesOf(displacement)];
}

/** One usable instruction; memory operands are re-made with a kept base. */
function randomPiece(rng: Rng, decoder: Decoder): Piece | undefined {
  const { spec, form } = rng.pick(USABLE);
  const registerForm = encode(spec, { ...form, memory: false }, rng);
  let bytes = [...registerForm];
  if (form.memory && spec.modrm) {
    const at = bytes.length - immediateBytes(spec.operands, form.opSize) - 1;
    bytes = [...bytes.slice(0, at), ...memoryOperand(rng, ((bytes[at] ?? 0) >> 3) & 7), ...bytes.slice(at + 1)];
  }
  const code = Uint8Array.from(bytes);
  const insn = decoder.decode(code, 0, code.length, 0, true);
  if (insn?.length !== code.length || insn.mnemonic !== spec.mnemonic || !flagEffect(insn) || disturbs(insn))
    return undefined;
  return { bytes: code, insn };
}

function immediateBytes(operands: Variant["spec"]["operands"], opSize: 2 | 4): number {
  return operands.reduce((sum, { addressing, size, signExtended, value: fixed }) => {
    if (addressing !== "I" || fixed >= 0) return sum;
    return sum + (signExtended ? 1 : size === "v" ? opSize : size);
  }, 0);
}

/** Random instructions that read no undefined flag, some of them jumped over, then the way back when it loops. */
export function makeProgram(rng: Rng, decoder: Decoder): Program {
  const builder = new Builder(rng, decoder, rng.oneIn(4));
  const length = 2 + rng.below(LONGEST - 1);
  for (let tries = 0; builder.count < length && tries < 400; tries++) builder.add();
  return builder.finish();
}

class Builder {
  count = 0;
  private readonly bytes: number[] = [];
  private readonly undefinedAt = new Map<number, number>();
  /** Flags undefined now. */
  private spoiled = 0;
  /** Short jumps whose targets are still open: place of the displacement, instructions left to jump over, flags. */
  private open: { at: number; left: number; spoiled: number }[] = [];
  private readonly loopStart: number;

  constructor(
    private readonly rng: Rng,
    private readonly decoder: Decoder,
    private readonly loops: boolean,
  ) {
    // MOV EBP, count: the loop's counter is EBP.
    if (loops) this.put([0xbd, ...bytesOf(1 + rng.below(LOOPS))]);
    this.loopStart = this.bytes.length;
    if (loops) this.spoiled = ALL_FLAGS;
  }

  private put(bytes: Iterable<number>): void {
    this.undefinedAt.set(this.bytes.length, this.spoiled);
    this.bytes.push(...bytes);
  }

  add(): void {
    if (this.rng.oneIn(6)) {
      this.addJump();
      return;
    }
    const piece = randomPiece(this.rng, this.decoder);
    const effect = piece && flagEffect(piece.insn);
    if (!effect || (effect.reads & this.spoiled) !== 0) return;
    if (this.loops && writesCounter(piece.insn)) return;
    this.put(piece.bytes);
    this.spoiled = (this.spoiled & ~effect.defines) | effect.spoils;
    this.count++;
    this.land();
  }

  /** A jcc over the next one to three instructions. */
  private addJump(): void {
    const condition = this.rng.below(16);
    const insn = this.decoder.decode(Uint8Array.of(0x70 + condition, 0), 0, 2, 0, true);
    const reads = insn ? (flagEffect(insn)?.reads ?? ALL_FLAGS) : ALL_FLAGS;
    if ((reads & this.spoiled) !== 0) return;
    this.put([0x70 + condition, 0]);
    this.open.push({ at: this.bytes.length - 1, left: 1 + this.rng.below(3), spoiled: this.spoiled });
    this.count++;
  }

  /** Ends the jumps that lead to this place: what was undefined there is undefined here. */
  private land(all = false): void {
    for (const jump of this.open) jump.left--;
    for (const jump of this.open.filter(({ left }) => all || left <= 0)) {
      this.bytes[jump.at] = this.bytes.length - jump.at - 1;
      this.spoiled |= jump.spoiled;
    }
    this.open = this.open.filter(({ left }) => !all && left > 0);
  }

  finish(): Program {
    this.land(true);
    if (this.loops) {
      // DEC EBP; JNZ to the loop's start.
      this.put([0x4d]);
      this.spoiled &= ~(ALL_FLAGS & ~1);
      this.put([0x0f, 0x85, ...bytesOf(this.loopStart - this.bytes.length - 6)]);
    }
    this.undefinedAt.set(this.bytes.length, this.spoiled);
    return { bytes: Uint8Array.from(this.bytes), undefinedAt: this.undefinedAt };
  }
}

function writesCounter(insn: Insn): boolean {
  return insn.operands.some(({ kind, size, reg }) => kind === "r" && size > 1 && reg === Gpr.Ebp);
}

function programCase(rng: Rng, code: number): Case {
  const test = blankCase(code);
  for (let n = 0; n < 8; n++) test.gpr[n] = value(rng);
  // Near the inner boundary, or near the read-only page so that some stores fault.
  test.gpr[Gpr.Ebx] = WINDOW_BASE + (rng.oneIn(4) ? WINDOW_BYTES - 0x20 : 0x1000 - rng.below(0x40));
  test.gpr[Gpr.Esi] = WINDOW_BASE + 0x200 + rng.below(0x1000);
  test.gpr[Gpr.Esp] = WINDOW_BASE + (rng.oneIn(16) ? 0x20 : 0x1800 + rng.below(0x100) * 4);
  test.eflags = 2 | (rng.u32() & ALL_FLAGS);
  test.selectors = { ...FLAT };
  return test;
}

export function programPlan(programs: number, states: number, seed: number): ProgramPlan {
  const rng = new Generator(seed);
  const decoder = new Decoder();
  const made = Array.from({ length: programs }, () => makeProgram(rng, decoder));
  const codes = made.map(({ bytes }) => bytes);
  const cases = made.flatMap((_, n) => Array.from({ length: states }, () => programCase(rng, n)));
  return {
    programs: made,
    codes,
    addresses: placeCodes(codes),
    cases,
    window: filling(rng, WINDOW_BYTES),
    readOnly: filling(rng, READ_ONLY_BYTES),
    ldt: [],
  };
}
