import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Decoder } from "../../../../emulator/isa/decode";
import type { Insn } from "../../../../emulator/isa/insn";
import { endsBlock, isRepeated } from "../../../../emulator/isa/queries";
import { compileRegion } from "../../../../emulator/jit/compile";
import { RegionFinder } from "../../../../emulator/jit/region";
import { functionTexts } from "./wasm-text";

/** What the compiler makes of a few lines of assembler: a change of it shows as a difference to the files in golden/. */

const ORIGIN = 0x1000;

const SNIPPETS: [name: string, assembler: string, bytes: number[]][] = [
  ["count-down", "top: dec ecx; jnz top; ret", [0x49, 0x75, 0xfd, 0xc3]],
  [
    "fill-bytes",
    "top: mov byte [esi + edi], 1; add edi, ebx; cmp edi, 999999; jbe top; ret",
    [0xc6, 0x04, 0x3e, 0x01, 0x01, 0xdf, 0x81, 0xff, 0x3f, 0x42, 0x0f, 0x00, 0x76, 0xf2, 0xc3],
  ],
  ["carry-chain", "add eax, ebx; adc edx, ecx; setc bl; ret", [0x01, 0xd8, 0x11, 0xca, 0x0f, 0x92, 0xc3, 0xc3]],
  ["call", "call f; add eax, 1; jmp eax; f: push ebp; pop ebp; ret", [0xe8, 0x05, 0, 0, 0, 0x83, 0xc0, 0x01, 0xff, 0xe0, 0x55, 0x5d, 0xc3]],
  ["repeat", "rep stosd; ret", [0xf3, 0xab, 0xc3]],
];

function blockAt(bytes: Uint8Array, eip: number): Insn[] {
  const decoder = new Decoder();
  const insns: Insn[] = [];
  for (let at = eip - ORIGIN; at < bytes.length; ) {
    const insn = decoder.decode(bytes, at, bytes.length, ORIGIN + at, true);
    if (!insn || (insns.length > 0 && isRepeated(insn))) break;
    insn.checked = false;
    insn.flags = true;
    insns.push(insn);
    at += insn.length;
    if (endsBlock(insn)) break;
  }
  return insns;
}

function compiled(bytes: Uint8Array): string {
  const region = new RegionFinder((eip) => blockAt(bytes, eip)).find([ORIGIN]);
  if (!region) throw new Error("nothing to compile");
  const module = compileRegion({ region, func: 1, tlb: { read: 0x200000, write: 0x600000 }, tlbExec: 0x1e00000, csLimit: 0xffffffff, watches: [], guard: () => ({ execEntry: 0, table: 0 }) });
  return functionTexts(module).join("\n\n");
}

describe("the WebAssembly that the compiler emits", () => {
  it.each(SNIPPETS)("is as recorded for %s: %s", async (name, assembler, bytes) => {
    const file = fileURLToPath(new URL(`golden/${name}.txt`, import.meta.url));
    await expect(`${assembler}\n\n${compiled(Uint8Array.from(bytes))}\n`).toMatchFileSnapshot(file);
  });
});
