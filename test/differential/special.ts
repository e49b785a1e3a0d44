import { Flag, Gpr, Seg } from "../../emulator/base/arch";
import { FLAT_CS } from "./batch";
import { bytesOf, type Draft } from "./draft";
import { anySelector, CODE_SELECTORS } from "./segments";
import { count, landing, target, value } from "./values";

/** Instructions that need more than random operands to do anything but fault. */
type Rule = (draft: Draft) => void;

/** Half of the time a far pointer to code that ends the case well, else one to fault on. */
const codeSelector = ({ rng }: Draft): number =>
  rng.oneIn(3) ? anySelector(rng) : rng.pick([FLAT_CS, ...CODE_SELECTORS]);

const landingFor = (draft: Draft): number => landing(draft.rng, draft.codeEnd);

/** Flags that POPF and IRET may be given: TF would trap, AC is checked by the host, RF is the processor's own. */
const poppedFlags = (draft: Draft): number => draft.rng.u32() & ~(Flag.Tf | Flag.Ac | Flag.Rf | Flag.Vm);

/** Keeps the quotient in range four times out of five. */
const divide =
  (signed: boolean): Rule =>
  (draft) => {
    const { rng, insn } = draft;
    if (rng.oneIn(5)) return;
    const size = insn.operands[0]?.size ?? 4;
    if (rng.oneIn(2)) draft.setOperand(0, value(rng) | 1);
    const divisor = draft.operand(0);
    const bound = signed ? Math.max(1, Math.floor(divisor / 2)) : Math.max(1, divisor);
    const high = signed && rng.oneIn(2) ? -rng.below(2) : rng.below(bound);
    if (size === 1) draft.setGpr(Gpr.Eax, (rng.u32() & 0xffff0000) | ((high & 0xff) << 8) | (rng.u32() & 0xff));
    else if (size === 2) draft.setGpr(Gpr.Edx, (rng.u32() & 0xffff0000) | (high & 0xffff));
    else draft.setGpr(Gpr.Edx, high);
  };

const shift: Rule = (draft) => {
  const { rng, insn, test } = draft;
  const byCl = insn.operands.at(-1)?.kind === "r";
  if (!byCl) return;
  const shifts = count(rng);
  // A double shift of a word by more than 16 is undefined (vol. 2, SHLD).
  const kept = insn.operands.length === 3 && insn.opSize === 2 ? shifts % 17 : shifts;
  draft.setGpr(Gpr.Ecx, ((test.gpr[Gpr.Ecx] ?? 0) & 0xffffff00) | kept);
};

/** Where the other pointer goes: anywhere, or so near that ranges overlap. */
const beside = (rng: Draft["rng"], from: number): number => (rng.oneIn(3) ? from + rng.below(41) - 20 : target(rng));

/** String instructions: both pointers near the window, mostly short repeats, often equal data. */
const string: Rule = (draft) => {
  const { rng, insn, test } = draft;
  const from = target(rng);
  const to = beside(rng, from);
  draft.pointAt(Gpr.Esi, insn.mem.seg, from);
  draft.pointAt(Gpr.Edi, Seg.Es, to);
  const same = rng.oneIn(3) ? (test.gpr[Gpr.Eax] ?? 0) : value(rng);
  draft.patch(
    0,
    from,
    rng.oneIn(2) ? bytesOf(same, same, same, same) : bytesOf(value(rng), value(rng), value(rng), value(rng)),
  );
  if (rng.oneIn(2) && test.patches[0]) draft.patch(1, to, test.patches[0].bytes);
  else draft.patch(1, to, bytesOf(value(rng), value(rng)));
  if (insn.rep === "") return;
  const iterations = rng.below(rng.pick([2, 20, 20, 400]));
  draft.setGpr(Gpr.Ecx, insn.addrSize === 2 ? (rng.u32() & 0xffff0000) | iterations : iterations);
};

const loadSelector =
  (operand: number): Rule =>
  (draft) => {
    draft.setOperand(operand, (draft.rng.u32() & 0xffff0000) | anySelector(draft.rng));
  };

/** A far pointer in memory, laid out by the operand size. */
const farPointer = (draft: Draft, offset: number, selector: number): Uint8Array =>
  draft.insn.opSize === 4 ? bytesOf(offset, selector) : bytesOf((offset & 0xffff) | (selector << 16));

const loadFar: Rule = (draft) => {
  draft.setMemory(farPointer(draft, value(draft.rng), anySelector(draft.rng)));
};

const farIndirect: Rule = (draft) => {
  draft.setMemory(farPointer(draft, landingFor(draft), codeSelector(draft)));
};

const nearIndirect: Rule = (draft) => {
  draft.setOperand(0, landingFor(draft));
};

/** The words that RET and its like pop, each as wide as the operand size. */
const stackWords = (draft: Draft, words: number[]): Uint8Array =>
  draft.insn.opSize === 4
    ? bytesOf(...words)
    : bytesOf(((words[0] ?? 0) & 0xffff) | ((words[1] ?? 0) << 16), words[2] ?? 0);

const exchange: Rule = (draft) => {
  const { rng, insn, test } = draft;
  if (rng.oneIn(2)) return;
  const size = insn.operands[0]?.size ?? 4;
  const mask = size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
  draft.setGpr(Gpr.Eax, ((test.gpr[Gpr.Eax] ?? 0) & ~mask) | draft.operand(0));
};

const exchange8: Rule = (draft) => {
  const { rng, test } = draft;
  if (rng.oneIn(2)) draft.setMemory(bytesOf(test.gpr[Gpr.Eax] ?? 0, test.gpr[Gpr.Edx] ?? 0));
};

const bound: Rule = (draft) => {
  const { rng } = draft;
  const [low, high] = [value(rng), value(rng)];
  const index = draft.operand(0);
  const pick = rng.oneIn(2) ? [index - rng.below(3), index + rng.below(3)] : [low, high];
  draft.setMemory(
    draft.insn.opSize === 4 ? bytesOf(...pick) : bytesOf(((pick[0] ?? 0) & 0xffff) | ((pick[1] ?? 0) << 16)),
  );
};

const frame: Rule = (draft) => {
  draft.pointAt(Gpr.Ebp, Seg.Ss, target(draft.rng));
};

/** The bit string stays within a page of its base most of the time. */
const bitString: Rule = (draft) => {
  const { rng, insn } = draft;
  const offset = insn.operands[1];
  const clash = offset?.reg === insn.mem.base || offset?.reg === insn.mem.index;
  if (offset?.kind === "r" && insn.operands[0]?.kind === "m" && !clash && !rng.oneIn(16)) {
    draft.setOperand(1, rng.below(0x10000) - 0x8000);
  }
};

const translate: Rule = (draft) => {
  const { rng, insn, test } = draft;
  const linear = target(rng);
  draft.pointAt(Gpr.Ebx, insn.mem.seg, linear - ((test.gpr[Gpr.Eax] ?? 0) & 0xff));
};

const counted: Rule = (draft) => {
  const { rng, insn } = draft;
  const left = rng.pick([0, 1, 1, 2, 3, 0xffff, 0x10000]);
  draft.setGpr(Gpr.Ecx, insn.addrSize === 2 && rng.oneIn(2) ? (rng.u32() & 0xffff0000) | (left & 0xffff) : left);
};

export const SPECIAL: Partial<Record<string, Rule>> = {
  div: divide(false),
  idiv: divide(true),
  ...Object.fromEntries(["rol", "ror", "rcl", "rcr", "shl", "shr", "sar", "shld", "shrd"].map((name) => [name, shift])),
  ...Object.fromEntries(
    ["movs", "cmps", "stos", "lods", "scas", "ins", "outs"]
      .flatMap((name) => [`${name}b`, `${name}v`])
      .map((name) => [name, string]),
  ),
  movtoseg: loadSelector(1),
  verr: loadSelector(0),
  verw: loadSelector(0),
  lar: loadSelector(1),
  lsl: loadSelector(1),
  loadfar: loadFar,
  popseg: (draft) => {
    draft.setStack(bytesOf((draft.rng.u32() & 0xffff0000) | anySelector(draft.rng)));
  },
  callfarind: farIndirect,
  jmpfarind: farIndirect,
  callind: nearIndirect,
  jmpind: nearIndirect,
  ret: (draft) => {
    draft.setStack(stackWords(draft, [landingFor(draft)]));
  },
  retfar: (draft) => {
    draft.setStack(stackWords(draft, [landingFor(draft), codeSelector(draft)]));
  },
  iret: (draft) => {
    draft.setStack(stackWords(draft, [landingFor(draft), codeSelector(draft), poppedFlags(draft)]));
  },
  popf: (draft) => {
    draft.setStack(bytesOf(poppedFlags(draft)));
  },
  cmpxchg: exchange,
  cmpxchg8b: exchange8,
  bound,
  enter: frame,
  leave: frame,
  bt: bitString,
  bts: bitString,
  btr: bitString,
  btc: bitString,
  xlat: translate,
  loop: counted,
  loope: counted,
  loopne: counted,
  jcxz: counted,
};
