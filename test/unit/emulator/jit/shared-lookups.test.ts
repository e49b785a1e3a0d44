import { describe, expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { Jit } from "../../../../emulator/jit/jit";
import { Rng } from "../../../differential/rng";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "../cpu/code-bench";

const PAGE_TABLE = 0x11000;
const DATA = 0x80000;
const DATA_PAGE = DATA >> 12;
const [PRESENT, WRITABLE] = [1, 2];
const TURNS = 160;
const ROUNDS = 150;

/** An access to [ebx + disp8], or now and then EBX moves. */
function access(rng: Rng): number[] {
  const disp = rng.below(64) - 24;
  const reg = rng.pick([Gpr.Eax, Gpr.Edx, Gpr.Esi, Gpr.Edi]);
  const operand = (field: number): number[] => [0x40 | (field << 3) | Gpr.Ebx, disp & 0xff];
  switch (rng.below(9)) {
    case 8:
      return rng.pick([
        [0x83, 0xc3, 36],
        [0x83, 0xeb, 36],
        [0x8d, 0x5b, 40],
        [0xb3, 0x10],
      ]); // add, sub ebx; lea ebx, [ebx + 40]; mov bl, 16
    case 0:
      return [0x8b, ...operand(reg)]; // mov r, m
    case 1:
      return [0x89, ...operand(rng.below(4))]; // mov m, r
    case 2:
      return [0x01, ...operand(rng.below(4))]; // add m, r
    case 3:
      return [0x13, ...operand(reg)]; // adc r, m
    case 4:
      return [rng.oneIn(2) ? 0x88 : 0x8a, ...operand(rng.below(2))]; // mov m8, r8; mov r8, m8: AL or CL
    case 5:
      return [0x66, 0x31, ...operand(rng.below(4))]; // xor m16, r16
    case 6:
      return [0xff, ...operand(rng.below(2))]; // inc, dec m
    default:
      return [0x83, ...operand(7), rng.below(128)]; // cmp m, imm8
  }
}

/** An access to the stack, by ESP or beside it; now and then ESP moves. */
function stackAccess(rng: Rng): number[] {
  const disp = rng.below(64) - 24;
  const reg = rng.pick([Gpr.Eax, Gpr.Edx, Gpr.Esi, Gpr.Edi]);
  const operand = (field: number): number[] => [0x44 | (field << 3), 0x24, disp & 0xff];
  switch (rng.below(12)) {
    case 0:
    case 1:
      return [0x50 | reg]; // push r
    case 2:
    case 3:
      return [0x58 | reg]; // pop r
    case 4:
      return [0x66, 0x50 | reg]; // push r16
    case 5:
      return [0xff, ...operand(6)]; // push m
    case 6:
      return rng.pick([[0x83, 0xc4, 12], [0x83, 0xec, 12], [0x8d, 0x64, 0x24, 8], [0x54]]); // add, sub esp; lea esp, [esp + 8]; push esp
    case 7:
      return [0x6a, rng.below(128)]; // push imm8
    case 8:
      return [0xe8, 0, 0, 0, 0]; // call the next instruction
    case 9:
      return [0x8f, ...operand(0)]; // pop m
    case 10:
      return [0x8b, ...operand(reg)]; // mov r, m
    default:
      return [0x01, ...operand(rng.below(4))]; // add m, r
  }
}

/** A loop of accesses around an address that may lie near a page's end, whose pages may miss, or be for reading alone. */
function program(seed: number, base: Gpr.Ebx | Gpr.Esp, isCompiled: boolean): CodeBench {
  const rng = new Rng(seed);
  const bench = new CodeBench();
  const make = base === Gpr.Ebx ? access : stackAccess;
  const body = Array.from({ length: 3 + rng.below(9) }, () => make(rng)).flat();
  // Byte by byte to the page's end, or from page to page at once.
  const step = rng.pick([1, 60]);
  const loop = [...body, 0x83, 0xc0 | base, step, 0xff, 0x0d, 0, 0, 9, 0]; // add base, step; dec dword [0x90000]
  bench.code(...loop, 0x0f, 0x85, ...[0, 8, 16, 24].map((up) => ((-loop.length - 6) >> up) & 0xff), 0xf4); // jnz CODE; hlt
  bench.page();
  for (let at = DATA; at < DATA + 0x3000; at += 4) bench.dword(at, rng.u32());
  bench.dword(0x90000, TURNS);
  for (const page of [0, 1, 2])
    if (rng.oneIn(2))
      bench.dword(
        PAGE_TABLE + (DATA_PAGE + page) * 4,
        DATA | (page << 12) | rng.pick([0, PRESENT, PRESENT, PRESENT | WRITABLE]),
      );
  if (rng.oneIn(2)) bench.state.set(S.Cr0, (bench.state.get(S.Cr0) | 0x10000) >>> 0);
  const near = step > 1 || rng.oneIn(3) ? rng.below(0x1000) : 0x1000 - rng.below(60);
  bench.put({ [base]: DATA + near, [Gpr.Eax]: rng.u32(), [Gpr.Ecx]: rng.u32(), [Gpr.Edx]: rng.u32() });
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  return bench;
}

interface End {
  stop: CpuStop;
  retired: number;
  registers: number[];
  memory: string;
}

/** In pieces, so that compiled code begins early; EBX moves on while it runs. */
function end(bench: CodeBench): End {
  let stop = CpuStop.Count;
  for (let n = 0; n < 400 && stop === CpuStop.Count; n++) stop = bench.run(50);
  const registers = [0, 1, 2, 3, 4, 5, 6, 7].map((reg) => bench.gpr(reg));
  const words: number[] = [];
  for (let at = DATA; at < DATA + 0x3000; at += 4) words.push(bench.read(at));
  for (const page of [0, 1, 2]) words.push(bench.read(PAGE_TABLE + (DATA_PAGE + page) * 4));
  return {
    stop,
    retired: bench.cpu.retired,
    registers: [...registers, bench.eip, bench.state.eflags()],
    memory: words.join(),
  };
}

describe("accesses of a block that share a TLB look-up", () => {
  it.each([
    ["EBX", Gpr.Ebx],
    ["ESP", Gpr.Esp],
  ] as const)("come to the same as one by one, by %s at page ends, in missing and in read-only pages", (_, base) => {
    let compiled = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const bench = program(seed, base, true);
      expect(end(bench), `seed ${seed.toString()}, code at ${CODE.toString(16)}`).toEqual(
        end(program(seed, base, false)),
      );
      compiled += bench.cpu.compiled;
    }
    expect(compiled).toBeGreaterThan(ROUNDS * 100);
  });
});
