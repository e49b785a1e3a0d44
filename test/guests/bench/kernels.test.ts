import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { type Engine, Machine } from "../../../emulator/index";
import { type Boot, buildBoot, guestNames, kernelNames } from "../../bench/kernels.mjs";
import { dist } from "../../harness/machines/machine";
import { qemu } from "../../harness/machines";
import { describeWith } from "../../harness/tools";

/** Under dist/, beside the kernels of `npm run bench`. */
const FOLDER = join("test", "bench-kernels");

/** What it prints on COM1, run in this process. */
function run({ kernel, modules }: Boot, engine: Engine): string {
  let text = "";
  const onSerial = (port: number, bytes: Uint8Array): void => {
    if (port === 0) text += Buffer.from(bytes).toString("latin1");
  };
  const machine = new Machine({ memoryBytes: 64 << 20, engine, onSerial });
  machine.boot(readFileSync(kernel), {
    modules: modules.map((file) => ({ bytes: readFileSync(file), commandLine: "" })),
  });
  expect(machine.run()).toEqual({ kind: "exit", value: 0 });
  return text;
}

const inDist = (file: string): string => relative(dist, file);

describeWith(qemu.tools, "the benchmark", () => {
  it.each([...kernelNames, ...guestNames])("%s prints QEMU's checksum interpreted and compiled", async (name) => {
    const boot = buildBoot(name, join(dist, FOLDER), { short: true });
    const { console, exitValue } = await qemu.boot({
      kernel: inDist(boot.kernel),
      modules: boot.modules.map(inDist),
    });
    expect(exitValue).toBe(0);
    expect(console).toMatch(/^((d\d: )?[0-9a-f]{8}\r?\n)+$/);
    expect(run(boot, "interpreter")).toBe(console);
    expect(run(boot, "compiled")).toBe(console);
  });
});
