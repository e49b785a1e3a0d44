/** Lines that may come at once, and in each second after that: more than anybody can follow. */
const BURST = 10_000;
const PER_SECOND = 5000;
/** Characters of the longest line. */
const LONGEST = 4096;
/** Milliseconds between two lines that say how many were left out. */
const REPORT_MS = 1000;

/** What logpoints write, in bounds: a line in a hot loop would be written a hundred thousand times in a second. */
export class LogLines {
  private text = "";
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

  write(line: string): void {
    this.allowance--;
    this.text += `${line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line}\n`;
  }

  /** What has come since the last time. @param isLast nothing comes for some time now: all that was left out is told */
  take(isLast: boolean): string {
    const now = this.now();
    this.allowance = Math.min(BURST, this.allowance + ((now - this.refilled) * PER_SECOND) / 1000);
    this.refilled = now;
    const { text } = this;
    this.text = "";
    if (this.leftOut === 0 || (!isLast && now - this.reported < REPORT_MS)) return text;
    const count = this.leftOut;
    this.leftOut = 0;
    this.reported = now;
    return `${text}${this.sayLeftOut(count)}\n`;
  }
}
