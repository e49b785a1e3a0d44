import type { LogPlace } from "../breakpoints/log-message";

/** How many lines may come at once, and how many in each second after that. Both are more than anybody can follow. */
const BURST = 10_000;
const PER_SECOND = 5000;
/** Characters of the longest line. */
const LONGEST = 4096;
/** Milliseconds between two lines that tell how many were left out. */
const REPORT_MS = 1000;

/** How many pieces of text are passed on at once with their places. Each is a message to the client. */
const MOST_PIECES = 200;

/** Lines that were written one after the other at one place. */
export interface LogText {
  /** Whole lines. */
  text: string;
  /** Undefined if lines of several places are together. */
  place: LogPlace | undefined;
}

/** What logpoints write, within bounds. In a hot loop a line would be written a hundred thousand times in a second. */
export class LogLines {
  private readonly texts: LogText[] = [];
  private allowance = BURST;
  private leftOut = 0;
  private refilled: number;
  private reported = -Infinity;

  /**
   * @param now the host's clock in milliseconds
   * @param sayLeftOut the line that takes the place of so many others
   */
  constructor(
    private readonly now: () => number,
    private readonly sayLeftOut: (count: number) => string,
  ) {
    this.refilled = now();
  }

  /** Whether another line is written. One that is not is counted, and need not be made. */
  admits(): boolean {
    if (this.allowance >= 1) return true;
    this.leftOut++;
    return false;
  }

  /** @param place the place of the logpoint; lines of the same object are put together */
  write(line: string, place: LogPlace): void {
    this.allowance--;
    this.add(line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line, place);
  }

  private add(line: string, place: LogPlace | undefined): void {
    const last = this.texts.at(-1);
    const isFull = this.texts.length >= MOST_PIECES;
    if (last === undefined || (last.place !== place && !isFull)) {
      // The last piece that is admitted takes all lines that still come.
      this.texts.push({ text: `${line}\n`, place: this.texts.length === MOST_PIECES - 1 ? undefined : place });
    } else {
      last.text += `${line}\n`;
    }
  }

  /**
   * Takes what has come since the last time. @param isLast whether nothing comes for some time now, so that all that
   * was left out is told
   */
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
