import { describe, expect, it } from "vitest";
import { Cr0, Efer, PfError, Pte } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { WALK_OK } from "../../../../emulator/memory/paging";
import { DebugWalker } from "../../../../emulator/machine/debug-walk";
import type { Walk } from "../../../../emulator/machine/api";
import { RWU, Tables } from "../memory/tables";

const AT = 0x9000;

const walkOf = ({ state, memory }: Tables, linear: number): Walk =>
  new DebugWalker(state, memory.physical).walk(linear);

describe.each([
  ["32-bit paging", false, [2, 1]],
  ["PAE paging", true, [3, 2, 1]],
] as const)("%s", (_, pae, levels) => {
  it("shows each level of a walk", () => {
    const t = new Tables(pae);
    t.map(AT, 0x7000 | Pte.P | Pte.Us);
    const walk = walkOf(t, AT + 0x123);
    expect(walk).toMatchObject({ physical: 0x7123, writable: false, user: true });
    expect(walk.levels.map((level) => level.level)).toEqual(levels);
    expect(walk.levels.at(-1)).toMatchObject({ address: t.pteAt(AT), low: 0x7000 | Pte.P | Pte.Us });
  });

  it("ends where an entry is not present", () => {
    const t = new Tables(pae);
    t.pde(0);
    const walk = walkOf(t, AT);
    expect(walk).toMatchObject({ physical: undefined, writable: false, user: false });
    expect(walk.levels.at(-1)).toMatchObject({ level: 2, address: t.pdeAt, low: 0 });
  });

  it("sets no accessed bit", () => {
    const t = new Tables(pae);
    t.map(AT, 0x7000 | RWU);
    walkOf(t, AT);
    expect(t.memory.physical.read32(t.pteAt(AT))).toBe(0x7000 | RWU);
    expect(t.state.get(S.Fault)).toBe(0);
  });

  it("finds what the processor finds on random entries, and shows entries with reserved bits too", () => {
    const t = new Tables(pae);
    t.state.set(S.Efer, Efer.Nxe);
    let seed = 12345;
    let reserved = 0;
    const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
    for (let round = 0; round < 2000; round++) {
      const large = (random() >>> 16) % 4 === 0 ? Pte.Ps : 0;
      const spoil = (random() >>> 16) % 3 === 0 ? 1 << ((random() >>> 16) % 31) : 0;
      t.pde((large ? 0x00800000 : pae ? 0x5000 : 0x2000) | RWU | large | (spoil & 0x3e0000), spoil & 0x10);
      t.map(AT, 0x7000 | ((random() >>> 16) & 7), (random() >>> 16) % 3 === 0 ? spoil & 0xf : 0);
      const walk = walkOf(t, AT + 0x345);
      const result = t.memory.paging.walk(AT + 0x345, 0);
      if (result === WALK_OK) expect(walk.physical).toBe(t.memory.paging.frame * 4096 + 0x345);
      else if ((result & PfError.Rsvd) === 0) expect(walk.physical).toBeUndefined();
      else reserved++;
    }
    expect(reserved).toBeGreaterThan(0);
  });
});

it("without paging is the identity with no level", () => {
  const t = new Tables(false);
  t.state.set(S.Cr0, Cr0.Pe);
  expect(walkOf(t, 0xfffff123)).toMatchObject({ physical: 0xfffff123, levels: [], writable: true });
});

it("shows a PDPTE as the processor loaded it", () => {
  const t = new Tables(true);
  t.memory.physical.write32(0x3000, 0);
  expect(walkOf(t, AT).levels[0]).toMatchObject({ level: 3, address: 0x3000, low: 0x4000 | Pte.P });
});

describe("a walk that is made again", () => {
  it.each([false, true])("reads entries and registers anew, PAE %s", (pae) => {
    const t = new Tables(pae);
    const walker = new DebugWalker(t.state, t.memory.physical);
    t.map(AT, 0x7000 | RWU);
    expect(walker.physicalOf(AT + 4)).toBe(0x7004);
    t.map(AT, 0x8000 | RWU);
    expect(walker.physicalOf(AT + 4)).toBe(0x8004);
    t.pde(0);
    expect(walker.physicalOf(AT + 4)).toBe(-1);
    if (pae) t.state.set(S.Pdpte, 0);
    else t.state.set(S.Cr3, 0x6000);
    expect(walker.walk(AT).levels.at(-1)?.low).toBe(0);
    t.state.set(S.Cr0, Cr0.Pe);
    expect(walker.physicalOf(AT + 4)).toBe(AT + 4);
  });
});
