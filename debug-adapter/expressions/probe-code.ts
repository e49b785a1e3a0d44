import { PROBE_STACK, type Op } from "../../emulator/index";
import { expressionMessages as say } from "../messages";
import { ExpressionError } from "./ast";

/** Probe bytecode as it grows, with the depth that its stack will have. */
export class ProbeCode {
  private readonly words: number[] = [];
  private depth = 0;

  finish(): Int32Array {
    return Int32Array.from(this.words);
  }

  /** Words that leave the stack's depth as it is. */
  emit(...words: number[]): void {
    this.words.push(...words);
  }

  /** Words that push one value. Throws ExpressionError when the stack has no room for it. */
  push(...words: number[]): void {
    this.emit(...words);
    if (++this.depth > PROBE_STACK) throw new ExpressionError(say.conditionDeep());
  }

  /** An opcode that pops two and pushes one. */
  fold(op: Op): void {
    this.emit(op);
    this.depth--;
  }

  /** A jump that pops its condition, to a place that `land` names later. */
  branch(op: Op): number {
    this.emit(op);
    this.depth--;
    return this.hole();
  }

  /** A jump that leaves a value for the place where it lands; the other path pushes its own. */
  leave(op: Op): number {
    this.emit(op);
    return this.hole();
  }

  /** Here is where the jump goes. */
  land(hole: number): void {
    this.words[hole] = this.words.length;
  }

  /** The other path's value is not on this one's stack. */
  forget(): void {
    this.depth--;
  }

  private hole(): number {
    return this.words.push(0) - 1;
  }
}
