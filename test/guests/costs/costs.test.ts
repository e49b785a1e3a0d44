/**
 * What the hypervisor's services cost, in its own instructions: exact on this machine, where the TSC counts them. Each
 * may cost what Xen 4.2.5 (a release build for x86_32) spends on it, and no more.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileGuest } from "../../harness/kernel/compile.mjs";
import { ringscope } from "../../harness/machines";
import { root } from "../../harness/process";

const GUEST = "test/costs.elf";

const XEN: readonly (readonly [operation: string, instructions: number])[] = [
  ["nothing", 0],
  ["null hypercall", 93],
  ["multicall, per call", 103],
  ["iret hypercall", 151],
  ["event sent, upcall, IRET", 372],
  ["stack_switch", 96],
  ["update_va_mapping, accessed bit toggled", 477],
  ["mmu_update of 512, accessed bit toggled, per entry", 374],
  ["mmu_update of 512, write access toggled, per entry", 658],
  ["mmu_update of 512, frame replaced, per entry", 658],
  ["mmu_update of 512, mapped and unmapped, per entry", 658],
  ["#PF bounced", 239],
  ["int n bounced", 206],
];

let figures: ReadonlyMap<string, number>;

beforeAll(async () => {
  const sources = ["costs.c", "entry.S"].map((name) => join(import.meta.dirname, name));
  compileGuest(sources, join(root, "dist", GUEST));
  const { console } = await ringscope.boot({ kernel: "vmm.elf", modules: [GUEST] });
  const lines = console.trimEnd().split("\n");
  figures = new Map(lines.map((line) => [line.replace(/: \d+$/, ""), Number(/\d+$/.exec(line)?.[0])]));
});

describe("the hypervisor's instructions", () => {
  it.each(XEN)("for %s are at most Xen's %i", (operation, instructions) => {
    expect(figures.get(operation)).toBeLessThanOrEqual(instructions);
  });
});
