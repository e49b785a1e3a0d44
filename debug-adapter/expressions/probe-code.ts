import { PROBE_STACK, type Op } from "../../emulator/index";
import { expressionMessages as say } from "../messages";
import { ExpressionError } from "../values/expression-error";

/** Probe bytecode as it grows, with the depth that its stack will have. */
export class ProbeCode {
  private readonly words: number[] = [];
  private depth = 0;

  finish(): Int32Array {
    return Int32Array.from(this.words);
  }

  /** Appends words that leave the stack's depth as it is. */
  emit(...words: number[]): void {
    this.words.push(...words);
  }

  /** Appends words that push one value. Throws ExpressionError if the stack has no room for it. */
  push(...words: number[]): void {
    this.emit(...words);
    if (++this.depth > PROBE_STACK) throw new ExpressionError(say.conditionDeep());
  }

  /** Appends an opcode that pops two values and pushes one. */
  fold(op: Op): void {
    this.emit(op);
    this.depth--;
  }

  /** Appends a jump that pops its condition. `land` names its target later. */
  branch(op: Op): number {
    this.emit(op);
    this.depth--;
    return this.hole();
  }

  /** Appends a jump that leaves a value for the place where it lands. The other path pushes its own value. */
  leave(op: Op): number {
    this.emit(op);
    return this.hole();
  }

  /** Makes this the target of the jump. */
  land(hole: number): void {
    this.words[hole] = this.words.length;
  }

  /** Notes that the other path's value is not on this path's stack. */
  forget(): void {
    this.depth--;
  }

  private hole(): number {
    return this.words.push(0) - 1;
  }
}
