import { describe, expect, it } from "vitest";
import { DwarfReg, SymbolImage, type Unwound } from "../../../../../debug-adapter/symbols/index";
import { Cfa } from "../../../../../debug-adapter/symbols/dwarf/constants";
import { bytes, elf, sized, text, type Part } from "../image-builder";

const TEXT = 0x1000;
const STACK = 0x8000;

/** A CIE of .debug_frame with CFA = ESP + 4 and the return address below, and one FDE for all of .text. */
function debugFrame(instructions: Part[], augmentation = ""): Uint8Array {
  const cie = sized([0xffffffff, 4], 4, augmentation, 4, 0, 1, { sleb: -4 }, 8, Cfa.DefCfa, 4, 4, Cfa.Offset + 8, 1);
  return bytes(cie, sized([0, 4], [TEXT, 4], [0x100, 4], ...instructions));
}

function image(frames: Uint8Array, name = ".debug_frame", address?: number): SymbolImage {
  const section = { name, bytes: frames, ...(address === undefined ? {} : { address, flags: 2 }) };
  return SymbolImage.load(elf([text(TEXT, 0x100), section]));
}

/** The stack holds at each word its own address plus 1. */
function unwindAt(symbols: SymbolImage, pc: number, isReturnAddress = false): Unwound | undefined {
  const registers = [1, 2, 3, 4, STACK, STACK + 0x100, 6, 7, pc, 0x202];
  return symbols.unwind({
    pc,
    isReturnAddress,
    registers,
    readMemory: (at, length) =>
      at >= STACK && at < STACK + 0x1000 ? bytes([at + 1, 4]).subarray(0, length) : undefined,
  });
}

describe("unwind", () => {
  it("finds return address, ESP and unchanged registers at a function's entry", () => {
    expect(unwindAt(image(debugFrame([])), TEXT)).toEqual({
      cfa: STACK + 4,
      registers: [1, 2, 3, 4, STACK + 4, STACK + 0x100, 6, 7, STACK + 1, 0x202],
      isSignalFrame: false,
      returnSlot: STACK,
    });
  });

  it("follows pushes instruction by instruction", () => {
    const push = [Cfa.AdvanceLoc + 1, Cfa.DefCfaOffset, 8, Cfa.Offset + 5, 2];
    const symbols = image(debugFrame([...push, Cfa.AdvanceLoc + 2, Cfa.DefCfaRegister, 5]));
    expect(unwindAt(symbols, TEXT)?.cfa).toBe(STACK + 4);
    expect(unwindAt(symbols, TEXT + 1)?.registers[DwarfReg.Ebp]).toBe(STACK + 1);
    expect(unwindAt(symbols, TEXT + 3)?.cfa).toBe(STACK + 0x108);
  });

  it("goes back to a remembered state and to a register's first rule", () => {
    const body = [Cfa.RememberState, Cfa.AdvanceLoc + 1, Cfa.DefCfaOffset, 12, Cfa.Offset + 3, 3];
    const restored = [...body, Cfa.AdvanceLoc + 1, Cfa.Restore + 3, Cfa.AdvanceLoc + 1, Cfa.RestoreState];
    const symbols = image(debugFrame(restored));
    expect(unwindAt(symbols, TEXT + 1)?.registers[DwarfReg.Ebx]).toBe(STACK + 1);
    expect(unwindAt(symbols, TEXT + 2)).toMatchObject({ cfa: STACK + 12, registers: { 3: 4 } });
    expect(unwindAt(symbols, TEXT + 3)?.cfa).toBe(STACK + 4);
  });

  it("knows no caller where the return address is undefined", () => {
    const unwound = unwindAt(image(debugFrame([Cfa.Undefined, 8])), TEXT);
    expect([unwound?.registers[DwarfReg.Eip], unwound?.returnSlot]).toEqual([undefined, undefined]);
  });

  it("computes CFA, slots and values by expressions", () => {
    const cfa = [Cfa.DefCfaExpression, 2, 0x75, 8]; // breg5 8
    const saved = [Cfa.Expression, 6, 3, 0x23, 16, 0x96]; // plus_uconst 16 on the CFA
    const value = [Cfa.ValExpression, 4, 2, 0x23, 32];
    const unwound = unwindAt(image(debugFrame([...cfa, ...saved, ...value])), TEXT);
    expect(unwound?.cfa).toBe(STACK + 0x108);
    expect(unwound?.registers[DwarfReg.Esi]).toBe(STACK + 0x108 + 16 + 1);
    expect(unwound?.registers[DwarfReg.Esp]).toBe(STACK + 0x108 + 32);
  });

  it("knows the other rules: value offset, another register, same value", () => {
    const rules = [Cfa.ValOffset, 3, 2, Cfa.Register, 6, 0, Cfa.SameValue, 7, Cfa.OffsetExtendedSf, 5, { sleb: -4 }];
    const unwound = unwindAt(image(debugFrame(rules)), TEXT);
    expect(unwound?.registers.slice(3, 8)).toEqual([STACK - 4, STACK + 4, STACK + 21, 1, 7]);
  });

  it("marks frames that an interrupt entered", () => {
    expect(unwindAt(image(debugFrame([], "S")), TEXT)?.isSignalFrame).toBe(true);
  });

  it("looks a return address up as the call before it", () => {
    const symbols = image(debugFrame([]));
    expect(unwindAt(symbols, TEXT + 0x100)).toBeUndefined();
    expect(unwindAt(symbols, TEXT + 0x100, true)?.cfa).toBe(STACK + 4);
  });

  it("gives up where memory or a register is missing", () => {
    const symbols = image(debugFrame([Cfa.DefCfa, 5, 8]));
    const frame = { pc: TEXT, isReturnAddress: false, readMemory: () => undefined };
    expect(symbols.unwind({ ...frame, registers: [] })).toBeUndefined();
    expect(symbols.unwind({ ...frame, registers: [0, 0, 0, 0, 0, STACK] })?.registers[DwarfReg.Eip]).toBeUndefined();
  });

  it("reads .eh_frame with pc-relative addresses", () => {
    const section = 0x3000;
    const augmentation = bytes({ uleb: 1 }, 0x1b);
    const cie = sized([0, 4], 1, "zRS", 1, { sleb: -4 }, 8, augmentation, Cfa.DefCfa, 4, 8, Cfa.Offset + 8, 2);
    const at = cie.length + 8;
    const fde = sized([cie.length + 4, 4], [TEXT - (section + at), 4], [0x100, 4], { uleb: 0 });
    const symbols = image(bytes(cie, fde, [0, 4]), ".eh_frame", section);
    expect(unwindAt(symbols, TEXT)).toMatchObject({ cfa: STACK + 8, isSignalFrame: true, returnSlot: STACK });
    expect(symbols.problems).toEqual([]);
  });
});

describe("unwind with corrupt programs", () => {
  it.each<[string, Part[]]>([
    ["an instruction that is not known", [0x3f]],
    ["an operand that is cut off", [Cfa.AdvanceLoc4, 1]],
    ["a restore without a remembered state", [Cfa.RestoreState]],
    ["an expression longer than the program", [Cfa.DefCfaExpression, 100, 0x75]],
  ])("notes %s and finds no caller", (_, instructions) => {
    const symbols = image(debugFrame(instructions));
    expect(unwindAt(symbols, TEXT)).toBeUndefined();
    expect(symbols.problems.map((p) => p.problem.code)).toEqual(["dwarf-corrupt"]);
  });

  it("notes a length that runs off the section", () => {
    const symbols = image(bytes(debugFrame([]), [0x1000, 4], [0, 4]));
    expect(unwindAt(symbols, TEXT)?.cfa).toBe(STACK + 4);
    expect(symbols.problems[0]?.problem).toMatchObject({ what: "entry longer than its section" });
  });

  it("notes an FDE that names no CIE", () => {
    const symbols = image(sized([0x10, 4], [TEXT, 4], [0x100, 4], new Uint8Array(16)));
    expect(unwindAt(symbols, TEXT)).toBeUndefined();
    expect(symbols.problems[0]?.problem).toMatchObject({ what: "no CIE at its offset" });
  });
});
