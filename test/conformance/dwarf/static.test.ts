/** Type layouts, globals and breakpoint addresses of our reader against gdb's. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sizeOf, strip, SymbolImage, typeName, type Type } from "../../../debug-adapter/symbols/index";
import { spelling } from "./facts";
import { askGdb } from "./gdb";
import { hasTool, samples } from "./images";

interface Facts {
  types: { name: string; size: number | null; kind: string | null; fields: unknown[] }[];
  lines: (number[] | null)[];
  rows: number[][];
  functions: (number[] | null)[];
  variables: Record<string, { type: string; address: number | null }>;
}

function layout(image: SymbolImage, name: string): unknown {
  const type = image.typeNamed(name);
  const bare = type && strip(type);
  if (!type || !bare) return { name };
  const kind = ["struct", "union", "enum"].includes(bare.kind) ? bare.kind : null;
  return { name, size: sizeOf(type) ?? null, kind, fields: fields(bare) };
}

function fields(type: Type): unknown[] {
  if (type.kind === "enum") return type.enumerators.map(({ name, value }) => ({ name, value: Number(value) }));
  if (type.kind !== "struct" && type.kind !== "union") return [];
  return type.members.map((member) => ({
    name: member.name ?? null,
    bit: 8 * member.offset + (member.bits?.bitOffset ?? 0),
    bits: member.bits?.bitSize ?? 0,
    type: typeName(member.type),
    // gdb gives a flexible array 0 bytes.
    size: sizeOf(member.type) ?? 0,
  }));
}

const MOST_LINES = 300;
const skip = !hasTool("gdb");

describe.skipIf(skip).each(skip ? [] : samples())("$name, read without a process", ({ path }) => {
  let image: SymbolImage;
  let lines: [string, number][];
  let functions: string[];
  let facts: Facts;

  beforeAll(() => {
    const bytes = new Uint8Array(readFileSync(path));
    image = SymbolImage.load(bytes);
    const all = image.sourceFiles().flatMap((f) => image.linesWithCode(f).map((l): [string, number] => [f, l]));
    lines = all.filter((_, i) => i % Math.ceil(all.length / MOST_LINES) === 0);
    functions = image.functionNames().filter((name) => image.functionsNamed(name).some((f) => f.hasDebugInfo));
    facts = askGdb("gdb-static.py", bytes, undefined, {
      lines,
      functions,
      variables: image.globalNames(),
    }) as Facts;
  });

  it("lays out each type as gdb does", () => {
    expect(facts.types.length).toBeGreaterThan(4);
    expect(facts.types.map(({ name }) => layout(image, name))).toEqual(facts.types);
  });

  it("finds each global variable at its address with its type", () => {
    const found = Object.entries(facts.variables).map(([name, { type, address }]) => {
      const ours = image.globals(name).map((v) => ({ place: image.simplify(v.location, 0), type: typeName(v.type) }));
      const same = ours.find((v) => spelling(v.type) === spelling(type)) ?? ours[0];
      const place = same?.place?.kind === "memory" ? same.place.offset : null;
      return [name, spelling(same?.type ?? ""), place, spelling(type), address];
    });
    expect(found.filter(([, type, place, theirs, address]) => type !== theirs || place !== address)).toEqual([]);
  });

  it("puts breakpoints on functions where gdb does", () => {
    const ours = functions.map((name) =>
      image
        .addressesOfFunction(name)
        .map((l) => l.address)
        .sort((a, b) => a - b),
    );
    expect(functions.map((name, i) => [name, ours[i]])).toEqual(functions.map((name, i) => [name, facts.functions[i]]));
  });

  /** gdb moves a breakpoint off a line that begins with an inlined call, into the next line. */
  const startsInlinedCopy = (address: number): boolean =>
    image.framesAt(address).some((frame) => frame.isInlined && frame.ranges[0]?.low === address);

  it("puts breakpoints on lines where gdb does, once in each copy of the line", () => {
    const differing = lines.flatMap(([file, line], i) => {
      const ours = image.addressesOf(file, line)?.locations.map((l) => l.address) ?? [];
      const theirs = new Set(facts.lines[i]);
      // gdb drops rows: of several files at one address, and those of the same line as the row before.
      const kept = new Set(facts.rows[i]);
      const wrong = ours.filter((a) => !theirs.has(a) && kept.has(a) && !startsInlinedCopy(a));
      return wrong.length > 0 || ours.length === 0 ? [{ file, line, ours, theirs: [...theirs] }] : [];
    });
    expect(differing).toEqual([]);
  });
});
