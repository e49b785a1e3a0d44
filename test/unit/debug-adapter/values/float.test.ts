import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { floatBytes, floatOf } from "../../../../debug-adapter/values/float";

/** Numbers that single precision holds, and the least and largest doubles. */
const NUMBERS = [
  0,
  -0,
  1,
  -2.25,
  0.1,
  1 / 3,
  1e300,
  -1e-300,
  5e-324,
  2 ** -1030,
  Number.MAX_VALUE,
  Infinity,
  -Infinity,
];

/** What gcc makes of the numbers as `type`: the bytes that it prints in hexadecimal. */
function compiled(type: string, numbers: readonly number[]): Uint8Array[] {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-float-"));
  try {
    const literal = (n: number): string =>
      Number.isFinite(n) ? (Object.is(n, -0) ? "-0.0" : n.toExponential(20)) : `${n < 0 ? "-" : ""}__builtin_inf()`;
    const source = `#include <stdio.h>
      static const ${type} numbers[] = {${numbers.map((n) => `(${type})(double)${literal(n)}`).join(", ")}};
      int main(void) {
        for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++, puts(""))
          for (unsigned b = 0; b < sizeof *numbers; b++) printf("%02x", ((const unsigned char *)(numbers + i))[b]);
      }`;
    writeFileSync(join(folder, "a.c"), source);
    execFileSync("gcc", ["-w", "a.c", "-o", "a"], { cwd: folder });
    const lines = execFileSync(join(folder, "a"), { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => Uint8Array.from(Buffer.from(line, "hex")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("floating point numbers as gcc stores them", () => {
  it.each([
    ["double", 8],
    ["long double", 16],
    ["__float128", 16],
  ])("are read from %s", (type, size) => {
    const bytes = compiled(type, NUMBERS);
    expect(bytes.map((each) => each.length)).toEqual(NUMBERS.map(() => size));
    expect(bytes.map((each) => floatOf(each, type))).toEqual(NUMBERS);
  });

  it("are read from the 12 bytes of a long double on i386", () => {
    const bytes = compiled("long double", NUMBERS).map((each) => each.subarray(0, 12));
    expect(bytes.map((each) => floatOf(each, "long double"))).toEqual(NUMBERS);
  });

  it.each([["double"], ["long double"]])("are written to %s", (type) => {
    const significant = type === "double" ? 8 : 10;
    const bytes = compiled(type, NUMBERS);
    expect(NUMBERS.map((n) => floatBytes(n, bytes[0]?.length ?? 0)?.subarray(0, significant))).toEqual(
      bytes.map((each) => each.subarray(0, significant)),
    );
  });

  it("are read from half precision (IEEE 754 binary16)", () => {
    const half = (bits: number): number | undefined => floatOf(Uint8Array.of(bits & 0xff, bits >> 8), "_Float16");
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00].map(half)).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
  });

  it("have no value of another size", () => {
    expect(floatOf(new Uint8Array(7), "odd")).toBeUndefined();
    expect(floatBytes(1, 7)).toBeUndefined();
  });
});
