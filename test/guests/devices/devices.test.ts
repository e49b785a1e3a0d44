/**
 * The devices on three machines. devices.txt is what the data sheets ask for;
 * ours shows all of it. The others are oracles: where one of them is known to
 * differ from the data sheet, the other one confirms the line.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileKernel } from "../../harness/kernel/compile.mjs";
import { bochs, qemu, ringscope } from "../../harness/machines";
import { describeWith } from "../../harness/tools";
import { root } from "../../harness/process";

const IMAGE = "test/devices.elf";
const GOLDEN = readFileSync(join(import.meta.dirname, "devices.txt"), "latin1");

/** QEMU: no delta bits in loop-back; a control word counts as a count; the gate does not hold mode 0. */
const QEMU_DIFFERS = /^(uart: (modem lines|dtr and out1)|pit: (status of|low byte only|counts with the gate))/;
/** Bochs: the poll command neither acknowledges nor sets bit 7. */
const BOCHS_DIFFERS = /^pic: (poll|a lower request|after eoi|lowest|a rotating|special mask)/;

const linesOf = (text: string): string[] => text.split(/\r?\n/);
const without = (text: string, differs: RegExp): string[] => linesOf(text).filter((line) => !differs.test(line));

beforeAll(() => compileKernel([join(import.meta.dirname, "devices.c")], join(root, "dist", IMAGE)));

describe("the devices", () => {
  it("do on Ringscope what their data sheets say", async () => {
    const { console } = await ringscope.boot({ kernel: IMAGE });
    expect(linesOf(console)).toEqual(linesOf(GOLDEN));
  });

  it("are confirmed line by line by another machine", () => {
    const unconfirmed = linesOf(GOLDEN).filter((line) => QEMU_DIFFERS.test(line) && BOCHS_DIFFERS.test(line));
    expect(unconfirmed).toEqual([]);
  });
});

describeWith(qemu.tools, "the devices on QEMU", () => {
  it("show the same but where QEMU is known to differ", async () => {
    const { console } = await qemu.boot({ kernel: IMAGE });
    expect(without(console, QEMU_DIFFERS)).toEqual(without(GOLDEN, QEMU_DIFFERS));
  });
});

describeWith(bochs.tools, "the devices on Bochs", () => {
  it("show the same but where Bochs is known to differ", async () => {
    const { console } = await bochs.boot({ kernel: IMAGE });
    expect(without(console, BOCHS_DIFFERS)).toEqual(without(GOLDEN, BOCHS_DIFFERS));
  });
});
