import { describe, expect, it } from "vitest";
import { evaluate, type ExpressionContext } from "../../../../../debug-adapter/symbols/dwarf/expression";
import { Op } from "../../../../../debug-adapter/symbols/dwarf/constants";
import { Unavailable } from "../../../../../debug-adapter/symbols/dwarf/stack-value";
import type { Place } from "../../../../../debug-adapter/symbols/index";
import { bytes, type Part } from "../image-builder";

const REGISTERS = [0x11, 0x22, 0x33, 0x44, 0x1000, 0x2000];
const INT64 = { size: 8, isSigned: true, isFloat: false };
const FLOAT = { size: 4, isSigned: true, isFloat: true };

/** Registers 0-5 are known; memory [0x1000, 0x1010) holds 0, 1, 2 ...; type 8 is a 64-bit integer, 4 a float. */
const context: ExpressionContext = {
  unit: undefined,
  register: (register) => REGISTERS[register] ?? lost({ code: "register", register }),
  registerIfKnown: (register) => REGISTERS[register],
  memory: (address, length) => {
    if (address < 0x1000 || address + length > 0x1010) return lost({ code: "memory", address });
    return Uint8Array.from({ length }, (_, i) => address - 0x1000 + i);
  },
  frameBase: () => 0x3000,
  cfa: () => 0x4000,
  entryValue: (expression) => expression[0] ?? 0,
  operandType: (offset) => (offset === 8 ? INT64 : offset === 4 ? FLOAT : undefined),
};

function lost(reason: ConstructorParameters<typeof Unavailable>[0]): never {
  throw new Unavailable(reason);
}

const place = (...parts: Part[]): Place => evaluate(bytes(...parts), context);

/** The number that a computation leaves on the stack. */
function value(...parts: Part[]): number {
  const result = place(...parts);
  return result.kind === "memory" ? result.address : NaN;
}

describe("evaluate, places", () => {
  it.each<[string, Part[], Place]>([
    ["nothing", [], { kind: "optimizedOut" }],
    ["addr", [Op.Addr, [0x8000, 4]], { kind: "memory", address: 0x8000 }],
    ["fbreg", [Op.Fbreg, { sleb: -8 }], { kind: "memory", address: 0x2ff8 }],
    ["call_frame_cfa", [Op.CallFrameCfa], { kind: "memory", address: 0x4000 }],
    ["breg", [Op.Breg0 + 4, { sleb: -4 }], { kind: "memory", address: 0xffc }],
    ["bregx", [Op.Bregx, { uleb: 5 }, { sleb: 300 }], { kind: "memory", address: 0x212c }],
    ["reg", [Op.Reg0 + 3], { kind: "register", register: 3, value: 0x44 }],
    ["regx of a lost register", [Op.Regx, { uleb: 7 }], { kind: "register", register: 7, value: undefined }],
    ["stack_value", [Op.Lit0 + 5, Op.StackValue], { kind: "value", bytes: bytes([5, 4]) }],
    ["implicit_value", [Op.ImplicitValue, { uleb: 2 }, 7, 8], { kind: "value", bytes: bytes(7, 8) }],
    ["implicit_pointer", [Op.ImplicitPointer, [0x99, 4], { sleb: 0 }], { kind: "optimizedOut" }],
    ["a value that may be uninitialised", [Op.Reg0, Op.GnuUninit], { kind: "register", register: 0, value: 0x11 }],
  ])("%s", (_, parts, result) => {
    expect(place(...parts)).toEqual(result);
  });

  it("gathers pieces, of which one may be nowhere", () => {
    expect(place(Op.Reg0, Op.Piece, 4, Op.Piece, 2, Op.Addr, [0x8000, 4], Op.BitPiece, 12, 3)).toEqual({
      kind: "pieces",
      pieces: [
        { place: { kind: "register", register: 0, value: 0x11 }, bitSize: 32, bitOffset: 0 },
        { place: { kind: "optimizedOut" }, bitSize: 16, bitOffset: 0 },
        { place: { kind: "memory", address: 0x8000 }, bitSize: 12, bitOffset: 3 },
      ],
    });
  });
});

describe("evaluate, arithmetic on 32 bits", () => {
  const minus = (n: number): Part[] => [Op.Consts, { sleb: -n }];
  it.each<[string, Part[], number]>([
    ["const1u", [Op.Const1u, 0xff], 0xff],
    ["const1s", [Op.Const1s, 0xff], 0xffffffff],
    ["const2s", [Op.Const2s, [0x8000, 2]], 0xffff8000],
    ["const4u", [Op.Const4u, [0xdeadbeef, 4]], 0xdeadbeef],
    ["const8u keeps the low word", [Op.Const8u, [1, 4], [2, 4]], 1],
    ["constu", [Op.Constu, { uleb: 1000 }], 1000],
    ["dup", [0x35, Op.Dup, Op.Plus], 10],
    ["over", [0x35, 0x33, Op.Over, Op.Minus, Op.Plus], 3],
    ["pick", [0x31, 0x32, 0x33, Op.Pick, 2], 1],
    ["swap", [0x35, 0x33, Op.Swap, Op.Minus], 0xfffffffe],
    ["rot", [0x31, 0x32, 0x33, Op.Rot, Op.Drop], 1],
    ["abs", [...minus(7), Op.Abs], 7],
    ["neg", [0x31, Op.Neg], 0xffffffff],
    ["not", [0x30, Op.Not], 0xffffffff],
    ["and", [Op.Const1u, 0xf0, Op.Const1u, 0x3c, Op.And], 0x30],
    ["or", [Op.Const1u, 0xf0, Op.Const1u, 0x0f, Op.Or], 0xff],
    ["xor", [Op.Const1u, 0xff, Op.Const1u, 0x0f, Op.Xor], 0xf0],
    ["plus wraps", [Op.Const4u, [0xffffffff, 4], 0x32, Op.Plus], 1],
    ["plus_uconst", [0x31, Op.PlusUconst, { uleb: 200 }], 201],
    ["mul", [0x37, 0x36, Op.Mul], 42],
    ["div is signed", [...minus(7), 0x32, Op.Div], 0xfffffffd],
    ["mod is unsigned", [...minus(1), 0x3a, Op.Mod], 5],
    ["shl", [0x31, 0x34, Op.Shl], 16],
    ["shl by more than the size", [0x31, Op.Const1u, 200, Op.Shl], 0],
    ["shr", [...minus(1), Op.Const1u, 28, Op.Shr], 15],
    ["shra", [...minus(16), 0x32, Op.Shra], 0xfffffffc],
    ["lt is signed", [...minus(1), 0x30, Op.Lt], 1],
    ["ge", [...minus(1), 0x30, Op.Ge], 0],
    ["eq", [0x34, 0x34, Op.Eq], 1],
    ["ne", [0x34, 0x34, Op.Ne], 0],
    ["gt", [0x35, 0x34, Op.Gt], 1],
    ["le", [0x35, 0x34, Op.Le], 0],
    ["deref", [Op.Addr, [0x1004, 4], Op.Deref], 0x07060504],
    ["deref_size", [Op.Addr, [0x1004, 4], Op.DerefSize, 2], 0x0504],
    ["skip", [0x31, Op.Skip, [1, 2], 0x32, Op.Nop], 1],
    ["bra taken", [0x35, 0x31, Op.Bra, [1, 2], 0x32], 5],
    ["bra not taken", [0x35, 0x30, Op.Bra, [1, 2], 0x32], 2],
    ["entry_value", [Op.EntryValue, { uleb: 1 }, 0x50], 0x50],
  ])("%s", (_, parts, result) => {
    expect(value(...parts)).toBe(result);
  });
});

describe("evaluate, typed values", () => {
  it("multiplies 64-bit integers", () => {
    const long = [Op.Convert, { uleb: 8 }];
    const product = place(Op.Const4u, [0x80000000, 4], ...long, 0x34, ...long, Op.Mul, Op.StackValue);
    expect(product).toEqual({ kind: "value", bytes: bytes([0, 4], [2, 4]) });
  });

  it("extends a register by its type's sign", () => {
    const extended = place(Op.ConstType, { uleb: 8 }, 8, [0xffffffff, 4], [0xffffffff, 4], 0x31, Op.Convert, {
      uleb: 8,
    });
    expect(extended).toEqual({ kind: "memory", address: 1 });
  });

  it("converts between floats and integers", () => {
    const single = Buffer.alloc(4);
    single.writeFloatLE(2.75);
    const parts: Part[] = [Op.ConstType, { uleb: 4 }, 4, Uint8Array.from(single)];
    expect(place(...parts, Op.Convert, { uleb: 0 }, Op.StackValue)).toEqual({
      kind: "value",
      bytes: bytes([2, 4]),
    });
    const doubled = place(...parts, Op.Dup, Op.Plus, Op.Reinterpret, { uleb: 0 }, Op.StackValue);
    expect(doubled).toEqual({ kind: "value", bytes: bytes([0x40b00000, 4]) });
  });

  it("reads registers and memory as their type", () => {
    expect(value(Op.RegvalType, { uleb: 0 }, { uleb: 8 }, Op.Convert, { uleb: 0 })).toBe(0x11);
    expect(value(Op.Addr, [0x1000, 4], Op.DerefType, 8, { uleb: 8 }, Op.Convert, { uleb: 0 })).toBe(0x03020100);
  });
});

describe("evaluate, what cannot be worked out", () => {
  it.each<[string, Part[], unknown]>([
    ["a register that the frame lost", [Op.Breg0 + 7, 0], { code: "register", register: 7 }],
    ["memory that cannot be read", [Op.Addr, [0x5000, 4], Op.Deref], { code: "memory", address: 0x5000 }],
    ["an operation that is not known", [0xe5], { code: "unsupported", what: "DWARF operation 0xe5" }],
    ["an empty stack", [Op.Plus], { code: "corrupt", what: "expression takes from an empty stack" }],
    [
      "operands of different types",
      [0x31, 0x32, Op.Convert, { uleb: 8 }, Op.Plus],
      { code: "corrupt", what: "operands of different types" },
    ],
    ["a division by zero", [0x31, 0x30, Op.Div], { code: "corrupt", what: "division by zero" }],
    ["an endless loop", [Op.Skip, [0xfffd, 2]], { code: "corrupt", what: "expression without an end" }],
    ["a branch out of the expression", [Op.Skip, [100, 2]], { code: "corrupt", what: "branch out of an expression" }],
  ])("says so for %s", (_, parts, reason) => {
    expect(place(...parts)).toEqual({ kind: "unavailable", reason });
  });

  it("says so for an expression that ends in mid-operand", () => {
    expect(place(Op.Addr, 1, 2)).toMatchObject({ kind: "unavailable", reason: { code: "corrupt" } });
  });
});
