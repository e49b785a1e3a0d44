import { describe, expect, it } from "vitest";
import type { LoggedTransfer, Transfer } from "../../../../emulator/index";
import { crossingAt, describeCrossing } from "../../../../debug-adapter/stack/crossing";
import { hypercallSlotAt } from "../../../../debug-adapter/stack/hypercall-page";
import { findTransfer, type InterruptFrame } from "../../../../debug-adapter/stack/transfers";

/** A hypercall page at 0x2000 with slot 29 filled, iret's slot, and `int 0x80` at 0x3000. */
const memory = new Uint8Array(0x4000);
memory.set([0xb8, 29, 0, 0, 0, 0xcd, 0x82, 0xc3], 0x2000 + 29 * 32);
memory.set([0x50, 0xb8, 23, 0, 0, 0, 0xcd, 0x82], 0x2000 + 23 * 32);
memory.set([0xcd, 0x80], 0x3000);
const readMemory = (address: number, length: number) => memory.subarray(address, address + length);

const transfer = (kind: Transfer["kind"], vector: number, fromCpl: number, fromEip: number): Transfer => ({
  kind,
  vector,
  fromCpl,
  toCpl: 0,
  fromEip,
  toEip: 0x9000,
});

describe("hypercallSlotAt", () => {
  it("recognises a slot from its start to its return", () => {
    const start = 0x2000 + 29 * 32;
    expect(hypercallSlotAt(start, readMemory)).toEqual({ number: 29, offset: 0, isIret: false });
    expect(hypercallSlotAt(start + 7, readMemory)).toEqual({ number: 29, offset: 7, isIret: false });
    expect(hypercallSlotAt(start + 9, readMemory)).toBeUndefined();
  });

  it("recognises iret's slot, which pushes EAX first", () => {
    expect(hypercallSlotAt(0x2000 + 23 * 32 + 8, readMemory)).toEqual({ number: 23, offset: 8, isIret: true });
  });

  it("takes no other code for one", () => {
    expect(hypercallSlotAt(0x3000, readMemory)).toBeUndefined();
  });
});

describe("describeCrossing", () => {
  const text = (eip: number, fromRing: number, toRing: number, entry?: Transfer, isEventCallback = false) =>
    describeCrossing(crossingAt({ eip, fromRing, toRing, entry, isEventCallback }, readMemory));

  it("names a hypercall by the slot that made it", () => {
    expect(text(0x2000 + 29 * 32 + 7, 1, 0)).toBe("── ring 1 → 0: hypercall 29 sched_op ──");
  });

  it("names software interrupts, exceptions and interrupts", () => {
    expect(text(0x3002, 3, 1)).toBe("── ring 3 → 1: int 0x80 ──");
    expect(text(0x100, 3, 0, transfer("exception", 14, 3, 0x100))).toBe("── ring 3 → 0: page fault ──");
    expect(text(0x100, 1, 0, transfer("interrupt", 0x20, 1, 0x100))).toBe("── ring 1 → 0: interrupt 0x20 ──");
    expect(text(0x100, 1, 0)).toBe("── ring 1 → 0: trap or interrupt ──");
  });

  it("names what the hypervisor handed on to the guest by its first cause", () => {
    expect(text(0x100, 3, 1, transfer("exception", 13, 3, 0x100))).toBe("── ring 3 → 1: general protection fault ──");
    expect(text(0x100, 1, 1, transfer("interrupt", 0x20, 1, 0x100))).toBe("── in ring 1: event upcall ──");
    expect(text(0x2000 + 29 * 32 + 7, 1, 1)).toBe("── in ring 1: event upcall ──");
    expect(text(0x100, 1, 1, undefined, true)).toBe("── in ring 1: event upcall ──");
  });
});

describe("the entry of an inner ring that a frame comes from", () => {
  const find = (entries: readonly LoggedTransfer[], frame: InterruptFrame) =>
    findTransfer((back) => entries[entries.length - 1 - back], frame)?.vector;
  const entry = (...how: Parameters<typeof transfer>): LoggedTransfer => ({ ...transfer(...how), esp: 0x8000 });

  it("is the latest from the interrupted instruction", () => {
    const entries = [
      entry("exception", 14, 3, 0x100),
      entry("interrupt", 0x20, 3, 0x100),
      entry("exception", 13, 1, 0x100),
    ];
    expect(find(entries, { eip: 0x100, ring: 3, slot: undefined })).toBe(0x20);
    expect(find(entries, { eip: 0x500, ring: 3, slot: undefined })).toBeUndefined();
  });

  it("is an INT when the frame returns after it", () => {
    const entries = [entry("int", 0x80, 3, 0x3000)];
    expect(find(entries, { eip: 0x3002, ring: 3, slot: undefined })).toBe(0x80);
    expect(find(entries, { eip: 0x3003, ring: 3, slot: undefined })).toBeUndefined();
  });

  it("is found by its place on the stack when a handler has changed the frame's EIP", () => {
    const entries = [entry("exception", 14, 3, 0x100)];
    expect(find(entries, { eip: 0x106, ring: 3, slot: 0x8004 })).toBe(14);
    expect(find(entries, { eip: 0x106, ring: 3, slot: 0x8010 })).toBeUndefined();
    expect(find(entries, { eip: 0x1000, ring: 3, slot: 0x8004 })).toBeUndefined();
  });
});
