/**
 * The system instructions of our machine against those of QEMU and Bochs: one
 * guest runs 500 cases (guest/cases-*.S) and 4000 random ones (guest/fuzz.c) and prints how each ended: vector,
 * error code, EIP, flags, stack, registers, accessed and dirty bits.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { Machine } from "../../../emulator/index";
import { root } from "../../harness/process";
import { bochs, qemu, ringscope, type TestMachine } from "../../harness/machines";
import { describeWith, program } from "../../harness/tools";
import { asQemuShows, BOCHS, type Deviation, QEMU } from "./deviations";
import { buildImage, IMAGE } from "./image";

const END = "end of cases";

async function lines(machine: TestMachine): Promise<string[]> {
  const { console: text, diagnostics, timedOut } = await machine.boot({ kernel: IMAGE, timeoutSeconds: 100 });
  const all = text.replaceAll("\r", "").trimEnd().split("\n");
  expect(timedOut, diagnostics).toBe(false);
  expect(all.at(-1), diagnostics).toBe(END);
  return all;
}

/** What the guest prints with each tier, in this process. */
function printed(engine: "interpreter" | "compiled"): { text: string; instructions: number } {
  let text = "";
  const onSerial = (port: number, bytes: Uint8Array): void => {
    if (port === 0) text += Buffer.from(bytes).toString("latin1");
  };
  const machine = new Machine({ memoryBytes: 128 << 20, engine, onSerial });
  machine.boot(readFileSync(join(root, "dist", IMAGE)));
  expect(machine.run({ instructions: 100_000_000 })).toEqual({ kind: "exit", value: 0 });
  return { text, instructions: machine.instructions };
}

/** The lines that are not known to deviate. */
function comparable(all: readonly string[], deviations: readonly Deviation[]): string[] {
  return all.filter((line) => !deviations.some(({ name }) => line.startsWith(name)));
}

describeWith([program("gcc", "gcc")], "system instructions", () => {
  let ours: string[];
  beforeAll(async () => {
    buildImage();
    ours = await lines(ringscope);
  });

  it("every case ends, in its own way or by a fault", () => {
    expect(ours.length).toBeGreaterThan(550);
    expect(
      ours.filter((line) => !/^.+: (done|#\d+)|^random cases|^(32-bit|PAE) paging$|^end of cases$/.test(line)),
    ).toEqual([]);
  });

  it("end alike in compiled code, after as many instructions", () => {
    const interpreted = printed("interpreter");
    const compiled = printed("compiled");
    expect(compiled.text).toBe(interpreted.text);
    expect(compiled.instructions).toBe(interpreted.instructions);
  });

  describeWith(bochs.tools, "on Bochs", () => {
    it("end alike, to the last bit", async () => {
      expect(comparable(await lines(bochs), BOCHS)).toEqual(comparable(ours, BOCHS));
    });
  });

  describeWith(qemu.tools, "on QEMU", () => {
    it("end alike, but for what QEMU is known not to do", async () => {
      const theirs = comparable(await lines(qemu), QEMU).map(asQemuShows);
      expect(theirs).toEqual(comparable(ours, QEMU).map(asQemuShows));
    });
  });
});
