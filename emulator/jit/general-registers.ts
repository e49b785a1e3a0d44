import type { Gpr } from "../base/arch";
import { S } from "../base/layout";
import { type Code, Op, Type } from "../base/wasm/code";
import { type Var, variable } from "../base/wasm/expr";

const COUNT = 8;
const homeOf = (reg: number): number => S.Gpr + reg * 4;

/** The guest's general registers in locals: those that a region uses are loaded at its entry, those that it writes stored at its exit. */
export class GeneralRegisters {
  private readonly locals: Var[];
  private readonly used = new Set<number>();
  private readonly written = new Set<number>();

  constructor(private readonly c: Code) {
    this.locals = Array.from({ length: COUNT }, () => variable(c.take(Type.I32)));
  }

  read(reg: Gpr): Var {
    this.used.add(reg);
    return this.locals[reg];
  }

  write(reg: Gpr): Var {
    this.written.add(reg);
    return this.read(reg);
  }

  /** Emitted last, put first. */
  load(into: Code): void {
    for (const reg of this.used) {
      into.i32(0);
      into.memory(Op.I32Load, homeOf(reg));
      into.local(Op.LocalSet, this.locals[reg].index);
    }
  }

  /** In the middle of the region, where it is not known yet what others write. */
  storeAll(): void {
    for (let reg = 0; reg < COUNT; reg++) this.write(reg);
    this.store();
  }

  /** The reverse of `storeAll`. */
  loadAll(): void {
    for (let reg = 0; reg < COUNT; reg++) {
      this.c.i32(0);
      this.c.memory(Op.I32Load, homeOf(reg));
      this.c.local(Op.LocalSet, this.locals[reg].index);
    }
  }

  store(): void {
    for (const reg of this.written) {
      this.c.i32(0);
      this.c.local(Op.LocalGet, this.locals[reg].index);
      this.c.memory(Op.I32Store, homeOf(reg));
    }
  }
}
