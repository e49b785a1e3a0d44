import { beforeEach, describe, expect, it } from "vitest";
import { Cr0, Efer, PfError, Pte } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { Access, WALK_OK } from "../../../../emulator/memory/paging";
import { RWU, Tables } from "./tables";

const AT = 0x9000;
const [P, Rw, Us, A, D, Ps, G] = [Pte.P, Pte.Rw, Pte.Us, Pte.A, Pte.D, Pte.Ps, Pte.G] as const;
const [W, U, Rsvd, I] = [PfError.W, PfError.U, PfError.Rsvd, PfError.I] as const;
const NX = 0x80000000;

let t: Tables;

describe.each([
  ["32-bit paging", false],
  ["PAE paging", true],
] as const)("%s", (_, pae) => {
  beforeEach(() => {
    t = new Tables(pae);
  });

  const walk = (access: number): number => t.memory.paging.walk(AT + 0x123, access);

  it("finds a 4 KiB page", () => {
    t.map(AT, 0x7000 | RWU);
    expect(walk(Access.Read)).toBe(WALK_OK);
    expect([t.memory.paging.frame, t.memory.paging.large]).toEqual([7, false]);
  });

  describe.each([
    ["supervisor read", Access.Read, 0],
    ["supervisor write", Access.Write, W],
    ["user read", Access.User, U],
    ["user write", Access.User | Access.Write, U | W],
  ] as const)("%s", (_name, access, code) => {
    it("of an absent page tells no P", () => {
      t.map(AT, 0x7000 | Rw | Us);
      expect(walk(access)).toBe(code);
    });

    it("without a directory entry tells no P", () => {
      t.map(AT, 0x7000 | RWU);
      t.pde(0);
      expect(walk(access)).toBe(code);
    });
  });

  it.each([
    ["user", "a supervisor page", P | Rw, Access.User, P | U],
    ["user write", "a read-only page", P | Us, Access.User | Access.Write, P | U | W],
    ["user read", "a read-only page", P | Us, Access.User, WALK_OK],
    ["supervisor read", "a user page", P | Us, Access.Read, WALK_OK],
    ["supervisor write", "a read-only page without WP", P, Access.Write, WALK_OK],
  ])("%s on %s", (_access, _page, rights, access, expected) => {
    t.map(AT, 0x7000 | rights);
    expect(walk(access)).toBe(expected);
  });

  it("with WP a supervisor may not write read-only pages", () => {
    t.state.set(S.Cr0, t.state.get(S.Cr0) | Cr0.Wp);
    t.map(AT, 0x7000 | P | Us);
    expect(walk(Access.Write)).toBe(P | W);
    expect(walk(Access.Read)).toBe(WALK_OK);
  });

  it.each([
    ["R/W", P | Us, Access.User | Access.Write, P | U | W],
    ["U/S", P | Rw, Access.User, P | U],
  ])("the directory's %s counts as the page's", (_, rights, access, expected) => {
    t.map(AT, 0x7000 | RWU);
    t.pde((pae ? 0x5000 : 0x2000) | rights);
    expect(walk(access)).toBe(expected);
  });

  describe("accessed and dirty", () => {
    const pte = (): number => t.memory.physical.read32(t.pteAt(AT)) & (A | D);
    const pde = (): number => t.memory.physical.read32(t.pdeAt) & (A | D);

    it("a read sets A at both levels and no D", () => {
      t.map(AT, 0x7000 | RWU);
      walk(Access.Read);
      expect([pde(), pte()]).toEqual([A, A]);
    });

    it("a write sets D in the page's entry alone", () => {
      t.map(AT, 0x7000 | RWU);
      walk(Access.Write);
      expect([pde(), pte()]).toEqual([A, A | D]);
    });

    it("an access that faults sets nothing", () => {
      t.map(AT, 0x7000 | P);
      walk(Access.User | Access.Write);
      expect([pde(), pte()]).toEqual([0, 0]);
    });

    it("tells a page as writable only once it is dirty", () => {
      t.map(AT, 0x7000 | RWU);
      walk(Access.Read);
      expect(t.memory.paging.writable).toBe(false);
      walk(Access.Write);
      expect(t.memory.paging.writable).toBe(true);
    });
  });

  it("tells global pages", () => {
    t.map(AT, 0x7000 | RWU | G);
    walk(Access.Read);
    expect(t.memory.paging.global).toBe(true);
  });

  it("without paging is the identity", () => {
    t.state.set(S.Cr0, Cr0.Pe);
    expect(walk(Access.User | Access.Write)).toBe(WALK_OK);
    expect(t.memory.paging.frame).toBe(9);
  });

  it("a fetch shows no I bit without NXE", () => {
    expect(walk(Access.Fetch)).toBe(0);
  });

  it("tables beyond RAM read as ones", () => {
    t.pde(0xf0000000 | RWU);
    // An entry of ones is present; under PAE its high dword has reserved bits.
    expect(walk(Access.Read)).toBe(pae ? P | Rsvd : WALK_OK);
  });
});

describe("4 MiB pages", () => {
  beforeEach(() => {
    t = new Tables(false);
  });

  it("take the low 22 bits from the linear address", () => {
    t.pde(0x00800000 | RWU | Ps);
    expect(t.memory.paging.walk(0x123456, Access.Write)).toBe(WALK_OK);
    expect([t.memory.paging.frame, t.memory.paging.large]).toEqual([0x923, true]);
    expect(t.memory.physical.read32(0x1000)).toBe(0x00800000 | RWU | Ps | A | D);
  });

  it("take bits 13-16 of the entry as address bits 32-35", () => {
    t.pde(0x00800000 | RWU | Ps | (5 << 13));
    t.memory.paging.walk(0, Access.Read);
    expect(t.memory.paging.frame).toBe(0x500800);
  });

  it("have reserved bits 17-21", () => {
    t.pde(0x00800000 | RWU | Ps | (1 << 17));
    expect(t.memory.paging.walk(0, Access.Read)).toBe(P | Rsvd);
  });

  it("are tables without CR4.PSE", () => {
    t.state.set(S.Cr4, 0);
    t.pde(0x2000 | RWU | Ps);
    t.map(AT, 0x7000 | RWU);
    t.memory.paging.walk(AT, Access.Read);
    expect(t.memory.paging.frame).toBe(7);
  });
});

describe("PAE alone", () => {
  beforeEach(() => {
    t = new Tables(true);
  });

  it("2 MiB pages take the low 21 bits from the linear address", () => {
    t.pde(0x00a00000 | RWU | Ps);
    expect(t.memory.paging.walk(0x123456, Access.Read)).toBe(WALK_OK);
    expect([t.memory.paging.frame, t.memory.paging.large]).toEqual([0xb23, true]);
  });

  it("frames have 24 bits", () => {
    t.map(AT, 0x7000 | RWU, 0xf);
    t.memory.paging.walk(AT, Access.Read);
    expect(t.memory.paging.frame).toBe(0xf00007);
  });

  it.each([
    ["bit 36 of a PTE", 0, 0x10],
    ["bit 62 of a PTE", 0, 0x40000000],
    ["NX of a PTE without NXE", 0, NX],
  ])("%s is reserved", (_, low, high) => {
    t.map(AT, 0x7000 | RWU | low, high);
    expect(t.memory.paging.walk(AT, Access.User)).toBe(P | U | Rsvd);
  });

  it.each([
    ["bit 36 of a PDE", 0x5000 | RWU, 0x10],
    ["bit 13 of a 2 MiB page", 0x00a02000 | RWU | Ps, 0],
  ])("%s is reserved", (_, low, high) => {
    t.pde(low, high);
    expect(t.memory.paging.walk(AT, Access.Write)).toBe(P | W | Rsvd);
  });

  it("an absent entry's reserved bits do not count", () => {
    t.map(AT, 0, 0xffffffff);
    expect(t.memory.paging.walk(AT, Access.Read)).toBe(0);
  });

  it.each([
    ["the PTE", 0, NX],
    ["the PDE", NX, 0],
  ])("NX in %s forbids fetches and nothing else", (_, pdeHigh, pteHigh) => {
    t.state.set(S.Efer, Efer.Nxe);
    t.pde(0x5000 | RWU, pdeHigh);
    t.map(AT, 0x7000 | RWU, pteHigh);
    expect(t.memory.paging.walk(AT, Access.Fetch | Access.User)).toBe(P | U | I);
    expect(t.memory.paging.walk(AT, Access.User | Access.Write)).toBe(WALK_OK);
  });

  it("an absent PDPTE tells no P", () => {
    expect(t.memory.paging.walk(0x40000000, Access.Fetch)).toBe(0);
  });

  it("uses the PDPTEs that were loaded, not those in memory", () => {
    t.map(AT, 0x7000 | RWU);
    t.memory.physical.write32(0x3000, 0);
    expect(t.memory.paging.walk(AT, Access.Read)).toBe(WALK_OK);
  });

  it.each([
    ["bit 1", 0x2, 0],
    ["bit 5", 0x20, 0],
    ["bit 8", 0x100, 0],
    ["bit 36", 0, 0x10],
    ["bit 63", 0, NX],
  ])("%s of a present PDPTE is reserved: nothing is loaded", (_, low, high) => {
    t.memory.physical.write32(0x3008, 0x8000 | P | low);
    t.memory.physical.write32(0x300c, high);
    expect(t.memory.paging.loadPdptes(0x3000)).toBe(false);
    expect(t.state.get(S.Pdpte + 8)).toBe(0);
  });

  it("PDPTEs stand at multiples of 32 bytes", () => {
    t.memory.physical.write32(0x3020, 0x6000 | P);
    expect(t.memory.paging.loadPdptes(0x303f)).toBe(true);
    expect(t.state.get(S.Pdpte)).toBe(0x6000 | P);
  });
});
