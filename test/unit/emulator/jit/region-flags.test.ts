import { expect, it } from "vitest";
import { Gpr } from "../../../../emulator/base/arch";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "../cpu/code-bench";

const TURN = 5;

/** EFLAGS after each run, of runs that end between the comparison and the step. */
function flagsBetween(isCompiled: boolean): number[] {
  const bench = new CodeBench().code(
    0xf7,
    0xd0, // not eax
    0x39,
    0xd8, // cmp eax, ebx
    0x74,
    0, // je to the next
    0x42, // inc edx
    0xff,
    0xe1, // jmp ecx
  );
  bench.put({ [Gpr.Ecx]: CODE, [Gpr.Ebx]: 1 });
  if (isCompiled) bench.cpu.attach((parts) => new Jit(parts, EAGER));
  bench.run(3);
  return Array.from({ length: 10 }, () => {
    bench.run(101 * TURN);
    return bench.state.eflags();
  });
}

it("leaves with the flags of a comparison, whatever the last block of the region keeps", () => {
  expect(flagsBetween(true)).toEqual(flagsBetween(false));
});
