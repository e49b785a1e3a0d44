import type { Gpr } from "../base/arch";
import { S } from "../base/layout";
import type { Code } from "../base/wasm/code";
import { type Var, word } from "../base/wasm/expr";
import { locals, set, setWord } from "../base/wasm/statements";

const COUNT = 8;
const homeOf = (reg: number): number => S.Gpr + reg * 4;

/**
 * The guest's general registers in locals. Those that a region uses are loaded at its entry; those that it writes are
 * stored at its exit.
 */
export class GeneralRegisters {
  private readonly locals: Var[];
  private readonly used = new Set<number>();
  private readonly written = new Set<number>();

  constructor(private readonly c: Code) {
    this.locals = locals(c, COUNT);
  }

  read(reg: Gpr): Var {
    this.used.add(reg);
    return this.locals[reg];
  }

  write(reg: Gpr): Var {
    this.written.add(reg);
    return this.read(reg);
  }

  /** Loads the registers. This code is emitted last and put at the front. */
  load(into: Code): void {
    for (const reg of this.used) set(into, this.locals[reg], word(homeOf(reg)));
  }

  /** Stores all registers in the middle of the region, where it is not known yet which of them the rest will write. */
  storeAll(): void {
    for (let reg = 0; reg < COUNT; reg++) this.write(reg);
    this.store();
  }

  /** Loads all registers again, after `storeAll`. */
  loadAll(): void {
    for (let reg = 0; reg < COUNT; reg++) set(this.c, this.locals[reg], word(homeOf(reg)));
  }

  store(): void {
    for (const reg of this.written) setWord(this.c, homeOf(reg), this.locals[reg]);
  }
}
