import { describe, expect, it } from "vitest";
import type { Machine } from "../../../../emulator/index";
import { Code, machineWith } from "./guest-code";

const TABLES = 0x10000;
const PAGE = 4096;

function words(machine: Machine, physical: number, ...values: number[]): void {
  values.forEach((value, i) =>
    machine.memory.writePhysical(physical + i * 4, new Uint8Array(Uint32Array.of(value).buffer)),
  );
}

/** Turns paging on with CR3 = TABLES (and CR4 first): mov eax, cr3 value; mov cr3, eax; mov cr4; mov cr0. */
function paged(cr4: number, tables: (machine: Machine) => void): Machine {
  const code = new Code().hex("b8").dword(cr4).hex("0f22e0").hex("b8").dword(TABLES).hex("0f22d8");
  const machine = machineWith(code.hex("b8").dword(0x80000011).hex("0f22c0 ebfe"));
  tables(machine);
  machine.run({ instructions: 8 });
  expect(machine.registers.get("cr0") >>> 31).toBe(1);
  return machine;
}

/** 32-bit paging: the first 4 MiB identically but page 5, 4 MiB at 0xc0000000 as one page. */
const paged32 = (): Machine =>
  paged(0x10, (machine) => {
    words(machine, TABLES, (TABLES + PAGE) | 7);
    words(machine, TABLES + 0x300 * 4, 0x83);
    for (let page = 0; page < 1024; page++) if (page !== 5) words(machine, TABLES + PAGE + page * 4, (page << 12) | 3);
  });

/** PAE: the first 2 MiB as one page, one 4 KiB page at 0x40000000 that ring 3 may write. */
const pagedPae = (): Machine =>
  paged(0x20, (machine) => {
    words(machine, TABLES, (TABLES + PAGE) | 1, 0, (TABLES + 2 * PAGE) | 1, 0);
    words(machine, TABLES + PAGE, 0x83, 0);
    words(machine, TABLES + 2 * PAGE, (TABLES + 3 * PAGE) | 7, 0);
    words(machine, TABLES + 3 * PAGE, 0x00110007, 0);
  });

describe("memory without paging", () => {
  it("has nothing below physical address 0", () => {
    const { memory } = machineWith(new Code().hex("ebfe"));
    expect([memory.writePhysical(-1, Uint8Array.of(1, 2)), memory.readPhysical(-4, 10)]).toEqual([0, new Uint8Array()]);
  });

  it("is read and written up to the end of RAM", () => {
    const { memory } = machineWith(new Code().hex("ebfe"));
    const end = 4 << 20;
    expect(memory.writeLinear(end - 2, Uint8Array.of(1, 2, 3))).toBe(2);
    expect([...memory.readLinear(end - 2, 10)]).toEqual([1, 2]);
    expect(memory.readLinear(end, 4)).toHaveLength(0);
    expect(memory.translate(0xfffff000)).toEqual({ physical: 0xfffff000, levels: [], writable: true, user: true });
  });

  it("takes a patch of running code", () => {
    const machine = machineWith(new Code().hex("40 ebfd"));
    machine.run({ instructions: 1000 });
    machine.memory.writeLinear(machine.pc, Uint8Array.of(0xf4));
    expect(machine.run().kind).toBe("halted");
  });
});

describe("memory under 32-bit paging", () => {
  it("ends at the first page that is not mapped", () => {
    const { memory } = paged32();
    expect(memory.readLinear(5 * PAGE - 4, 16)).toHaveLength(4);
    expect(memory.writeLinear(5 * PAGE, Uint8Array.of(1))).toBe(0);
    expect(memory.readDword(5 * PAGE - 2)).toBeUndefined();
  });

  it("shows each entry of a walk, and where it ended", () => {
    const { memory } = paged32();
    expect(memory.translate(0x5123)).toEqual({
      physical: undefined,
      levels: [
        { level: 2, address: TABLES, low: expect.any(Number) as number, high: 0 },
        { level: 1, address: TABLES + PAGE + 5 * 4, low: 0, high: 0 },
      ],
      writable: false,
      user: false,
    });
  });

  it("translates a 4 MiB page", () => {
    const { physical, levels, writable, user } = paged32().memory.translate(0xc0123456);
    expect([physical, levels.length, writable, user]).toEqual([0x123456, 1, true, false]);
  });

  it("is read without setting accessed bits", () => {
    const { memory } = paged32();
    const pte = TABLES + PAGE + 0x80 * 4;
    memory.readLinear(0x80000, 16);
    memory.writeLinear(0x80000, Uint8Array.of(1));
    expect(memory.readPhysical(pte, 1)[0]).toBe(3);
  });

  it("wraps no read past the end of the linear space", () => {
    expect(paged32().memory.readLinear(0xffffffff, 4)).toHaveLength(0);
  });
});

describe("memory under PAE paging", () => {
  it("walks three levels with their physical addresses", () => {
    const { physical, levels, writable, user } = pagedPae().memory.translate(0x40000abc);
    expect([physical, writable, user]).toEqual([0x110abc, true, true]);
    expect(levels.map(({ level, address }) => [level, address])).toEqual([
      [3, TABLES + 8],
      [2, TABLES + 2 * PAGE],
      [1, TABLES + 3 * PAGE],
    ]);
  });

  it("translates a 2 MiB page", () => {
    const { physical, levels } = pagedPae().memory.translate(0x100020);
    expect([physical, levels.length]).toEqual([0x100020, 2]);
  });

  it("ends at a missing PDPTE", () => {
    const { physical, levels } = pagedPae().memory.translate(0x80000000);
    expect([physical, levels.length]).toEqual([undefined, 1]);
  });

  it("reads a dword across two pages", () => {
    const { memory } = pagedPae();
    memory.writeLinear(0x1ffe, Uint8Array.of(1, 2, 3, 4));
    expect(memory.readDword(0x1ffe)).toBe(0x04030201);
  });
});
