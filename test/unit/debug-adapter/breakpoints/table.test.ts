import { describe, expect, it } from "vitest";
import type { Condition, MachineView } from "../../../../emulator/index";
import { parseHitCount } from "../../../../debug-adapter/breakpoints/hit-count";
import { allOf } from "../../../../debug-adapter/breakpoints/scope";
import { BreakpointTable, type Site } from "../../../../debug-adapter/breakpoints/table";

/** Remembers the conditions that the machine was given. */
class FakeMachine {
  readonly conditions = new Map<number, Condition | undefined>();
  setBreakpoint(linear: number, condition?: Condition): void {
    this.conditions.set(linear, condition);
  }
  clearBreakpoint(linear: number): void {
    this.conditions.delete(linear);
  }
  reach(linear: number): boolean {
    return this.conditions.get(linear)?.stops(view) ?? false;
  }
}

const view = {} as MachineView;
const when = (holds: boolean): Site => ({ condition: { stops: () => holds } });

describe("BreakpointTable", () => {
  it("shares an address among sites and knows which of them stopped the machine", () => {
    const machine = new FakeMachine();
    const table = new BreakpointTable(machine);
    const [no, yes] = [when(false), when(true)];
    table.add(0x100, no);
    table.add(0x100, yes);
    expect(machine.reach(0x100)).toBe(true);
    expect(table.hits).toEqual([yes]);
  });

  it("does not stop where no site's condition holds", () => {
    const machine = new FakeMachine();
    const table = new BreakpointTable(machine);
    table.add(0x100, when(false));
    expect(machine.reach(0x100)).toBe(false);
    expect(table.hits).toEqual([]);
  });

  it("takes the machine's breakpoint away with the last site", () => {
    const machine = new FakeMachine();
    const table = new BreakpointTable(machine);
    const [one, two] = [when(true), when(true)];
    table.add(0x100, one);
    table.add(0x100, two);
    table.remove(0x100, one);
    expect(machine.conditions.has(0x100)).toBe(true);
    table.remove(0x100, two);
    expect(machine.conditions.has(0x100)).toBe(false);
    table.remove(0x100, two);
  });
});

describe("allOf", () => {
  it("asks in order and stops asking at the first that fails", () => {
    const asked: string[] = [];
    const condition = (name: string, holds: boolean): Condition => ({
      stops: () => {
        asked.push(name);
        return holds;
      },
    });
    expect(allOf(condition("scope", false), undefined, condition("probe", true))?.stops(view)).toBe(false);
    expect(asked).toEqual(["scope"]);
    expect(allOf(undefined, undefined)).toBeUndefined();
  });
});

describe("parseHitCount", () => {
  it.each([
    ["3", { kind: "equal", count: 3 }],
    ["== 3", { kind: "equal", count: 3 }],
    [">= 10", { kind: "at-least", count: 10 }],
    [">2", { kind: "more", count: 2 }],
    ["< 5", { kind: "below", count: 5 }],
    ["<=5", { kind: "at-most", count: 5 }],
    ["% 4", { kind: "multiple", count: 4 }],
  ])("reads %j", (text, rule) => {
    expect(parseHitCount(text)).toEqual(rule);
  });

  it.each(["", "often", "0", "-1", "3 times", "=> 3"])("refuses %j", (text) => {
    expect(parseHitCount(text)).toBeUndefined();
  });
});
