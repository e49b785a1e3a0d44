import { NOTE_WORDS, NOTES, RECORDER_COUNT, RECORDER_STEPS, RECORDERS, RecorderWord, S } from "../base/layout";
import type { State } from "../base/state";
import type { Slice } from "./slice";

/** Dwords that lie one after another in linear memory, and the way to them. */
export interface RecordedWords {
  /**
   * Offsets: the first is added to ESP, and each following one to the dword at the address before it. What they come to
   * is the linear address of the first dword.
   */
  path: readonly number[];
  /** How many dwords there are, 1 at least. */
  count: number;
}

/**
 * Takes one note: the instructions that were retired before the marked one, and its dwords, which are in `words` from
 * the index `at` on and only hold during the call.
 */
export type RecordSink = (instructions: number, words: Uint32Array, at: number) => void;

/** Words of a note before its dwords. */
const HEAD = 2;

/**
 * The recorders of marked instructions. Generated code (tier0/note.ts) notes their words without a call into
 * TypeScript, and the core takes the notes before anybody else can see the machine. Notes are no state of the machine.
 */
export class Recorders {
  private readonly words: Int32Array;
  private readonly notes: Uint32Array;
  private readonly sinks: (RecordSink | undefined)[] = [];
  private readonly counts: number[] = [];
  private armed: ReadonlySet<number> = new Set();

  constructor(
    state: State,
    private readonly slice: Pick<Slice, "retired" | "left">,
  ) {
    this.words = state.i32;
    this.notes = state.u32;
    this.words[S.NotesEnd >> 2] = NOTES;
  }

  /**
   * Has generated code note the words at the marked instruction from now on. It still asks MarkPaths.mark where it
   * cannot: a page is not in the TLB, or the guest has a breakpoint of its own there.
   * @returns false when there is no room for it, so that it always asks
   */
  put(linear: number, spans: readonly RecordedWords[], sink: RecordSink): boolean {
    this.remove(linear);
    const steps = spans.flatMap(stepsOf);
    const count = spans.reduce((sum, span) => sum + span.count, 0);
    const entry = Array.from({ length: RECORDER_COUNT }, (_, n) => n).find((n) => this.sinks[n] === undefined);
    if (entry === undefined || count > NOTE_WORDS || steps.length >= RECORDER_STEPS) return false;
    const at = entryAt(entry);
    this.words[(at + RecorderWord.Linear) >> 2] = linear;
    [...steps, END].forEach((step, n) => this.words.set(step, (at + RecorderWord.Steps + 8 * n) >> 2));
    this.sinks[entry] = sink;
    this.counts[entry] = count;
    this.words[(at + RecorderWord.Active) >> 2] = this.armed.has(linear) ? 0 : 1;
    return true;
  }

  remove(linear: number): void {
    const entry = this.sinks.findIndex((sink, n) => sink !== undefined && this.linearOf(n) === linear);
    if (entry < 0) return;
    this.drain();
    this.words[(entryAt(entry) + RecorderWord.Active) >> 2] = 0;
    this.sinks[entry] = undefined;
  }

  /** Leaves the instructions of the guest's own breakpoints to MarkPaths.mark. */
  yieldTo(armed: ReadonlySet<number>): void {
    this.armed = armed;
    this.sinks.forEach((sink, n) => {
      const isActive = sink !== undefined && !armed.has(this.linearOf(n));
      this.words[(entryAt(n) + RecorderWord.Active) >> 2] = isActive ? 1 : 0;
    });
  }

  /** Hands the notes to their sinks. It must come before the next slice begins, and before any other listener. */
  drain(): void {
    if (this.words[S.NotesEnd >> 2] !== NOTES) this.take();
  }

  private take(): void {
    const { notes, sinks, counts } = this;
    const end = notes[S.NotesEnd >> 2] >> 2;
    this.words[S.NotesEnd >> 2] = NOTES;
    const atEnd = this.slice.retired + this.slice.left;
    for (let at = NOTES >> 2; at < end;) {
      const entry = (notes[at] - RECORDERS) / RecorderWord.Size;
      sinks[entry]?.(atEnd - notes[at + 1], notes, at + HEAD);
      at += HEAD + counts[entry];
    }
  }

  private linearOf(entry: number): number {
    return this.notes[(entryAt(entry) + RecorderWord.Linear) >> 2];
  }
}

const entryAt = (entry: number): number => RECORDERS + entry * RecorderWord.Size;

const END = [0, -1];

/** RecorderWord.Steps. */
const stepsOf = ({ path, count }: RecordedWords): number[][] =>
  path.map((offset, n) => [offset, n === path.length - 1 ? count : 0]);
