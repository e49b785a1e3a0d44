import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Seg } from "../../../../emulator/base/arch";
import { liveFlags } from "../../../../emulator/cpu/tier0/block";
import { Decoder } from "../../../../emulator/isa/decode";
import type { Insn } from "../../../../emulator/isa/insn";
import { endsBlock, hasFlaglessForm, isRepeated } from "../../../../emulator/isa/queries";
import { compileRegion } from "../../../../emulator/jit/compile";
import { Touch, type Watch } from "../../../../emulator/memory/watches";
import { RegionFinder } from "../../../../emulator/jit/region";
import { listing } from "../../../harness/disassembly";
import { ORIGIN, SNIPPETS } from "./snippets";
import { functionTexts } from "./wasm-text/module-text";

/**
 * What the compiler makes of a few instructions: a change of it shows as a
 * difference to the files in golden/, which `npm run test:golden:update` writes.
 */

const PAGE_ENDS_AT = 0xfff;
/** For snippets whose names say so. */
const WATCHED: readonly Watch[] = [{ linear: 0x9010, length: 4, touches: Touch.Read | Touch.Write }];

function blockAt(code: Uint8Array, eip: number): Insn[] {
  const decoder = new Decoder();
  const insns: Insn[] = [];
  for (let at = eip - ORIGIN; at < code.length && (at | PAGE_ENDS_AT) === ((eip - ORIGIN) | PAGE_ENDS_AT);) {
    const insn = decoder.decode(code, at, code.length, ORIGIN + at, true);
    if (!insn || (insns.length > 0 && isRepeated(insn))) break;
    insn.checked = insn.hasMemory && insn.mem.seg >= Seg.Fs;
    insns.push(insn);
    at += insn.length;
    if (endsBlock(insn)) break;
  }
  return insns;
}

function compiled(code: Uint8Array, watched: readonly Watch[]): { assembler: string; wasm: string } {
  const region = new RegionFinder((eip) => blockAt(code, eip)).find([ORIGIN]);
  if (!region) throw new Error("nothing to compile");
  const blocks = [...region.blocks.values()];
  for (const { insns } of blocks) {
    liveFlags(insns).forEach((live, n) => {
      const insn = insns[n];
      if (insn) insn.flags = live || !hasFlaglessForm(insn);
    });
  }
  const module = compileRegion({
    region,
    func: 1,
    tlb: { read: 0x200000, write: 0x600000 },
    tlbExec: 0x1e00000,
    csLimit: 0xffffffff,
    unaligned: false,
    watched,
    testsAll: true,
    guard: () => ({ execEntry: 0x1e00008, table: 0x3e00000 }),
  });
  const lines = blocks.flatMap(({ start, end }) => listing(code.subarray(start - ORIGIN, end - ORIGIN), start));
  return {
    assembler: lines.map(({ address, text }) => `${address.toString(16)}  ${text}`).join("\n"),
    wasm: functionTexts(module).join("\n\n"),
  };
}

describe("the WebAssembly that the compiler emits", () => {
  it.each(SNIPPETS)("is as recorded for %s", async (name, code) => {
    const file = fileURLToPath(new URL(`golden/${name}.txt`, import.meta.url));
    const { assembler, wasm } = compiled(Uint8Array.from(code), name.startsWith("watched") ? WATCHED : []);
    await expect(`${assembler}\n\n${wasm}\n`).toMatchFileSnapshot(file);
  });
});
