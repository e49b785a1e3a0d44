/** What a piece of typed text becomes. */
export interface Typed {
  /** What the terminal shows of it. */
  echo: string;
  /** What the guest gets of it. */
  send: string;
}

const ENTER = "\r";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_U = "\x15";
const CTRL_W = "\x17";
const TAB = "\t";
const ERASERS = new Set(["\x7f", "\b"]);

const ESCAPE = "\x1b";

/** A terminal's own sequences, as those of the arrow keys and around a pasted text: a line without a cursor has no use for them. */
const SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O[ -~]|[ -~]?)`, "gu");

/** Characters of two columns, and those that stand on the one before. */
const WIDE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;
const COMBINING = /^[\p{M}\u200d]/u;

/**
 * What a terminal's driver does for a program that reads lines: it shows what is typed, lets it be corrected, and hands
 * a line over when it is done. A terminal sends CR for Enter; whoever reads lines waits for LF.
 */
export class LineEditor {
  #line: string[] = [];

  /** @param data what the terminal sends: a key, or a pasted text */
  type(data: string): Typed {
    const typed = { echo: "", send: "" };
    const text = data.replace(SEQUENCE, "").replace(/\r\n/g, ENTER).replace(/\n/g, ENTER);
    for (const character of text) {
      const { echo, send } = this.#key(character);
      typed.echo += echo;
      typed.send += send;
    }
    return typed;
  }

  #key(character: string): Typed {
    switch (character) {
      case ENTER:
        return { echo: "\r\n", send: `${this.#take()}\n` };
      case CTRL_C:
        this.#take();
        return { echo: "^C\r\n", send: CTRL_C };
      case CTRL_D:
        // The end of the input, at the start of a line; else what is there without its end.
        return { echo: "", send: this.#line.length === 0 ? CTRL_D : this.#take() };
      case CTRL_U:
        return { echo: this.#erase(this.#line.length), send: "" };
      case CTRL_W:
        return { echo: this.#erase(this.#lastWord()), send: "" };
      default:
        return { echo: ERASERS.has(character) ? this.#erase(1) : this.#add(character), send: "" };
    }
  }

  #add(character: string): string {
    this.#line.push(character);
    return shown(character);
  }

  #take(): string {
    return this.#line.splice(0).join("");
  }

  /** Characters of the last word, with the spaces after it. */
  #lastWord(): number {
    const [word = ""] = /\S*\s*$/u.exec(this.#line.join("")) ?? [];
    return [...word].length;
  }

  /** @returns what takes the last `count` characters from the terminal */
  #erase(count: number): string {
    const gone = this.#line.splice(Math.max(0, this.#line.length - count));
    return "\b \b".repeat(gone.reduce((columns, character) => columns + width(character), 0));
  }
}

/** Control characters as a terminal's driver writes them: ^A. A tab takes one column, so that it can be taken back. */
function shown(character: string): string {
  if (character === TAB) return " ";
  return isControl(character) ? `^${String.fromCharCode(character.charCodeAt(0) + 0x40)}` : character;
}

function isControl(character: string): boolean {
  return character < " ";
}

/** Columns that it takes in the terminal. */
function width(character: string): number {
  if (COMBINING.test(character)) return 0;
  if (WIDE.test(character)) return 2;
  return isControl(character) ? shown(character).length : 1;
}
