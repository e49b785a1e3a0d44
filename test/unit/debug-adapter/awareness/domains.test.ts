import { describe, expect, it } from "vitest";
import { readDomains } from "../../../../debug-adapter/awareness/domains";
import { StructRecord } from "../../../../debug-adapter/awareness/record";
import type { ElfSymbol, ImageSymbols, ReadMemory, Type } from "../../../../debug-adapter/symbols/index";

const scalar = (size: number): Type => ({ kind: "base", name: `u${8 * size}`, size, encoding: "unsigned" });
const pointer: Type = { kind: "pointer", size: 4, target: { kind: "void" } };
const array = (element: Type, count: number): Type => ({ kind: "array", element, count });

/** A structure whose members follow one another in the order given. */
function struct(name: string, members: Record<string, [offset: number, type: Type]>, size: number): Type {
  const list = Object.entries(members).map(([n, [offset, type]]) => ({
    name: n,
    type,
    offset,
    bits: undefined,
  }));
  return { kind: "struct", name, size, members: list, isIncomplete: false };
}

const TYPES: Record<string, Type> = {
  "struct domain": struct(
    "domain",
    {
      id: [0, scalar(4)],
      next: [4, pointer],
      privileged: [8, scalar(1)],
      dying: [9, scalar(1)],
      nr_pages: [12, scalar(4)],
      max_pages: [16, scalar(4)],
      shared_info: [20, pointer],
      evtchns: [24, pointer],
      vcpu: [28, array(pointer, 2)],
    },
    36,
  ),
  "struct vcpu": struct("vcpu", { id: [0, scalar(4)], info: [4, pointer], blocked: [8, scalar(1)] }, 12),
  "struct vcpu_info": struct(
    "vcpu_info",
    { evtchn_upcall_pending: [0, scalar(1)], evtchn_upcall_mask: [1, scalar(1)] },
    2,
  ),
  "struct shared_info": struct(
    "shared_info",
    { evtchn_pending: [0, array(scalar(4), 2)], evtchn_mask: [8, array(scalar(4), 2)] },
    16,
  ),
  "struct evtchn": struct(
    "evtchn",
    {
      state: [0, scalar(1)],
      virq: [1, scalar(1)],
      remote_domain: [2, scalar(2)],
      remote_port: [4, scalar(2)],
    },
    8,
  ),
};

const BASE = 0xf8000000;
const LIST = BASE;
const CURRENT = BASE + 4;

/** Memory of 4 KiB at BASE, filled with words at offsets from it. */
function machine(words: Record<number, number>): { symbols: ImageSymbols; read: ReadMemory } {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  for (const [offset, word] of Object.entries(words)) view.setUint32(Number(offset), word, true);
  const addresses: Record<string, number> = { domain_list: LIST, current: CURRENT };
  const symbols = {
    typeNamed: (name: string) => TYPES[name],
    symbolNamed: (name: string): ElfSymbol | undefined => {
      const address = addresses[name];
      return address === undefined ? undefined : { name, address, size: 4, kind: "object", isGlobal: true };
    },
  } as unknown as ImageSymbols;
  const read: ReadMemory = (address, length) =>
    address < BASE ? undefined : bytes.subarray(address - BASE, Math.min(address - BASE + length, 4096));
  return { symbols, read };
}

/** Domain 1 at 0x100 and after it domain 0 at 0x200, whose vCPU at 0x300 runs; the channels of domain 0 at 0x400, its shared page at 0x700. */
const TWO_DOMAINS = {
  0: BASE + 0x100,
  4: BASE + 0x300,
  ...{ 0x100: 1, 0x104: BASE + 0x200, 0x108: 0x100, 0x10c: 16, 0x110: 32 },
  ...{
    0x200: 0,
    0x208: 1,
    0x20c: 64,
    0x210: 64,
    0x214: BASE + 0x700,
    0x218: BASE + 0x400,
    0x21c: BASE + 0x300,
  },
  ...{ 0x300: 0, 0x304: BASE + 0x380, 0x308: 1, 0x380: 0x0101 },
  ...{ 0x408: 4 | (2 << 8), 0x410: 2 | (1 << 16), 0x414: 7, 0x540: 1 | (5 << 16) },
  ...{ 0x700: 1 << 1, 0x708: 1 << 2, 0x70c: 1 << 8 },
};

describe("readDomains", () => {
  const { symbols, read } = machine(TWO_DOMAINS);
  const domains = readDomains(symbols, read);

  it("follows the list and sorts by id", () => {
    expect(domains.map((d) => [d.id, d.pointer - BASE, d.isPrivileged, d.isDying, d.pages, d.maxPages])).toEqual([
      [0, 0x200, true, false, 64, 64],
      [1, 0x100, false, true, 16, 32],
    ]);
  });

  it("reads the vCPUs that exist, with their event flags and which one runs", () => {
    expect(domains.map((d) => d.vcpus)).toEqual([
      [
        {
          id: 0,
          pointer: BASE + 0x300,
          isCurrent: true,
          isBlocked: true,
          upcallPending: true,
          upcallMasked: true,
        },
      ],
      [],
    ]);
  });

  it("reads the channels that are not closed, with what their kind has", () => {
    const nothing = { virq: undefined, remoteDomain: undefined, remotePort: undefined };
    expect(domains[0]?.channels).toEqual([
      { ...nothing, port: 1, kind: "virq", virq: 2, isPending: true, isMasked: false },
      {
        ...nothing,
        port: 2,
        kind: "interdomain",
        remoteDomain: 1,
        remotePort: 7,
        isPending: false,
        isMasked: true,
      },
      { ...nothing, port: 40, kind: "unbound", remoteDomain: 5, isPending: false, isMasked: true },
    ]);
  });

  it("ends at a list that runs in a ring", () => {
    const ring = machine({ 0: BASE + 0x100, 0x104: BASE + 0x100 });
    expect(readDomains(ring.symbols, ring.read)).toHaveLength(256);
  });

  it("gives nothing before the hypervisor has any, and for an image without its structures", () => {
    const empty = machine({});
    expect(readDomains(empty.symbols, empty.read)).toEqual([]);
    const foreign = { typeNamed: () => undefined, symbolNamed: () => undefined } as unknown as ImageSymbols;
    expect(readDomains(foreign, read)).toEqual([]);
  });
});

describe("StructRecord", () => {
  it("is none for a null pointer", () => {
    const { symbols, read } = machine({});
    expect(StructRecord.at(symbols, read, "domain", 0)).toBeUndefined();
  });

  it("has no value for a member that is no word, is missing or is not mapped", () => {
    const { symbols, read } = machine({});
    const record = StructRecord.at(symbols, read, "domain", BASE + 4096 - 8);
    expect([record?.word("vcpu"), record?.word("nothing"), record?.word("nr_pages"), record?.word("next")]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
  });
});
