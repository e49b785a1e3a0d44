import { beforeEach, describe, expect, it } from "vitest";
import { RAM } from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { CodeExtents, type Derived } from "../../../../emulator/cpu/code-extents";

const PAGE = 0x3000;

let state: State;
let extents: CodeExtents;
let stale: string[];
let newPages: number[];

beforeEach(() => {
  state = new State(1 << 20);
  stale = [];
  newPages = [];
  extents = new CodeExtents(state, (frame) => newPages.push(frame));
});

function derived(name: string, physical: number, length: number): Derived {
  const owner: Derived = { extents: [], isCompiled: false, stale: () => stale.push(name) };
  extents.add(owner, physical, length);
  return owner;
}

const isMarked = (physical: number): boolean =>
  ((state.u8[RAM + state.ramBytes + (physical >> 3)] ?? 0) & (1 << (physical & 7))) !== 0;

describe("what code was made from", () => {
  it("makes a page a code page once", () => {
    derived("a", PAGE + 5, 3);
    derived("b", PAGE + 500, 3);
    expect(newPages).toEqual([3]);
    expect([extents.isCode(3), extents.isCode(4)]).toEqual([true, false]);
  });

  it("marks its bytes in the code map and no others", () => {
    derived("a", PAGE + 62, 4);
    expect([61, 62, 65, 66].map((offset) => isMarked(PAGE + offset))).toEqual([false, true, true, false]);
  });

  it("is stale after a change to its first or last byte, not after one beside it", () => {
    derived("a", PAGE + 100, 10);
    extents.written(PAGE + 96, 4);
    extents.written(PAGE + 110, 4);
    expect(stale).toEqual([]);
    extents.written(PAGE + 109, 1);
    expect(stale).toEqual(["a"]);
  });

  it("leaves what lies in the same line alone", () => {
    derived("a", PAGE, 10);
    derived("b", PAGE + 10, 10);
    extents.written(PAGE + 3, 4);
    expect(stale).toEqual(["a"]);
  });

  it("is stale only once where it lies in several lines and pages", () => {
    const owner = derived("a", PAGE + 0xff0, 16);
    extents.add(owner, PAGE + 0x1000, 100);
    extents.written(PAGE + 0x1010, 80);
    extents.written(PAGE + 0xff0, 4);
    expect(stale).toEqual(["a"]);
    expect(owner.extents).toEqual([]);
  });

  it("clears the written bytes of the map, so that the next store to them is a plain one", () => {
    derived("a", PAGE + 100, 10);
    extents.written(PAGE + 100, 4);
    expect([99, 100, 103, 104].map((offset) => isMarked(PAGE + offset))).toEqual([false, false, false, true]);
  });

  it("tells bytes that were changed under code from others", () => {
    derived("a", PAGE + 100, 10);
    extents.written(PAGE + 104, 2);
    extents.written(PAGE + 200, 2);
    expect([100, 103, 104, 105, 106, 200].map((offset) => extents.isPatched(PAGE + offset, 1))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(extents.isPatched(PAGE + 100, 10)).toBe(true);
  });

  it("is forgotten without a word by clear", () => {
    derived("a", PAGE, 8);
    extents.clear();
    extents.written(PAGE, 8);
    expect(stale).toEqual([]);
    expect([extents.isCode(3), isMarked(PAGE)]).toEqual([false, false]);
  });
});
