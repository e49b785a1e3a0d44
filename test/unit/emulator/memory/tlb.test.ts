import { beforeEach, describe, expect, it } from "vitest";
import { Pte } from "../../../../emulator/base/arch";
import { RAM, S, TLB_BYTES, TLB_DATA, TLB_KIND, TlbKind } from "../../../../emulator/base/layout";
import { Touch } from "../../../../emulator/memory/watches";
import { ALL_PAGES, LOCAL_PAGES, ringClass } from "../../../../emulator/memory/tlb";
import { RWU, Tables } from "./tables";

const AT = 0x9000;

let t: Tables;
beforeEach(() => {
  t = new Tables(false);
  t.map(AT, 0x7000 | RWU);
  t.map(AT + 0x1000, 0x8000 | RWU | Pte.G);
});

const entry = (linear: number, ring: number, write: number): number =>
  t.state.get(TLB_DATA + (ring * 2 + write) * TLB_BYTES + (linear >>> 12) * 4);
const read = (linear: number, ring = 0): number => t.memory.mmu.load(linear, 4, ring);
const write = (linear: number, ring = 0): void => t.memory.mmu.store(linear, 1, 4, ring);

describe("filling", () => {
  it("makes an entry from which the host address follows", () => {
    read(AT);
    expect((entry(AT, 0, 0) + AT + 0x234 - 1) >>> 0).toBe(RAM + 0x7234);
  });

  it("fills the read table alone until the page is dirty", () => {
    read(AT);
    expect(entry(AT, 0, 1)).toBe(0);
    write(AT);
    expect(entry(AT, 0, 1)).toBe(entry(AT, 0, 0));
  });

  it("keeps the ring classes apart", () => {
    write(AT, 1);
    expect([entry(AT, 0, 1), entry(AT, 2, 1)]).toEqual([0, 0]);
    expect(entry(AT, 1, 1)).not.toBe(0);
  });

  it("stays out of pages beyond the ring's limit, which the slow path still reaches", () => {
    t.memory.tlb.setRingLimit(1, 0x8fff);
    t.memory.physical.write32(0x7000, 77);
    expect(read(AT, 1)).toBe(77);
    expect(entry(AT, 1, 0)).toBe(0);
  });

  it("a lower limit empties the tables of that ring class", () => {
    read(AT, 1);
    read(AT, 0);
    t.memory.tlb.setRingLimit(1, 0x8fff);
    expect(entry(AT, 1, 0)).toBe(0);
    expect(entry(AT, 0, 0)).not.toBe(0);
  });

  it("stays out of pages beyond RAM", () => {
    t.map(AT, 0xf0000000 | RWU);
    expect(read(AT)).toBe(0xffffffff);
    expect(entry(AT, 0, 0)).toBe(0);
  });

  it("gives code pages noting entries and tells of each change", () => {
    const changes: number[] = [];
    t.memory.physical.tracker = {
      isCode: (frame) => frame === 7,
      hits: () => false,
      written: (at, length) => changes.push(at, length),
    };
    write(AT + 8);
    write(AT + 12);
    write(AT + 12);
    expect(entry(AT, 0, 1) & TLB_KIND).toBe(TlbKind.Noting);
    expect(t.memory.tlb.host(AT, 0, 1)).toBe(0);
    expect(t.memory.tlb.address(AT + 8, 0, 1)).toBe(RAM + 0x7008);
    expect(changes).toEqual([0x7008, 1, 0x700c, 1]);
  });

  it("noteCode turns the write entries of a page into noting ones, in all tables", () => {
    write(AT, 0);
    write(AT, 2);
    write(AT + 0x1000, 0);
    t.memory.tlb.noteCode(7);
    expect([entry(AT, 0, 1) & TLB_KIND, entry(AT, 2, 1) & TLB_KIND]).toEqual([TlbKind.Noting, TlbKind.Noting]);
    expect(entry(AT + 0x1000, 0, 1) & TLB_KIND).toBe(TlbKind.Plain);
    expect(entry(AT, 0, 0) & TLB_KIND).toBe(TlbKind.Plain);
  });
});

describe("watched pages", () => {
  const watches = () => t.memory.watches;

  it("have watched entries in the write tables when writes are watched", () => {
    const watch = { linear: AT + 8, length: 4, touches: Touch.Write };
    watches().add(watch);
    write(AT, 0);
    expect([entry(AT, 0, 0) & TLB_KIND, entry(AT, 0, 1) & TLB_KIND]).toEqual([TlbKind.Plain, TlbKind.Watched]);
    expect([t.memory.tlb.host(AT, 0, 1), t.memory.tlb.address(AT, 0, 1)]).toEqual([0, RAM + 0x7000]);
  });

  it("have watched entries in all tables when reads are watched: a read-modify-write goes by the write table", () => {
    watches().add({ linear: AT + 8, length: 4, touches: Touch.Read });
    write(AT, 0);
    expect([entry(AT, 0, 0) & TLB_KIND, entry(AT, 0, 1) & TLB_KIND]).toEqual([TlbKind.Watched, TlbKind.Watched]);
  });

  it("have a write entry of their own kind when they become code, or are", () => {
    watches().add({ linear: AT, length: 1, touches: Touch.Write });
    write(AT, 0);
    t.memory.tlb.noteCode(7);
    expect(entry(AT, 0, 1) & TLB_KIND).toBe(TlbKind.WatchedCode);
    t.memory.physical.tracker = { isCode: () => true, hits: () => false, written: () => undefined };
    write(AT + 0x1000, 0);
    watches().add({ linear: AT + 0x1000, length: 1, touches: Touch.Write });
    t.memory.tlb.rewatch({ linear: AT + 0x1000, length: 1, touches: Touch.Write });
    write(AT + 0x1000, 0);
    expect(entry(AT + 0x1000, 0, 1) & TLB_KIND).toBe(TlbKind.WatchedCode);
  });

  it("keep what is filled when a watch comes and goes, stale or not: rewatch flags it", () => {
    const watch = { linear: AT + 0xfff, length: 2, touches: Touch.Write };
    write(AT, 0);
    write(AT + 0x1000, 2);
    const filled = (): number[] => [entry(AT, 0, 0), entry(AT, 0, 1), entry(AT + 0x1000, 2, 1)];
    const before = filled();
    const flag = TlbKind.Watched - TlbKind.Plain;
    watches().add(watch);
    t.memory.tlb.rewatch(watch);
    expect(filled().map((now, n) => now - (before[n] ?? 0))).toEqual([0, flag, flag]);
    watches().remove(watch);
    t.memory.tlb.rewatch(watch);
    expect(filled()).toEqual(before);
  });
});

describe("flushing", () => {
  it("flushLocal keeps global pages", () => {
    read(AT);
    read(AT + 0x1000);
    t.memory.tlb.flushLocal();
    expect(entry(AT, 0, 0)).toBe(0);
    expect(entry(AT + 0x1000, 0, 0)).not.toBe(0);
  });

  it("flushAll takes global pages too", () => {
    read(AT + 0x1000);
    t.memory.tlb.flushAll();
    expect(entry(AT + 0x1000, 0, 0)).toBe(0);
  });

  it("flushPage takes one page from every table, global or not", () => {
    read(AT);
    write(AT + 0x1000, 2);
    t.memory.tlb.flushPage(AT + 0x1fff);
    expect([entry(AT + 0x1000, 2, 0), entry(AT + 0x1000, 2, 1)]).toEqual([0, 0]);
    expect(entry(AT, 0, 0)).not.toBe(0);
  });

  it("flushPage takes all pieces of a large page", () => {
    t.pde(0x00800000 | RWU | Pte.Ps);
    read(0x3000);
    read(0x200000);
    t.memory.tlb.flushPage(0x100000);
    expect([entry(0x3000, 0, 0), entry(0x200000, 0, 0)]).toEqual([0, 0]);
  });

  it("a stale translation stays in use until it is flushed", () => {
    t.memory.physical.write32(0x7000, 1);
    t.memory.physical.write32(0x8000, 2);
    read(AT);
    t.map(AT, 0x8000 | RWU);
    expect(read(AT)).toBe(1);
    t.memory.tlb.flushPage(AT);
    expect(read(AT)).toBe(2);
  });

  it("tells the owner of the exec TLB", () => {
    const seen: number[] = [];
    t.memory.tlb.onFlush = (linear) => seen.push(linear);
    t.memory.tlb.flushPage(AT);
    t.memory.tlb.flushLocal();
    t.memory.tlb.flushAll();
    expect(seen).toEqual([AT, LOCAL_PAGES, ALL_PAGES]);
  });

  it("works when more pages were filled than the lists hold", () => {
    t.state.set(S.Cr0, 1);
    for (let page = 0; page < 4096; page++) read(page << 12, page & 1);
    for (let round = 0; round < 5; round++) {
      for (let page = 0; page < 4096; page++) {
        t.memory.tlb.flushPage(page << 12);
        read(page << 12);
      }
    }
    t.memory.tlb.flushAll();
    for (let page = 0; page < 4096; page++) expect(entry(page << 12, 0, 0)).toBe(0);
  });
});

it("rings 0, 1-2 and 3 are the three classes", () => {
  expect([0, 1, 2, 3].map((cpl) => ringClass(cpl))).toEqual([0, 1, 1, 2]);
});

it("select points at the tables of the ring", () => {
  t.memory.tlb.select(3);
  expect([t.state.get(S.TlbRead), t.state.get(S.TlbWrite)]).toEqual([
    TLB_DATA + 4 * TLB_BYTES,
    TLB_DATA + 5 * TLB_BYTES,
  ]);
});

it("a store to a code page sees a flush and the ring it comes from", () => {
  t.memory.physical.tracker = { isCode: () => true, hits: () => false, written: () => undefined };
  write(AT);
  t.map(AT, 0x8000 | Pte.P | Pte.Rw);
  write(AT + 4);
  expect(t.memory.physical.read32(0x7004)).toBe(1);
  t.memory.tlb.flushPage(AT);
  write(AT + 4);
  expect(t.memory.physical.read32(0x8004)).toBe(1);
  write(AT + 8, 2);
  expect(t.fault()).toBe("#14(7) at 0x9008");
});
