import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { Decoder } from "../../../../emulator/isa/decode";
import { RegisterBounds } from "../../../../emulator/jit/register-bounds";

const decoder = new Decoder();

/** What is known after the instructions of some code, each of which writes its first operand. */
function boundsAfter(...code: number[]): RegisterBounds {
  const bounds = new RegisterBounds();
  const bytes = Uint8Array.from(code);
  for (let at = 0; at < bytes.length;) {
    const insn = decoder.decode(bytes, at, bytes.length, at, true);
    if (!insn) throw new Error(`no instruction at ${at.toString()}`);
    if (insn.operands[0]?.kind === "r") bounds.forget(insn.operands[0].reg);
    bounds.note(insn);
    at += insn.length;
  }
  return bounds;
}

const table = (disp: number, base = -1, index: number = Gpr.Eax, shift = 2) => ({ base, index, shift, disp, seg: 3 });

describe("the page of a table's element", () => {
  it.each([
    ["movzx eax, al", [0x0f, 0xb6, 0xc0], 0x11000],
    ["and eax, 255", [0x25, 0xff, 0, 0, 0], 0x11000],
    ["mov eax, 7", [0xb8, 7, 0, 0, 0], 0x11f00],
    ["shr eax, 24", [0xc1, 0xe8, 24], 0x11c00],
  ])("is known after %s", (_, code, disp) => {
    expect(boundsAfter(...code).pageOf(table(disp), 4)).toBe(0x11);
  });

  it.each([
    ["the last element crosses the page's end", [0x0f, 0xb6, 0xc0], table(0x11c04)],
    ["the index is a negative immediate's AND", [0x83, 0xe0, 0xf0], table(0x11000)],
    ["the index was written since", [0x0f, 0xb6, 0xc0, 0x01, 0xc0], table(0x11000)],
    ["a base is added", [0x0f, 0xb6, 0xc0], table(0x11000, Gpr.Ebx)],
    ["only 16 bits were written", [0x66, 0xb8, 7, 0], table(0x11000)],
  ])("is not known where %s", (_, code, mem) => {
    expect(boundsAfter(...code).pageOf(mem, 4)).toBeUndefined();
  });

  it("is not known where the guest has patched the immediate, which is read when it is executed", () => {
    const insn = decoder.decode(Uint8Array.of(0xb8, 7, 0, 0, 0), 0, 5, 0, true);
    if (!insn) throw new Error("no instruction");
    const bounds = new RegisterBounds();
    bounds.note({ ...insn, immAt: 0x1000 });
    expect(bounds.pageOf(table(0x11f00), 4)).toBeUndefined();
  });

  it("is not known in the next block", () => {
    const bounds = boundsAfter(0x0f, 0xb6, 0xc0);
    bounds.beginBlock();
    expect(bounds.pageOf(table(0x11000), 4)).toBeUndefined();
  });

  it("counts a bounded base", () => {
    expect(boundsAfter(0x0f, 0xb6, 0xc0).pageOf(table(0x11000, Gpr.Eax, -1), 4)).toBe(0x11);
  });
});
