import { S } from "../base/layout";
import type { State } from "../base/state";
import type { CodeCache } from "./code-cache";
import type { Effort } from "./effort";
import type { Modes } from "./mode";

/**
 * Instructions before which generated code asks the core, by linear address: the listener's, and the breakpoints that
 * the guest itself has armed.
 */
export class Marks {
  /** Called with the machine standing before a marked instruction, once each time that it is to be executed: whether to stop. */
  onMark: (linear: number) => boolean = () => true;
  /** The next instruction's mark is not asked about. */
  pass = false;
  /** Inside `onMark`. */
  telling = false;
  /** `onMark` has asked to stop. */
  private stops = false;
  private readonly words: Int32Array;
  private readonly linear = new Set<number>();
  private armed: ReadonlySet<number> = new Set();
  /** EFLAGS.RF holds for the next instruction: the guest's breakpoint there is passed over. */
  resumes = false;

  constructor(
    state: State,
    private readonly cache: CodeCache,
    private readonly modes: Modes,
    private readonly effort: Effort,
  ) {
    this.words = state.i32;
  }

  has(linear: number): boolean {
    return this.linear.has(linear) || this.armed.has(linear);
  }

  /** The guest's breakpoints are others than `before`. */
  arm(armed: ReadonlySet<number>, before: readonly number[]): void {
    this.armed = armed;
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

  /** Only what contains the instruction is made anew. */
  private renew(linear: number): void {
    this.cache.dropAt(linear);
    this.leave();
  }

  /** A listener that changes marks or watches voids the code that it was called from: the core goes on in its place. */
  leave(): void {
    this.pass ||= this.telling;
  }

  /** Whether a marked string instruction goes on that the last slice ended in: its mark has been asked about. */
  get isRepeating(): boolean {
    const eip = this.words[S.Eip >> 2];
    return this.words[S.RepeatAt >> 2] === eip && this.has((this.modes.current.csBase + eip) >>> 0);
  }

  /** MarkPaths.mark. */
  reach(): number {
    const { words } = this;
    // Between the iterations of a string instruction, which has been asked about.
    if (words[S.RepeatAt >> 2] === words[S.Eip >> 2]) return 0;
    const linear = (this.modes.current.csBase + words[S.Eip >> 2]) >>> 0;
    if (!this.isGuests(linear) && !this.tell(linear)) return 0;
    words[S.Stop >> 2] = 1;
    return 1;
  }

  /** A breakpoint of the guest's, which comes first. */
  private isGuests(linear: number): boolean {
    return this.armed.size > 0 && this.armed.has(linear) && !this.resumes;
  }

  /** Whether generated code is to leave for the listener. */
  private tell(linear: number): boolean {
    if (!this.linear.has(linear)) return false;
    this.telling = true;
    this.stops = this.onMark(linear);
    this.telling = false;
    this.effort.spend(0);
    // The core goes on in place of the code that would run to the end of its slice.
    this.pass ||= this.effort.due;
    return this.stops || this.pass;
  }

  /** Whether the slice ended because a listener wants to stop; once. */
  takeStop(): boolean {
    const { stops } = this;
    this.stops = false;
    return stops;
  }
}
