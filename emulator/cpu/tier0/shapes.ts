import { EMITTERS } from "../../isa/emitters";
import type { Operand, OperandKind, Shape } from "../../isa/insn";
import { WORD_TO_MEMORY } from "../../isa/opcode-map";
import { type OperandSpec, type Spec, SPECS } from "../../isa/spec";

/** A shape that tier 0 has a handler for, alone or fused with the conditional jump after it. */
export interface HandlerShape extends Shape {
  /** Whether the handler looks at the memory operand's index register. */
  indexed: boolean;
  /** The condition of the fused jump, or -1. */
  fusedCc: number;
}

/** Mnemonics whose meaning depends on the operand size beyond their operands. */
// prettier-ignore
const BY_OPERAND_SIZE = new Set([
  "push", "pushseg", "pop", "popseg", "pusha", "popa", "pushf", "popf", "enter", "leave", "call", "ret", "callind", "iret", "retfar",
  "callfar", "jmpfar", "callfarind", "jmpfarind", "loadfar", "lgdt", "lidt", "cbw", "cwd",
  "movsv", "stosv", "lodsv", "cmpsv", "scasv", "insv", "outsv",
]);
const BY_ADDRESS_SIZE = new Set(["loop", "loope", "loopne", "jcxz", "xlat"]);
const STRING = /^(movs|stos|lods|cmps|scas|ins|outs)[bv]$/;
const REPEATS_UNTIL = /^(cmps|scas)/;
/** These have no memory operand, but accesses or a target that may have to be checked. */
// prettier-ignore
const CHECKABLE = new Set([
  "push", "pushseg", "pop", "popseg", "pusha", "popa", "pushf", "popf", "enter", "leave", "call", "ret", "callind", "jmp", "jcc",
  "loop", "loope", "loopne", "jcxz", "xlat",
]);
/** Operands that the emitter does not look at. */
export const NO_OPERANDS = new Set(["nop", "coprocessor", "undefined", "toolong"]);

export const isString = (mnemonic: string): boolean => STRING.test(mnemonic);
export const canCheck = (shape: Pick<Shape, "mnemonic" | "operands">): boolean =>
  isString(shape.mnemonic) || CHECKABLE.has(shape.mnemonic) || shape.operands.some((o) => o.kind === "m");

/** The name of the handler out of line. It is the same for instructions that one handler serves. */
export function coldKey(shape: Shape): string {
  const { mnemonic, cc } = shape;
  let key = cc >= 0 ? `${mnemonic}.${cc}` : mnemonic;
  if (BY_OPERAND_SIZE.has(mnemonic) && shape.opSize === 2) key += "/16";
  const addresses = BY_ADDRESS_SIZE.has(mnemonic) || isString(mnemonic);
  if (addresses && shape.addrSize === 2) key += "/a16";
  if (isString(mnemonic) && shape.rep) key += REPEATS_UNTIL.test(mnemonic) ? `/${shape.rep}` : "/rep";
  if (!NO_OPERANDS.has(mnemonic)) {
    for (const operand of shape.operands) key += ` ${operand.kind}${operand.size}`;
  }
  return shape.checked ? `${key} !` : key;
}

/** The key of a handler out of line, in a form that differs from those of the hot ones. */
export const coldName = (key: string): string => `cold ${key}`;

/** What a hot handler may know beyond its cold twin: an index register, no flags, a fused jump. */
export interface HotVariant {
  indexed: boolean;
  flags: boolean;
  fusedCc: number;
}

export function hotKey(cold: string, variant: HotVariant): string {
  const indexed = variant.indexed ? " x" : "";
  const flagless = variant.flags ? "" : " -";
  const fused = variant.fusedCc >= 0 ? ` +${variant.fusedCc}` : "";
  return cold + indexed + flagless + fused;
}

/** The reverse of `hotKey`. */
export function parseHotKey(key: string): { cold: string; variant: HotVariant } {
  const fused = / \+(\d+)$/.exec(key);
  const rest = fused ? key.slice(0, fused.index) : key;
  const flags = !rest.endsWith(" -");
  const plain = flags ? rest : rest.slice(0, -2);
  const indexed = plain.endsWith(" x");
  return {
    cold: indexed ? plain.slice(0, -2) : plain,
    variant: { indexed, flags, fusedCc: fused ? Number(fused[1]) : -1 },
  };
}

/** Every handler out of line, by key, in a fixed order. There is one for whatever the decoder may give. */
export function allShapes(): Map<string, HandlerShape> {
  const shapes = new Map<string, HandlerShape>();
  for (const spec of [...SPECS, tooLong()]) {
    if (!EMITTERS[spec.mnemonic]) throw new Error(`no emitter for ${spec.mnemonic}`);
    for (const shape of variants(spec)) {
      const key = coldKey(shape);
      if (!shapes.has(key)) shapes.set(key, shape);
    }
  }
  return shapes;
}

function tooLong(): Spec {
  return { ...SPECS[0], mnemonic: "toolong", text: "more than 15 bytes" };
}

function* variants(spec: Spec): Generator<HandlerShape> {
  for (const opSize of [4, 2] as const) {
    for (const operands of operandForms(spec, opSize)) {
      const base: HandlerShape = {
        mnemonic: spec.mnemonic,
        cc: spec.cc,
        opSize,
        addrSize: 4,
        rep: "",
        operands,
        checked: false,
        flags: true,
        indexed: true,
        fusedCc: -1,
      };
      yield* forms(base);
    }
  }
}

function* forms(base: HandlerShape): Generator<HandlerShape> {
  const repeats: Shape["rep"][] = !isString(base.mnemonic)
    ? [""]
    : REPEATS_UNTIL.test(base.mnemonic)
      ? ["", "rep", "repne"]
      : ["", "rep"];
  for (const rep of repeats) {
    for (const addrSize of [4, 2] as const) {
      for (const checked of canCheck(base) ? [false, true] : [false]) yield { ...base, rep, addrSize, checked };
    }
  }
}

function operandForms(spec: Spec, opSize: 2 | 4): Pick<Operand, "kind" | "size">[][] {
  let forms: Pick<Operand, "kind" | "size">[][] = [[]];
  for (const operand of spec.operands) {
    forms = forms.flatMap((form) =>
      kindsOf(operand).map((kind) => [...form, { kind, size: sizeOf(spec, operand, kind, opSize) }]),
    );
  }
  return forms;
}

function sizeOf(spec: Spec, operand: OperandSpec, kind: OperandKind, opSize: 2 | 4): 1 | 2 | 4 {
  if (kind === "n" || operand.addressing === "R" || operand.addressing === "A" || operand.addressing === "J") return 4;
  if (kind === "m" && WORD_TO_MEMORY.has(spec.mnemonic)) return 2;
  return operand.size === "v" ? opSize : operand.size;
}

function kindsOf(operand: OperandSpec): OperandKind[] {
  switch (operand.addressing) {
    case "E":
      return ["r", "m"];
    case "M":
    case "O":
      return ["m"];
    case "I":
    case "J":
    case "A":
      return ["i"];
    case "S":
    case "C":
    case "D":
    case "number":
      return ["n"];
    case "G":
    case "Z":
    case "R":
    case "fixed":
      return ["r"];
  }
}
