import { describe, expect, it } from "vitest";
import { LineEditor } from "../../../extension/line-editor";

/** A line as it is typed, key by key: what the terminal shows, and what the guest gets. */
function typed(...keys: string[]): { shown: string; sent: string } {
  const editor = new LineEditor();
  const all = keys.map((key) => editor.type(key));
  return { shown: screen(all.map(({ echo }) => echo).join("")), sent: all.map(({ send }) => send).join("") };
}

/** A terminal that knows characters of one column, CR, LF and BS. */
function screen(output: string): string {
  const lines: string[][] = [[]];
  let column = 0;
  for (const character of output) {
    const line = lines.at(-1) ?? [];
    if (character === "\b") column--;
    else if (character === "\r") column = 0;
    else if (character === "\n") lines.push([]);
    else line[column++] = character;
  }
  return lines.map((line) => line.join("").trimEnd()).join("\n");
}

const BACKSPACE = "\x7f";

describe("a line that is typed", () => {
  it("is shown at once, and goes to the guest at Enter, ended by LF", () => {
    expect(typed("h", "i")).toEqual({ shown: "hi", sent: "" });
    expect(typed("h", "i", "\r")).toEqual({ shown: "hi\n", sent: "hi\n" });
  });

  it("may be empty", () => {
    expect(typed("\r", "\r")).toEqual({ shown: "\n\n", sent: "\n\n" });
  });

  it("can be corrected with Backspace, up to its start", () => {
    expect(typed("h", "o", BACKSPACE, "i", "\r")).toEqual({ shown: "hi\n", sent: "hi\n" });
    expect(typed("h", BACKSPACE, BACKSPACE, "\b", "x", "\r")).toEqual({ shown: "x\n", sent: "x\n" });
  });

  it("loses its last word with Ctrl+W and all with Ctrl+U", () => {
    expect(typed("one two  ", "\x17", "\r")).toEqual({ shown: "one\n", sent: "one \n" });
    expect(typed("one two", "\x15", "three\r")).toEqual({ shown: "three\n", sent: "three\n" });
  });

  it("takes back a character beyond the first plane, and one that was written as two", () => {
    expect(typed("a", "\u{1f600}", BACKSPACE, "\r").sent).toBe("a\n");
    expect(typed("a", "\x01", BACKSPACE, "b", "\r")).toEqual({ shown: "ab\n", sent: "ab\n" });
  });

  it("takes two columns away with a character of two", () => {
    const editor = new LineEditor();
    editor.type("\u5b57");
    expect(editor.type(BACKSPACE).echo).toBe("\b \b\b \b");
  });

  it("ignores the arrow keys and a lone Escape", () => {
    expect(typed("a", "\x1b[A", "\x1b[1;5C", "\x1bOP", "\x1b", "b", "\r")).toEqual({ shown: "ab\n", sent: "ab\n" });
  });
});

describe("keys that are no text", () => {
  it("Ctrl+C reaches the guest at once, without the line", () => {
    expect(typed("abc", "\x03", "d", "\r")).toEqual({ shown: "abc^C\nd\n", sent: "\x03d\n" });
  });

  it("Ctrl+D sends what is there, and at the start of a line itself", () => {
    expect(typed("abc", "\x04")).toEqual({ shown: "abc", sent: "abc" });
    expect(typed("\x04")).toEqual({ shown: "", sent: "\x04" });
  });
});

describe("a pasted text", () => {
  it("is as many lines as it has, however they end", () => {
    expect(typed("one\r\ntwo\nthree\rfour")).toEqual({ shown: "one\ntwo\nthree\nfour", sent: "one\ntwo\nthree\n" });
  });

  it("loses the marks that a terminal puts around it", () => {
    expect(typed("\x1b[200~one\x1b[201~", "\r")).toEqual({ shown: "one\n", sent: "one\n" });
  });
});
