import { S } from "../base/layout";
import type { State } from "../base/state";
import type { CodeCache } from "./code-cache";
import type { Effort } from "./effort";
import type { Modes } from "./mode";
import type { Recorders } from "./recorders";

/**
 * The instructions before which generated code asks the core, by linear address: the listener's breakpoints, and those
 * that the guest itself has armed.
 */
export class Marks {
  /**
   * Called before a marked instruction, once each time that it is to be executed, with the machine stopped there.
   * Answers whether to stop.
   */
  onMark: (linear: number) => boolean = () => true;
  /** Whether the next instruction's mark is passed over. */
  pass = false;
  /** Whether `onMark` is being called. */
  telling = false;
  /** Whether `onMark` has asked to stop. */
  private stops = false;
  private readonly words: Int32Array;
  private readonly linear = new Set<number>();
  private armed: ReadonlySet<number> = new Set();
  /** Whether EFLAGS.RF holds for the next instruction, so that the guest's breakpoint there is passed over. */
  resumes = false;

  constructor(
    state: State,
    private readonly cache: CodeCache,
    private readonly modes: Modes,
    private readonly effort: Effort,
    private readonly recorders: Recorders,
  ) {
    this.words = state.i32;
  }

  has(linear: number): boolean {
    return this.linear.has(linear) || this.armed.has(linear);
  }

  /** Arms the guest's breakpoints in place of those `before`. */
  arm(armed: ReadonlySet<number>, before: readonly number[]): void {
    this.armed = armed;
    this.recorders.yieldTo(armed);
    for (const linear of [...before, ...armed]) this.renew(linear);
  }

  add(linear: number): void {
    this.linear.add(linear);
    this.renew(linear);
  }

  remove(linear: number): void {
    this.linear.delete(linear);
    this.renew(linear);
  }

  /** Makes only that code anew which contains the instruction. */
  private renew(linear: number): void {
    this.cache.dropAt(linear);
    this.leave();
  }

  /**
   * Leaves generated code. A listener that changes marks or watches makes the code stale from which it was called, so
   * the core goes on in its place.
   */
  leave(): void {
    this.pass ||= this.telling;
  }

  /** Whether a marked string instruction goes on in which the last slice ended. Its mark has been asked about. */
  get isRepeating(): boolean {
    const eip = this.words[S.Eip >> 2];
    return this.words[S.RepeatAt >> 2] === eip && this.has((this.modes.current.csBase + eip) >>> 0);
  }

  /** MarkPaths.mark. */
  reach(): number {
    const { words } = this;
    // Execution is between the iterations of a string instruction whose mark has been asked about.
    if (words[S.RepeatAt >> 2] === words[S.Eip >> 2]) return 0;
    const linear = (this.modes.current.csBase + words[S.Eip >> 2]) >>> 0;
    if (!this.isGuests(linear) && !this.tell(linear)) return 0;
    words[S.Stop >> 2] = 1;
    return 1;
  }

  /** Whether a breakpoint of the guest's own is hit. It comes before the listener's. */
  private isGuests(linear: number): boolean {
    return this.armed.size > 0 && this.armed.has(linear) && !this.resumes;
  }

  /** Whether generated code is to leave for the listener. */
  private tell(linear: number): boolean {
    if (!this.linear.has(linear)) return false;
    this.recorders.drain();
    this.telling = true;
    this.stops = this.onMark(linear);
    this.telling = false;
    this.effort.spend(0);
    // The core goes on in place of generated code, which would run to the end of its slice.
    this.pass ||= this.effort.due;
    return this.stops || this.pass;
  }

  /** Whether the slice ended because a listener wants to stop. It can be taken once. */
  takeStop(): boolean {
    const { stops } = this;
    this.stops = false;
    return stops;
  }
}
