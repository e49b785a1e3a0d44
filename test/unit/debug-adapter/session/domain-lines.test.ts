import { describe, expect, it } from "vitest";
import { DomainLines } from "../../../../debug-adapter/session/domain-lines";

/** What each domain gets of text that comes in these pieces. */
function apart(...pieces: string[]): Record<number, string> {
  const texts: Record<number, string> = {};
  const lines = new DomainLines((domain, text) => (texts[domain] = (texts[domain] ?? "") + text));
  for (const piece of pieces) lines.take(piece);
  return texts;
}

describe("lines of several domains", () => {
  const text = "d0: one\nd1: two\nd12: three\nd0: \nd0: four";

  it("go to their domain without the mark", () => {
    expect(apart(text)).toEqual({ 0: "one\n\nfour", 1: "two\n", 12: "three\n" });
  });

  it("may come in pieces of any size", () => {
    for (let size = 1; size < text.length; size++) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, "gs")) ?? [];
      expect(apart(...pieces)).toEqual(apart(text));
    }
  });

  it("keep a mark that a guest has printed itself", () => {
    expect(apart("d1: d0: I am the first domain\n")).toEqual({ 1: "d0: I am the first domain\n" });
  });

  it("without a mark are the first domain's", () => {
    expect(apart("d1: two\n", "done\n", "d1 said\n", "\n")).toEqual({ 0: "done\nd1 said\n\n", 1: "two\n" });
  });
});
