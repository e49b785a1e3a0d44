import type { Image } from "../images/image-space";
import type { SourceMap } from "../debuggee/source-map";

/** Lines that logpoints wrote, one after the other, at one place. */
export interface LoggedText {
  /** Whole lines. */
  text: string;
  /** Where the logpoint stands, if the client has the source: its path and the line, from 1. */
  place: { path: string; line: number } | undefined;
}

/** Gathers what logpoints write until somebody takes it. */
export class LoggedLines {
  private texts: LoggedText[] = [];
  /** By address: a logpoint may write a hundred thousand times. */
  private readonly places = new Map<number, LoggedText["place"]>();
  private lastAddress = -1;

  constructor(private readonly sources: SourceMap) {}

  /** @param address linear, of the logpoint in an image */
  add(line: string, address: number, image: Image | undefined): void {
    const last = this.texts.at(-1);
    if (last !== undefined && this.lastAddress === address) last.text += `${line}\n`;
    else this.texts.push({ text: `${line}\n`, place: this.placeOf(address, image) });
    this.lastAddress = address;
  }

  take(): LoggedText[] {
    const texts = this.texts;
    this.texts = [];
    return texts;
  }

  private placeOf(address: number, image: Image | undefined): LoggedText["place"] {
    if (!this.places.has(address)) {
      const row = image?.symbols.lineAt(address);
      const path = row && this.sources.toClient(row.file);
      this.places.set(address, path === undefined || row === undefined ? undefined : { path, line: row.line });
    }
    return this.places.get(address);
  }
}
