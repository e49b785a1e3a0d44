import type { Code } from "../base/wasm/code";
import { set } from "../base/wasm/statements";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import type { Watch } from "../memory/watches";

/** Bytes that the accesses of one group may span: a wider one would often be near a watch that it does not touch. */
const MOST_SPAN = 256;

/**
 * Accesses of one block at constant distances from one value of a register. They share one test, which tells whether
 * any of them may touch watched memory. The test comes before the first access; its constants are set when all accesses
 * are known.
 */
export class AccessGroup {
  private first = Infinity;
  private end = -Infinity;
  /** The greatest size of an access. All accesses are aligned where the register is a multiple of it. */
  private unit = 1;
  private readonly settlers: (() => void)[] = [];

  /**
   * Emits the test.
   * @param near becomes 2 where an access may touch one of the ranges or is not aligned, else 0
   * @param base the register, with the value that distances are counted from
   */
  constructor(
    private readonly c: Code,
    readonly near: Var,
    base: Expr,
    [range, ...others]: readonly Watch[],
  ) {
    set(c, near, x.k(0));
    // The register is counted in units from the first one above the highest value that is near. Values that are near
    // then come last, and so do those that are not aligned.
    const distance = x.sub(
      base,
      this.later(() => this.highest(range) + this.unit),
    );
    const units = x.rotr(
      distance,
      this.later(() => Math.log2(this.unit)),
    );
    this.refuseIf(
      x.geU(
        units,
        this.later(() => 2 ** 32 / this.unit - this.steps(range)),
      ),
    );
    for (const other of others) {
      const above = x.sub(
        base,
        this.later(() => this.lowest(other)),
      );
      this.refuseIf(
        x.ltU(
          above,
          this.later(() => this.steps(other) * this.unit),
        ),
      );
    }
  }

  /** The test is a branch because it is hardly ever taken: a branch is cheaper than working the value out. */
  private refuseIf(condition: Expr): void {
    condition(this.c);
    this.c.ifUnlikely();
    set(this.c, this.near, x.k(2));
    this.c.end();
  }

  private later(value: () => number): Expr {
    return (code) => {
      const set = code.i32Later();
      this.settlers.push(() => set(value()));
    };
  }

  /** Takes the access into the group if it fits. @returns whether it now belongs to the group */
  take(distance: number, size: number): boolean {
    if (distance % size !== 0) return false;
    const [first, end] = [Math.min(this.first, distance), Math.max(this.end, distance + size)];
    if (end - first > MOST_SPAN) return false;
    this.first = first;
    this.end = end;
    this.unit = Math.max(this.unit, size);
    return true;
  }

  /** Sets the constants of the test, when all accesses of the group are known. */
  settle(): void {
    for (const settler of this.settlers) settler();
  }

  /** The lowest multiple of `unit` in the register at which an access touches the range. */
  private lowest({ linear }: Watch): number {
    return Math.ceil((linear - this.end + 1) / this.unit) * this.unit;
  }

  private highest({ linear, length }: Watch): number {
    return Math.floor((linear + length - this.first - 1) / this.unit) * this.unit;
  }

  private steps(range: Watch): number {
    return (this.highest(range) - this.lowest(range)) / this.unit + 1;
  }
}
