import { expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CodeBench } from "./code-bench";

/** A run ends at its instruction: nothing of the next one is done, and none is done too many. */

const IDT = 0x4000;
const PTE_OF_CODE = 0x11004;
/** Instructions of a turn of the loop in `reloading`. */
const TURN = 63;

/** A loop that clears the accessed bit of its own page and ends in a load of CR3 and a jump. */
function reloading(isCompiled: boolean): CodeBench {
  // prettier-ignore
  const bench = new CodeBench().code(
    0xc7, 0x05, 4, 0x10, 1, 0, 7, 0x10, 0, 0, // mov dword [PTE_OF_CODE], 0x1007
    ...new Array<number>(TURN - 3).fill(0x43), // inc ebx
    0x0f, 0x22, 0xd8, // mov cr3, eax
    0xeb, 0xff - 10 - (TURN - 3) - 3 - 1, // jmp CODE
  );
  bench.page();
  bench.put({ [Gpr.Eax]: 0x10000 });
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, { ...EAGER, misses: 2 }));
  for (let n = 0; n < 10; n++) bench.run(TURN * 50);
  return bench;
}

it("leaves the page of the next instruction unread after MOV CR3, on all engines", () => {
  const [interpreted, compiled, stepped] = [reloading(false), reloading(true), reloading(false)];
  const count = TURN * 20 + TURN - 1;
  interpreted.run(count);
  compiled.run(count);
  for (let n = 0; n < count; n++) stepped.run(1);
  expect(compiled.cpu.compiled).toBeGreaterThan(10_000);
  for (const bench of [interpreted, compiled, stepped]) {
    expect(bench.eip).toBe(stepped.eip);
    expect((bench.read(PTE_OF_CODE) >>> 5) & 1).toBe(0);
  }
});

it("stays within the budget after a fault in a fault handler", () => {
  const [pageFault, divideError] = [0x2000, 0x3000];
  const bench = new CodeBench().code(0x8b, 0x06, 0xbe, 0, 0, 0, 0x80, 0xeb, 0xf7); // mov eax, [esi]; mov esi, 0x80000000; jmp CODE
  // div ecx, which faults the first time; mov esi, 0x8000; add esp, 4; xor ecx, ecx; iret
  bench.bytes(pageFault, 0xf7, 0xf1, 0xbe, 0, 0x80, 0, 0, 0x83, 0xc4, 4, 0x31, 0xc9, 0xcf);
  bench.bytes(divideError, 0xb9, 1, 0, 0, 0, ...new Array<number>(30).fill(0x47), 0xcf); // mov ecx, 1; 30 x inc edi; iret
  bench.dword(IDT + 14 * 8, (8 << 16) | pageFault);
  bench.dword(IDT, (8 << 16) | divideError);
  bench.page();
  bench.put({ [Gpr.Edx]: 0, [Gpr.Eax]: 0, [Gpr.Ecx]: 0 });
  bench.cpu.attach((parts) => new Jit(parts, { ...EAGER, turns: Infinity, misses: 2 }));
  for (let n = 0; n < 5; n++) bench.run(5000);
  const count = 41 * 20 + 1;
  for (let n = 0; n < 100; n++) {
    const before = bench.cpu.retired;
    bench.run(count);
    expect(bench.cpu.retired - before).toBe(count);
  }
});
