import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Engine, Machine } from "../../../emulator/index";
import { buildKernel, kernelNames } from "../../bench/kernels.mjs";
import { dist } from "../../harness/machines/machine";
import { qemu } from "../../harness/machines";
import { describeWith } from "../../harness/tools";

/** Under dist/, beside the kernels of `npm run bench`. */
const FOLDER = join("test", "bench-kernels");

/** What the kernel prints on COM1, run in this process. */
function run(image: string, engine: Engine): string {
  let text = "";
  const onSerial = (_port: number, bytes: Uint8Array): void => {
    text += Buffer.from(bytes).toString("latin1");
  };
  const machine = new Machine({ memoryBytes: 64 << 20, engine, onSerial });
  machine.boot(readFileSync(image));
  expect(machine.run()).toEqual({ kind: "exit", value: 0 });
  return text;
}

describeWith(qemu.tools, "the benchmark kernel", () => {
  it.each(kernelNames)("%s prints QEMU's checksum interpreted and compiled", async (name) => {
    const image = buildKernel(name, join(dist, FOLDER), { short: true });
    const { console, exitValue } = await qemu.boot({ kernel: join(FOLDER, `${name}.elf`) });
    expect(exitValue).toBe(0);
    expect(console).toMatch(/^[0-9a-f]{8}\n$/);
    expect(run(image, "interpreter")).toBe(console);
    expect(run(image, "compiled")).toBe(console);
  });
});
