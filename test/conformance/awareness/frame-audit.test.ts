/** The audit of the hypervisor's frames from outside: on machines that run guests, whole and with a fault put in. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { auditFrames, type AuditResult } from "../../../debug-adapter/awareness/frame-audit";
import { fieldOf } from "../../../debug-adapter/awareness/layout";
import { VmmView } from "../../../debug-adapter/awareness/vmm-view";
import { SymbolImage } from "../../../debug-adapter/symbols/index";
import { Machine } from "../../../emulator/index";
import { compileGuest } from "../../harness/kernel/compile.mjs";
import { root } from "../../harness/process";

const DIST = resolve(import.meta.dirname, "../../../dist");
const PAGES = 4096;

const image = (path: string): Uint8Array => new Uint8Array(readFileSync(join(DIST, path)));
const kernel = image("vmm.elf");
const symbols = SymbolImage.load(kernel);
const vmm = new VmmView(symbols);

const addressOf = (name: string): number => symbols.symbolNamed(name)?.address ?? 0;

/** Two domains, stopped where the n-th hypercall enters. */
function machineAt(call: number): Machine {
  const machine = new Machine({ memoryBytes: 128 << 20 });
  const modules = ["refusals", "hello"].map((name) => ({
    bytes: image(`sample-guests/pv/${name}.elf`),
    commandLine: name,
  }));
  machine.boot(kernel, { modules });
  machine.setBreakpoint(addressOf("trace_hypercall_enter"));
  for (let i = 0; i < call; i++) expect(machine.run().kind).toBe("breakpoint");
  return machine;
}

const audit = (machine: Machine): AuditResult => auditFrames(symbols, vmm, machine);

/** Type flags of a table that is half made or half taken apart (x86/frame.h). */
const IN_PARTS = (1 << 25) | (1 << 24);

/** How many frames are such tables. */
function tablesInParts(machine: Machine): number {
  const [table, frames] = ["frame_table", "frame_limit"].map((name) => machine.memory.readDword(addressOf(name)) ?? 0);
  const bytes = machine.memory.readLinear(table ?? 0, 16 * (frames ?? 0));
  const words = new Uint32Array(bytes.slice().buffer);
  const type = (fieldOf(symbols, "frame", "type_info")?.offset ?? 0) / 4;
  return words.filter((word, i) => i % 4 === type && (word & IN_PARTS) !== 0).length;
}

describe("the audit of frames from outside, while long calls are interrupted", () => {
  it.each(["pin", "refused", "slot"])("agrees with the frame table between the parts of the call: %s", (kind) => {
    const image = (name: string): Uint8Array => {
      compileGuest([join(root, "test/guests/preemption", `${name}.c`)], `dist/test/audited-${name}.elf`);
      return new Uint8Array(readFileSync(join(DIST, `test/audited-${name}.elf`)));
    };
    const machine = new Machine({ memoryBytes: 128 << 20 });
    const modules = [
      { bytes: image("waiter"), commandLine: "waiter 400" },
      { bytes: image("hog"), commandLine: `hog ${kind}` },
    ];
    machine.boot(kernel, { commandLine: "vmm", modules });
    let inParts = 0;
    for (let i = 0; i < 40; i++) {
      machine.run({ instructions: 2_997_003 });
      for (let n = 0; machine.registers.get("cpl") === 0 && n < 2_000; n++) machine.run({ instructions: 1009 });
      if (machine.registers.get("cpl") === 0) continue;
      expect(audit(machine).difference).toBeUndefined();
      inParts += tablesInParts(machine);
    }
    expect(inParts).toBeGreaterThan(0);
  });
});

describe("the audit of frames from outside", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = machineAt(40);
  });

  it("agrees with the frame table at each of a hundred hypercalls, and changes nothing", () => {
    for (let i = 0; i < 100; i++) {
      const { instructions } = machine;
      const result = audit(machine);
      expect(result.difference).toBeUndefined();
      // Each domain has its memory and the page of shared information.
      expect(result.frames).toBe(2 * (PAGES + 1));
      expect(result.references).toBeGreaterThan(result.frames);
      expect(result.uses).toBeGreaterThan(0);
      expect(machine.instructions).toBe(instructions);
      machine.run();
    }
  });

  it.each([
    ["count", /^frame \w+ of domain \d, .*: \d+ references are noted, \d+ are there$/],
    ["type_info", /^frame \w+ of domain \d, .*: \d+ uses are noted, \d+ are there$/],
  ])("names the first frame whose %s is one too many", (field, words) => {
    const table = machine.memory.readDword(addressOf("frame_table")) ?? 0;
    const pages = machine.memory.readDword(addressOf("frame_limit")) ?? 0;
    const [use, size] = [fieldOf(symbols, "frame", "use")?.offset ?? 0, 16];
    const isDomains = (mfn: number): boolean => machine.memory.readLinear(table + size * mfn + use, 1)[0] === 3;
    const mfn = Array.from({ length: pages }, (_, n) => n).findLast(isDomains) ?? 0;
    const at = table + size * mfn + (fieldOf(symbols, "frame", field)?.offset ?? 0);
    machine.memory.writeLinear(at, new Uint8Array(new Uint32Array([(machine.memory.readDword(at) ?? 0) + 1]).buffer));

    const { difference } = audit(machine);
    expect(difference).toMatch(words);
    expect(difference).toContain(`frame ${mfn.toString(16)} `);
  });
});
