/** The mark with which the hypervisor begins each line on COM1 when there are several domains. */
const MARK = /^d(\d+): /;
/** The start of a line that may still become a mark. */
const BEGINNING = /^(?:d(?:\d+:?)?)?$/;

/** Separates the lines of several domains and removes the marks. The text comes in pieces of any size. */
export class DomainLines {
  /** The start of a line that may or may not have a mark. */
  private start: string | undefined = "";
  /** The domain that writes this line. A line without a mark was written while there was only one domain. */
  private domain = 0;

  /** @param write takes the text of a domain */
  constructor(private readonly write: (domain: number, text: string) => void) {}

  take(text: string): void {
    for (const piece of text.split(/(?<=\n)/)) {
      const ready = this.start === undefined ? piece : this.marked(this.start + piece);
      if (ready === "") continue;
      this.write(this.domain, ready);
      if (ready.endsWith("\n")) this.start = "";
    }
  }

  /** @returns the part of the line that can be written now */
  private marked(line: string): string {
    if (BEGINNING.test(line)) {
      this.start = line;
      return "";
    }
    this.start = undefined;
    const [mark, domain] = MARK.exec(line) ?? [""];
    this.domain = Number(domain ?? 0);
    return line.slice(mark.length);
  }
}
