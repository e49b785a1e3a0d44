import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { RAM, S } from "../../../../emulator/base/layout";
import { Jit } from "../../../../emulator/jit/jit";
import { EAGER } from "../../../harness/eager";
import { CODE, CodeBench } from "../cpu/code-bench";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const FUNCTIONS = 200;

/** A loop that is compiled, then written to, again and again. */
function churn(bench: CodeBench, made: WeakRef<object>[]): void {
  const { Instance } = WebAssembly;
  const watched = new Proxy(Instance, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports]) {
      const instance = new target(...args);
      made.push(new WeakRef(instance));
      return instance;
    },
  });
  WebAssembly.Instance = watched;
  try {
    for (let n = 0; n < FUNCTIONS; n++) {
      bench.cpu.memory.physical.write8(CODE, 0x40 + (n & 1));
      bench.state.set(S.Eip, CODE);
      bench.run(5000);
    }
  } finally {
    WebAssembly.Instance = Instance;
  }
}

describe("compiled code that is written to", () => {
  it("is collected", async () => {
    const bench = new CodeBench().code(0x40, 0xeb, 0xfd); // inc eax; jmp -3
    bench.cpu.attach((parts) => new Jit(parts, EAGER));
    expect(bench.state.u8[RAM + CODE]).toBe(0x40);
    const made: WeakRef<object>[] = [];
    churn(bench, made);
    expect(made.length).toBeGreaterThan(1);
    // A WeakRef keeps its target until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const alive = made.filter((ref) => ref.deref() !== undefined).length;
    expect(alive).toBeLessThanOrEqual(2);
  });
});
