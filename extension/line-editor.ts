/** The results of a piece of typed text. */
export interface Typed {
  /** The text that the terminal shows. */
  echo: string;
  /** The text that the guest gets. */
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

/**
 * A terminal's own sequences, such as those of the arrow keys and around a pasted text. A line without a cursor ignores
 * them.
 */
const SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O[ -~]|[ -~]?)`, "gu");

/** Characters that take two columns, and those that are drawn on the character before. */
const WIDE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;
const COMBINING = /^[\p{M}\u200d]/u;

/**
 * Does what a terminal's driver does for a program that reads lines: it shows what is typed, allows corrections, and
 * passes a line on when it is complete. A terminal sends CR for Enter, but programs that read lines wait for LF.
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
        // At the start of a line it ends the input. Otherwise it passes on what is there, without a line end.
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

  /** @returns what removes the last `count` characters from the terminal */
  #erase(count: number): string {
    const gone = this.#line.splice(Math.max(0, this.#line.length - count));
    return "\b \b".repeat(gone.reduce((columns, character) => columns + width(character), 0));
  }
}

/**
 * Control characters as a terminal's driver writes them: ^A. A tab takes one column, so that it can be removed again.
 */
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
