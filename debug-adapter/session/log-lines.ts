import type { LogPlace } from "../breakpoints/log-message";

/** Lines that may come at once, and in each second after that: more than anybody can follow. */
const BURST = 10_000;
const PER_SECOND = 5000;
/** Characters of the longest line. */
const LONGEST = 4096;
/** Milliseconds between two lines that say how many were left out. */
const REPORT_MS = 1000;

/** Pieces of text that are handed on at once with their places: each is a message to the client. */
const MOST_PIECES = 200;

/** Lines that were written one after the other at one place. */
export interface LogText {
  /** Whole lines. */
  text: string;
  /** Undefined where lines of several places stand together. */
  place: LogPlace | undefined;
}

/** What logpoints write, in bounds: a line in a hot loop would be written a hundred thousand times in a second. */
export class LogLines {
  private readonly texts: LogText[] = [];
  private allowance = BURST;
  private leftOut = 0;
  private refilled: number;
  private reported = -Infinity;

  /**
   * @param now the host's clock in milliseconds
   * @param sayLeftOut the line that stands for so many others
   */
  constructor(
    private readonly now: () => number,
    private readonly sayLeftOut: (count: number) => string,
  ) {
    this.refilled = now();
  }

  /** Whether another line is written; one that is not is counted, and need not be made. */
  admits(): boolean {
    if (this.allowance >= 1) return true;
    this.leftOut++;
    return false;
  }

  /** @param place of the logpoint: lines of the same object go together */
  write(line: string, place: LogPlace): void {
    this.allowance--;
    this.add(line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line, place);
  }

  private add(line: string, place: LogPlace | undefined): void {
    const last = this.texts.at(-1);
    const isFull = this.texts.length >= MOST_PIECES;
    if (last === undefined || (last.place !== place && !isFull)) {
      // The last piece that is admitted takes all that still comes.
      this.texts.push({ text: `${line}\n`, place: this.texts.length === MOST_PIECES - 1 ? undefined : place });
    } else {
      last.text += `${line}\n`;
    }
  }

  /** What has come since the last time. @param isLast nothing comes for some time now: all that was left out is told */
  take(isLast: boolean): LogText[] {
    const now = this.now();
    this.allowance = Math.min(BURST, this.allowance + ((now - this.refilled) * PER_SECOND) / 1000);
    this.refilled = now;
    if (this.leftOut > 0 && (isLast || now - this.reported >= REPORT_MS)) {
      this.add(this.sayLeftOut(this.leftOut), undefined);
      this.leftOut = 0;
      this.reported = now;
    }
    return this.texts.splice(0);
  }
}
