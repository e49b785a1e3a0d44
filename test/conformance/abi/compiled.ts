/** Values that a C compiler gives to expressions over a set of headers, for 32-bit code. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../../harness/process";

export interface Headers {
  /** Compiler arguments: include folders and definitions. */
  flags: readonly string[];
  /** What stands between the brackets of each #include. */
  includes: readonly string[];
}

/**
 * Compiles to assembly, where each value appears as the number in a line `->INDEX VALUE`.
 * @returns the unsigned 32-bit value of each expression, in order
 * @throws with the compiler's words when an expression means nothing to these headers
 */
export async function valuesOf(headers: Headers, expressions: readonly string[]): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-abi-"));
  try {
    const lines = expressions.map(
      (text, index) => `  asm volatile("->${String(index)} %c0" : : "i"((unsigned)(${text})));`,
    );
    const source = [
      ...headers.includes.map((name) => `#include <${name}>`),
      "void values(void);",
      "void values(void) {",
      ...lines,
      "}",
    ].join("\n");
    writeFileSync(join(folder, "values.c"), source);
    const flags = ["-m32", "-std=gnu11", "-ffreestanding", "-fno-pic", "-S", "-o", "-", ...headers.flags, "values.c"];
    const { status, stdout, stderr } = await runProcess("gcc", flags, { cwd: folder, timeoutSeconds: 60 });
    if (status !== 0) throw new Error(stderr);
    const values = new Map<number, number>();
    for (const [, index, value] of stdout.matchAll(/->(\d+) (-?\d+)/g)) values.set(Number(index), Number(value) >>> 0);
    return expressions.map((_, index) => values.get(index) ?? Number.NaN);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
