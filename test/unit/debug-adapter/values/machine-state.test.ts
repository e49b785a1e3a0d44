import { describe, expect, it } from "vitest";
import { fieldsOf, setFields } from "../../../../debug-adapter/values/control";
import { describeSegment } from "../../../../debug-adapter/values/descriptor";
import { registerPart } from "../../../../debug-adapter/values/registers";

describe("setFields", () => {
  it("names the bits of control registers and EFLAGS that are set", () => {
    expect(setFields("cr0", 0x80010011)).toBe("PE ET WP PG");
    expect(setFields("cr4", 0x20)).toBe("PAE");
    expect(setFields("eflags", 0x00003246)).toBe("PF ZF IF IOPL=0x3");
    expect(setFields("cr2", 0xffffffff)).toBe("");
  });

  it("lists clear fields too when they are unfolded", () => {
    expect(fieldsOf("cr3", 0x8)).toEqual([
      { name: "PWT", value: 1 },
      { name: "PCD", value: 0 },
    ]);
  });
});

describe("describeSegment", () => {
  const text = (rights: number, more = {}) =>
    describeSegment("cs", { selector: 0xe019, base: 0, limit: 0xf67fffff, rights, valid: true, ...more }).summary;

  it("decodes code and data segments", () => {
    expect(text(0x00c0bb00)).toBe("0xe019: ring 1 code, execute/read, 32-bit, 0x00000000..0xf67fffff");
    expect(text(0x0040b300)).toBe("0xe019: ring 1 data, read/write, 32-bit, 0x00000000..0xf67fffff");
    expect(text(0x00009e00)).toBe("0xe019: ring 0 code, execute/read, conforming, 16-bit, 0x00000000..0xf67fffff");
    expect(text(0x0040f700, { limit: 0xfff })).toBe(
      "0xe019: ring 3 data, read/write, expand down, 32-bit, above 0x00000fff",
    );
  });

  it("decodes system segments", () => {
    const tr = { selector: 0x28, base: 0x1000, limit: 0x67, rights: 0x00008b00, valid: true };
    expect(describeSegment("tr", tr).summary).toBe("0x0028: 32-bit TSS, busy, 0x00001000..0x00001067");
  });

  it("says when a register holds nothing", () => {
    expect(text(0, { selector: 0, valid: false })).toBe("0x0000: null");
  });

  it("tells the parts of the selector", () => {
    const { fields } = describeSegment("cs", { selector: 0x17, base: 0, limit: 0, rights: 0x00c0fb00, valid: true });
    expect(fields[0]).toEqual({ name: "selector", value: "0x0017 (LDT entry 2, RPL 3)" });
  });
});

describe("registerPart", () => {
  it("finds the parts of general registers", () => {
    expect(registerPart("ah")).toEqual({ register: "eax", shift: 8, size: 1 });
    expect(registerPart("bx")).toEqual({ register: "ebx", shift: 0, size: 2 });
    expect(registerPart("si")).toEqual({ register: "esi", shift: 0, size: 2 });
    expect(registerPart("eax")).toBeUndefined();
  });
});
