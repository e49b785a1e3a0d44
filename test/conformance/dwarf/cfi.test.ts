/** Every row of every unwind program against `readelf --debug-dump=frames-interp`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ElfFile } from "../../../debug-adapter/symbols/elf/elf-file";
import { cfiRow, type CfaRule, type RegisterRule } from "../../../debug-adapter/symbols/frame/cfa-program";
import { FrameTable } from "../../../debug-adapter/symbols/frame/frame-table";
import { hasTool, samples } from "./images";

/** DWARF numbers of the registers by readelf's names. */
const NUMBERS: Record<string, number> = Object.fromEntries(
  ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "ra", "eflags"].map((name, number) => [name, number]),
);
NUMBERS["cs"] = 41;

interface Row {
  pc: number;
  cfa: string;
  /** Rules by register number, as readelf abbreviates them. */
  rules: Record<number, string>;
}

/** A copy is read: a build may replace the image meanwhile. */
function readelf(image: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-readelf-"));
  try {
    writeFileSync(join(folder, "image"), image);
    const options = ["--debug-dump=frames-interp", join(folder, "image")];
    return execFileSync("readelf", options, { encoding: "latin1", maxBuffer: 1 << 26 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The rows of FDEs. One that keeps the CIE's rules throughout has no table of its own. */
function parse(text: string): Row[] {
  const rows: Row[] = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim() !== "");
    if (!/ FDE /.test(lines[0] ?? "")) continue;
    const columns = lines[1]?.trim().split(/\s+/).slice(2) ?? [];
    for (const line of lines.slice(2)) {
      const [location = "", cfa = "", ...rules] = line.trim().split(/\s+/);
      const named = columns.map((column, i): [number, string] => [NUMBERS[column] ?? -1, rules[i] ?? ""]);
      rows.push({ pc: parseInt(location, 16), cfa, rules: Object.fromEntries(named) });
    }
  }
  return rows;
}

const signed = (offset: number): string => (offset < 0 ? `${offset}` : `+${offset}`);

function cfaText(rule: CfaRule | undefined): string {
  if (rule?.kind !== "register") return "exp";
  const name = Object.keys(NUMBERS).find((key) => NUMBERS[key] === rule.register) ?? "";
  return name + signed(rule.offset);
}

function ruleText(rule: RegisterRule | undefined): string {
  switch (rule?.kind) {
    case undefined:
    case "undefined":
      return "u";
    case "sameValue":
      return "s";
    case "offset":
      return `c${signed(rule.offset)}`;
    case "valueOffset":
      return `v${signed(rule.offset)}`;
    case "expression":
      return "exp";
    case "valueExpression":
      return "vexp";
    case "register":
      return `r${rule.register}`;
  }
}

const skip = !hasTool("readelf");
if (skip) console.warn("readelf is not installed: unwind programs are not compared with it");

describe.skipIf(skip).each(skip ? [] : samples())("the unwind programs of $name", ({ path }) => {
  let table: FrameTable;
  let rows: Row[];

  beforeAll(() => {
    const bytes = new Uint8Array(readFileSync(path));
    const elf = new ElfFile(bytes);
    rows = parse(readelf(bytes)).filter((row) => elf.sectionAt(row.pc));
    table = new FrameTable(
      [elf],
      (address) => elf.sectionAt(address) !== undefined,
      () => undefined,
    );
  });

  it("give the rows that readelf prints", () => {
    expect(rows.length).toBeGreaterThan(10);
    const ours = rows.map(({ pc, rules }): Row | string => {
      const fde = table.at(pc);
      if (!fde) return `nothing at 0x${pc.toString(16)}`;
      const row = cfiRow(fde, pc);
      const registers = Object.keys(rules).map((key): [string, string] => [
        key,
        ruleText(row.registers.get(Number(key))),
      ]);
      return { pc, cfa: cfaText(row.cfa), rules: Object.fromEntries(registers) };
    });
    expect(ours).toEqual(rows);
  });
});
