/** The guest ABI: our public headers against those that libxen-dev installs, as a compiler reads both. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { root } from "../../harness/process";
import { describeWith, file, program } from "../../harness/tools";
import { type Headers, valuesOf } from "./compiled";
import { OWN_CONSTANTS, STRUCTS, fieldsOf, theirConstant } from "./names";

const folder = join(root, "emulator/vmm/include/public");
const text = readdirSync(folder)
  .filter((name) => name.endsWith(".h"))
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n");

const ours: Headers = { flags: ["-I", folder], includes: ["xen.h"] };
const theirs: Headers = {
  // Selects the latest interface; without it the legacy one is meant.
  flags: ["-D__XEN_TOOLS__"],
  includes: [
    "stddef.h",
    "stdint.h",
    ...[
      "xen",
      "callback",
      "domctl",
      "elfnote",
      "event_channel",
      "features",
      "memory",
      "physdev",
      "platform",
      "sched",
      "sysctl",
      "version",
      "errno",
    ].map((name) => `xen/${name}.h`),
    "xen/io/console.h",
  ],
};

/** Object-like macros with a numeric value. */
const constants = [...text.matchAll(/^#define (\w+) +(\(?[-\w(][^"\n]*)$/gm)]
  .filter(([, name]) => !name?.endsWith("_H"))
  .map(([, name = ""]) => name);
const structs = [...text.matchAll(/^struct (\w+) \{/gm)].map(([, name = ""]) => name);

const offsetOf = (struct: string, field: string) => `__builtin_offsetof(struct ${struct}, ${field})`;
const sizeOf = (struct: string, field: string) => `sizeof(((struct ${struct} *)0)->${field})`;
const named = (names: readonly string[], values: readonly number[]) =>
  Object.fromEntries(names.map((name, index) => [name, values[index]]));

/** For each struct of ours: its size, and the offset and size of each field, by one side's headers. */
async function layoutsBy(headers: Headers, side: "ours" | "theirs"): Promise<Record<string, Record<string, unknown>>> {
  const rows = Object.entries(STRUCTS).flatMap(([name, { theirs: other = name }]) => {
    const struct = side === "ours" ? name : other;
    return [
      { name, label: "size", expression: `sizeof(struct ${struct})` },
      ...fieldsOf(name).flatMap((field) => [
        { name, label: `${field.ours} at`, expression: offsetOf(struct, field[side]) },
        { name, label: `${field.ours} bytes`, expression: sizeOf(struct, field[side]) },
      ]),
    ];
  });
  const values = await valuesOf(
    headers,
    rows.map(({ expression }) => expression),
  );
  const result: Record<string, Record<string, unknown>> = {};
  rows.forEach(({ name, label }, index) => ((result[name] ??= {})[label] = values[index]));
  return result;
}

const tools = [program("gcc", "gcc"), file("/usr/include/xen/xen.h", "libxen-dev")];

describeWith(tools, "the public headers of the hypervisor", () => {
  let layouts: { our: Awaited<ReturnType<typeof layoutsBy>>; their: Awaited<ReturnType<typeof layoutsBy>> };

  beforeAll(async () => {
    layouts = { our: await layoutsBy(ours, "ours"), their: await layoutsBy(theirs, "theirs") };
  });

  it("give every constant the number that it has in Xen's", async () => {
    const shared = constants.filter((name) => OWN_CONSTANTS[name] === undefined);

    expect(shared.length).toBeGreaterThan(150);
    expect(named(shared, await valuesOf(ours, shared))).toEqual(
      named(shared, await valuesOf(theirs, shared.map(theirConstant))),
    );
  });

  it("state what Xen's say in words or in code", async () => {
    const own = Object.keys(OWN_CONSTANTS);

    expect(constants).toEqual(expect.arrayContaining(own));
    expect(named(own, await valuesOf(ours, own))).toEqual(OWN_CONSTANTS);
  });

  it("have no struct that is not compared", () => {
    expect(Object.keys(STRUCTS).sort()).toEqual([...structs].sort());
  });

  it.each(Object.keys(STRUCTS))("lay out struct %s with its size, and every field's offset and size", (name) => {
    expect(layouts.our[name]).toEqual(layouts.their[name]);
  });

  it("start with the magic of 32-bit PAE guests, and fold CR3 as Xen does", async () => {
    const folded = ["xen_pfn_to_cr3(0x12345678)", "xen_cr3_to_pfn(0x45678123)"];

    expect(text).toContain('"xen-3.0-x86_32p"');
    expect(await valuesOf(ours, folded)).toEqual(await valuesOf(theirs, folded));
  });
});
