import { S } from "../../emulator/base/layout";
import type { Compiler } from "../../emulator/cpu/compiler";
import type { Cpu, CompilerParts } from "../../emulator/cpu/cpu";
import type { Mode } from "../../emulator/cpu/mode";
import { MAX_BLOCK } from "../../emulator/cpu/tier0/record";
import { Jit } from "../../emulator/jit/jit";
import { EAGER } from "../harness/eager";

/** JMP to itself: where a run ends there, the core tells the compiler what mode it is in. */
export const IDLE_CODE = Uint8Array.of(0xeb, 0xfe);

/** Compiles what it is told to, and nothing else: each case is to run compiled from its first instruction. */
export class CaseCompiler {
  /** Instructions that compiled code retired. */
  retired = 0;
  private mode: Mode | undefined;
  private jit: Jit | undefined;
  private parts: CompilerParts | undefined;

  constructor(private readonly cpu: Cpu) {
    cpu.attach((parts) => this.make(parts));
  }

  private make(parts: CompilerParts): Compiler {
    const { state } = parts;
    const jit = new Jit(parts, EAGER);
    this.jit = jit;
    this.parts = parts;
    return {
      run: (record) => {
        const before = state.get(S.Budget);
        jit.run(record);
        this.retired += before - state.get(S.Budget);
      },
      sample: (mode) => {
        this.mode = mode;
      },
      missed: () => undefined,
      isTracing: () => false,
      trace: () => undefined,
      evicted: () => undefined,
      watchesChanged: () => jit.watchesChanged(),
      reset: () => jit.reset(),
    };
  }

  /** Compiles at EIP, where it can, for the segments and the ring as they are; `idle` is the linear address of IDLE_CODE. */
  compile(idle: number): void {
    const { cpu, parts, jit } = this;
    if (!parts || !jit) return;
    const eip = parts.state.get(S.Eip);
    parts.state.set(S.Eip, idle);
    this.mode = undefined;
    cpu.run(2 * MAX_BLOCK);
    parts.state.set(S.Eip, eip);
    if (!this.mode) return;
    // The compiler follows code whose pages have been run before.
    parts.fetcher.find(this.mode);
    jit.missed(this.mode);
  }
}
