import { describe, expect, it } from "vitest";
import { icedDisassembler } from "../../../../debug-adapter/host/iced-disassembler";
import { disassemblyWindow, type CodeMap } from "../../../../debug-adapter/disassembly/window";

/** A function at 0x1000: push ebp; mov ebp, esp; call 0x1000; int 0x82; leave; ret; then a byte that begins nothing. */
const code = Uint8Array.of(0x55, 0x89, 0xe5, 0xe8, 0xf8, 0xff, 0xff, 0xff, 0xcd, 0x82, 0xc9, 0xc3, 0x0f, 0xff);

const map = (knowsFunction: boolean): CodeMap => ({
  bitness: 32,
  disassembler: icedDisassembler,
  readMemory: (address, length) =>
    address >= 0x1000 && address < 0x1000 + code.length
      ? code.subarray(address - 0x1000, address - 0x1000 + length)
      : undefined,
  stretch: (address) =>
    knowsFunction && address >= 0x1000 && address < 0x100c ? { low: 0x1000, high: 0x100c, isData: false } : undefined,
});

const texts = (address: number, offset: number, count: number, knowsFunction = true) =>
  disassemblyWindow(address, offset, count, map(knowsFunction)).map(
    ({ address: at, text }) => `${at.toString(16)} ${text ?? "-"}`,
  );

describe("disassemblyWindow", () => {
  it("goes on from an address", () => {
    expect(texts(0x1000, 0, 3)).toEqual(["1000 push ebp", "1001 mov ebp, esp", "1003 call 0x00001000"]);
    expect(texts(0x1000, 2, 1)).toEqual(["1003 call 0x00001000"]);
  });

  it("goes back by the function's own instructions", () => {
    expect(texts(0x1008, -3, 4)).toEqual([
      "1000 push ebp",
      "1001 mov ebp, esp",
      "1003 call 0x00001000",
      "1008 int 0x82",
    ]);
    expect(texts(0x1008, -1, 1)).toEqual(["1003 call 0x00001000"]);
  });

  it("goes back where no function is known, in step with the address", () => {
    expect(texts(0x100b, -2, 3, false)).toEqual(["1008 int 0x82", "100a leave", "100b ret"]);
  });

  it("shows a byte that begins no instruction alone, and fills up where there is no memory", () => {
    expect(texts(0x100c, 0, 4)).toEqual(["100c -", "100d -", "100e -", "100f -"]);
    expect(texts(0x1000, -2, 3)).toEqual(["ffe -", "fff -", "1000 push ebp"]);
  });

  describe("over functions, padding and data", () => {
    // f: ret; padding: nop, 7 bytes of it that the next function cuts; table: 10 bytes; g: push ebp.
    const image = Uint8Array.of(0xc3, 0x90, 0x0f, 0x1f, 0x80, 0, ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0x55);
    const stretches = [
      { low: 0x2000, high: 0x2001, isData: false },
      { low: 0x2001, high: 0x2006, isData: false },
      { low: 0x2006, high: 0x2010, isData: true },
      { low: 0x2010, high: 0x2011, isData: false },
    ];
    const rows = (address: number, offset: number, count: number) =>
      disassemblyWindow(address, offset, count, {
        bitness: 32,
        disassembler: icedDisassembler,
        readMemory: (at, length) =>
          at >= 0x2000 && at < 0x2011 ? image.subarray(at - 0x2000, at - 0x2000 + length) : undefined,
        stretch: (at) => stretches.find(({ low, high }) => at >= low && at < high),
      }).map(({ address: at, text }) => `${at.toString(16)} ${text ?? "-"}`);
    const all = [
      "2000 ret",
      "2001 nop",
      ...["2002 -", "2003 pop ds", "2004 -", "2005 -"],
      "2006 .byte 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08",
      "200e .byte 0x09, 0x0a",
      "2010 push ebp",
    ];

    it("begins a row at each of them, forwards and backwards", () => {
      expect(rows(0x2000, 0, 9)).toEqual(all);
      expect(rows(0x2010, -8, 9)).toEqual(all);
      expect(rows(0x2006, -6, 7)).toEqual(all.slice(0, 7));
    });

    it("gives the same rows wherever it begins", () => {
      for (let first = 0; first < all.length; first++) {
        const address = Number.parseInt(all[first] ?? "", 16);
        expect(rows(address, -first, all.length)).toEqual(all);
      }
    });
  });

  it("names the target of a near call", () => {
    expect(disassemblyWindow(0x1003, 0, 1, map(true))[0]?.target).toBe(0x1000);
  });
});
