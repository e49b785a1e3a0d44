/** The check of the arrows between the hypervisor's C files: what it refuses, and what it lets pass. */
import { describe, expect, it } from "vitest";
import { breaches, type Symbols } from "../../../scripts/lib/c-arrows.mjs";

const NO_OBJECTS = new Map<string, Symbols>();

const sources = (files: Record<string, string>): Map<string, string> => new Map(Object.entries(files));

/** Objects that define a function each and call others' by the files' names. */
const calls = (files: Record<string, readonly string[]>): Map<string, Symbols> =>
  new Map(Object.entries(files).map(([path, uses]) => [path, { defines: [path], uses: [...uses] }]));

const ofCalls = (files: Record<string, readonly string[]>): string[] => breaches(new Map(), calls(files));

describe("includes", () => {
  it("may lead from common/ to the headers that do not know the processor", () => {
    const files = sources({
      "common/sched.c": '#include "vmm/sched.h"\n#include "public/sched.h"\n',
      "include/vmm/sched.h": '#include "vmm/types.h"\n',
      "include/vmm/types.h": "",
      "include/public/sched.h": '#include "types.h"\n',
      "include/public/types.h": "",
    });
    expect(breaches(files, NO_OBJECTS)).toEqual([]);
  });

  it.each([
    ["common/sched.c", "x86/page.h", "include/x86/page.h", "common/ decides"],
    ["include/vmm/sched.h", "x86/page.h", "include/x86/page.h", "does not know the processor"],
    ["include/public/sched.h", "vmm/types.h", "include/vmm/types.h", "the guest ABI stands alone"],
    ["arch/x86/traps.c", "common/sched.c", "common/sched.c", "sources include headers only"],
  ])("from %s to %s are refused", (from, name, to, why) => {
    const [found, ...more] = breaches(sources({ [from]: `#include "${name}"\n`, [to]: "" }), NO_OBJECTS);
    expect(found).toContain(`${from} includes ${to}: `);
    expect(found).toContain(why);
    expect(more).toEqual([]);
  });

  it("of a host's header are refused", () => {
    const found = breaches(sources({ "common/sched.c": "#include <stdio.h>\n" }), NO_OBJECTS);
    expect(found).toEqual([expect.stringContaining("common/sched.c includes stdio.h: ")]);
  });

  it("of headers in a circle are refused", () => {
    const files = sources({
      "include/vmm/a.h": '#include "vmm/b.h"\n',
      "include/vmm/b.h": '#  include "vmm/a.h"\n',
    });
    expect(breaches(files, NO_OBJECTS)).toEqual([
      "these include each other: include/vmm/a.h -> include/vmm/b.h -> include/vmm/a.h",
    ]);
  });

  it("of a file in a folder that no rule knows are refused", () => {
    expect(breaches(sources({ "drivers/disk.c": "" }), NO_OBJECTS)).toEqual([
      "drivers/disk.c: no rule says what it may include",
    ]);
  });
});

describe("calls", () => {
  it("may lead down and join again", () => {
    expect(ofCalls({ "a.c": ["b.c", "c.c"], "b.c": ["d.c"], "c.c": ["d.c"], "d.c": [] })).toEqual([]);
  });

  it("in a circle are refused, with the way round it", () => {
    expect(ofCalls({ "a.c": ["b.c"], "b.c": ["c.c"], "c.c": ["b.c"] })).toEqual([
      "these call each other: b.c -> c.c -> b.c",
    ]);
  });

  it("may go round inside the folder that is recursive by nature, and not through it", () => {
    const [types, tables] = ["arch/x86/mm/types/frame_type.c", "arch/x86/mm/types/tables.c"];
    expect(ofCalls({ [types]: [tables], [tables]: [types] })).toEqual([]);
    expect(ofCalls({ [types]: ["common/log.c"], "common/log.c": [types] })).toEqual([
      `these call each other: ${types} -> common/log.c -> ${types}`,
    ]);
  });

  it("of what no object defines lead nowhere", () => {
    expect(ofCalls({ "a.c": ["image_start"] })).toEqual([]);
  });
});
