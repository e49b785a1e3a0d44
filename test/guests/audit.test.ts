/**
 * The hypervisor's audit of its frames, which the fuzzer's verdict rests on: it passes on a machine that is whole, and
 * names what a fault has left. Each fault is put into the machine's memory where the guest calls for its first audit.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fieldOf } from "../../debug-adapter/awareness/layout";
import { StructRecord } from "../harness/struct-record";
import { type ReadMemory, SymbolImage } from "../../debug-adapter/symbols/index";
import { Machine } from "../../emulator/index";
import { dist } from "../harness/machines/machine";

const VMM_BUG = 2;
const PAGE_SHIFT = 12;

/** Where the hypervisor keeps its frame table (vmm/config.h); what is in it, its debug information tells. */
const FRAME_TABLE = 0xf8000000;
const ALLOCATED = 3;
/** Type in the top three bits of `type_info`, its count in the low 22. */
const enum FrameType {
  L1 = 1,
  L2 = 2,
  L3 = 3,
  Writable = 7,
}
const USES = 0x3fffff;

/** A VMM frame, which is loaded at 1 MiB. */
const VMM_FRAME = 0x100;
const PRESENT = 1;
const PRESENT_WRITABLE = 3;
/** The last entry of an L2. */
const LAST_ENTRY = 511;
/** The first entry of slot 3's L2 that is the hypervisor's. */
const VMM_L2_FIRST = 428;
const CANARY_WORD = 77;
/** What the audit takes of the heap for each frame. */
const TALLY_BYTES = 12;

const kernel = new Uint8Array(readFileSync(join(dist, "vmm.elf")));
const symbols = SymbolImage.load(kernel);

const offsetOf = (structure: string, field: string): number => {
  const found = fieldOf(symbols, structure, field);
  if (!found) throw new Error(`struct ${structure} has no ${field}`);
  return found.offset;
};
const COUNT = offsetOf("frame", "count");
const TYPE_INFO = offsetOf("frame", "type_info");
const LINEAR = offsetOf("frame", "linear");
const FRAME_BYTES = 16;

class Audited {
  private log = "";
  readonly machine = new Machine({
    memoryBytes: 64 << 20,
    onSerial: (port, bytes) => {
      if (port === 1) this.log += Buffer.from(bytes).toString("latin1");
    },
  });

  /** Stands where the second domain calls for its first audit. */
  constructor() {
    const module = (name: string, words: string) => ({
      bytes: new Uint8Array(readFileSync(join(dist, `sample-guests/pv/${name}.elf`))),
      commandLine: `${name} ${words}`,
    });
    const modules = [module("unknown-hypercall", ""), module("fuzz", "8")];
    this.machine.boot(kernel, { commandLine: "vmm audit=1", modules });
    const linear = this.addressOf("do_audit");
    this.machine.setBreakpoint(linear);
    expect(this.machine.run()).toEqual({ kind: "breakpoint", linear });
    this.machine.clearBreakpoint(linear);
  }

  addressOf(name: string): number {
    const symbol = symbols.symbolNamed(name);
    if (!symbol) throw new Error(`${name} is not in the hypervisor`);
    return symbol.address;
  }

  readonly readLinear: ReadMemory = (linear, length) => this.machine.memory.readLinear(linear, length);

  read(linear: number): number {
    return this.machine.memory.readDword(linear) ?? 0;
  }

  write(linear: number, value: number): void {
    const bytes = new Uint8Array(new Uint32Array([value]).buffer);
    expect(this.machine.memory.writeLinear(linear, bytes)).toBe(bytes.length);
  }

  /** The new value. */
  add(linear: number, value: number): number {
    this.write(linear, this.read(linear) + value);
    return this.read(linear);
  }

  /** The second domain's struct domain. */
  domain(): StructRecord {
    const read = this.readLinear;
    const first = StructRecord.at(symbols, read, "domain", this.read(this.addressOf("domain_list")));
    const all = [first, StructRecord.at(symbols, read, "domain", first?.word("next") ?? 0)];
    const second = all.find((domain) => domain?.word("id") === 1);
    if (!second) throw new Error("there is no second domain");
    return second;
  }

  /** Linear address of a frame's entry in the frame table. */
  frame(mfn: number): number {
    return FRAME_TABLE + FRAME_BYTES * mfn;
  }

  /** The frames of the second domain that are used as `type`. */
  framesOf(type: FrameType): number[] {
    const all = Array.from({ length: this.read(this.addressOf("frame_limit")) }, (_, mfn) => mfn);
    return all.filter((mfn) => {
      const info = this.read(this.frame(mfn) + TYPE_INFO);
      if (info >>> 29 !== type || (info & USES) === 0) return false;
      const frame = StructRecord.at(symbols, this.readLinear, "frame", this.frame(mfn));
      return frame?.word("use") === ALLOCATED && frame.word("owner") === 1;
    });
  }

  frameOf(type: FrameType): number {
    const [mfn] = this.framesOf(type);
    if (mfn === undefined) throw new Error("the domain has no such frame");
    return mfn;
  }

  /** How many frames the audit itself holds while it counts. */
  framesOfAudit(): number {
    return Math.ceil((TALLY_BYTES * this.read(this.addressOf("frame_limit"))) / (1 << PAGE_SHIFT));
  }

  /** The lower half of an entry of a page table. */
  entry(table: number, index: number): number {
    const bytes = this.machine.memory.readPhysical((table << PAGE_SHIFT) + 8 * index, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  setEntry(table: number, index: number, low: number): void {
    this.machine.memory.writePhysical((table << PAGE_SHIFT) + 8 * index, new Uint8Array(new Uint32Array([low]).buffer));
  }

  /** The first present entry of a page table that names a frame for which `wanted` holds; -1 without one. */
  entryOf(table: number, wanted: (mfn: number) => boolean): number {
    return Array.from({ length: LAST_ENTRY + 1 }, (_, index) => this.entry(table, index)).findIndex(
      (low) => low & PRESENT && wanted(low >>> PAGE_SHIFT),
    );
  }

  /** The L1 table that maps a frame, and the entry that does. */
  mappingOf(mfn: number): [table: number, index: number] {
    const mappings = this.framesOf(FrameType.L1).map((table): [number, number] => [
      table,
      this.entryOf(table, (named) => named === mfn),
    ]);
    const found = mappings.find(([, index]) => index >= 0);
    if (!found) throw new Error("the domain does not map the frame");
    return found;
  }

  /** How the machine ended, and what the log's last line says. */
  end(): { value: number | undefined; said: string } {
    const stop = this.machine.run();
    return {
      value: stop.kind === "exit" ? stop.value : undefined,
      said: this.log.trimEnd().split(/\r?\n/).at(-1) ?? "",
    };
  }
}

const hex = (number: number): string => number.toString(16);

/** What is done to the machine, and what the audit says of it. */
type Fault = [what: string, make: (a: Audited) => string];

const counts: Fault[] = [
  [
    "a reference that was never dropped",
    (a) => {
      const mfn = a.frameOf(FrameType.Writable);
      const count = a.add(a.frame(mfn) + COUNT, 1);
      return `frame ${hex(mfn)} of d1, a writable page: ${count} references are noted, ${count - 1} are there`;
    },
  ],
  [
    "a use that was dropped twice",
    (a) => {
      const mfn = a.frameOf(FrameType.L1);
      const uses = (a.add(a.frame(mfn) + TYPE_INFO, 1) & USES) >>> 0;
      return `frame ${hex(mfn)} of d1, an L1 table: ${uses} uses are noted, ${uses - 1} are there`;
    },
  ],
  [
    "a linear page table that is not there",
    (a) => {
      const mfn = a.frameOf(FrameType.L2);
      // A half-word: the other half counts the entries of a table that is not whole.
      const linear = a.add(a.frame(mfn) + LINEAR, 1) & 0xffff;
      return `frame ${hex(mfn)} of d1, an L2 table: ${linear} linear entries are noted, ${linear - 1} are there`;
    },
  ],
  [
    "a free frame too many",
    (a) => {
      const free = a.add(a.addressOf("frames_free"), 1) - a.framesOfAudit();
      return `${free} free frames are noted, ${free - 1} are there`;
    },
  ],
  [
    "a page too many in a domain's allowance",
    (a) => {
      const pages = a.add(a.domain().address + offsetOf("domain", "nr_pages"), 1);
      return `d1: ${pages} pages are noted, ${pages - 1} are there`;
    },
  ],
];

const contents: Fault[] = [
  [
    "an L1 entry that maps the hypervisor",
    (a) => {
      const table = a.frameOf(FrameType.L1);
      const index = a.entryOf(table, () => true);
      a.setEntry(table, index, (VMM_FRAME << PAGE_SHIFT) | PRESENT_WRITABLE);
      return `entry ${index} of an L1 table, frame ${hex(table)}, names frame ${hex(VMM_FRAME)}, which is not d1's`;
    },
  ],
  [
    "an L1 entry that maps a page table writable",
    (a) => {
      const target = a.frameOf(FrameType.L3);
      const [table, index] = a.mappingOf(target);
      a.setEntry(table, index, (target << PAGE_SHIFT) | PRESENT_WRITABLE);
      return `entry ${index} of an L1 table, frame ${hex(table)}, names frame ${hex(target)}, which is an L3 table`;
    },
  ],
  [
    "an L3 entry whose slot is not its L2's",
    (a) => {
      const table = a.frameOf(FrameType.L3);
      a.setEntry(table, 1, a.entry(table, 3));
      const target = hex(a.entry(table, 3) >>> PAGE_SHIFT);
      return `entry 1 of an L3 table, frame ${hex(table)}, names frame ${target}, which is an L2 table of slot 3`;
    },
  ],
  [
    "a slot 3 that maps the hypervisor otherwise",
    (a) => {
      const mfn = a.entry(a.frameOf(FrameType.L3), 3) >>> PAGE_SHIFT;
      a.setEntry(mfn, VMM_L2_FIRST, 0);
      return `the L2 of slot 3, frame ${hex(mfn)}, does not map the VMM as it is`;
    },
  ],
  [
    "a console page that the hypervisor has mapped and does not hold",
    (a) => {
      const ring = a.domain().word("console_ring") ?? 0;
      const mfn = (a.machine.memory.translate(ring).physical ?? 0) >>> PAGE_SHIFT;
      a.write(a.frame(mfn) + TYPE_INFO, 0);
      return `the VMM maps frame ${hex(mfn)} at ${hex(ring)} without holding it as a writable page`;
    },
  ],
  [
    "a word of the hypervisor's data that nobody may write",
    (a) => {
      const word = a.add(a.addressOf("canary") + 4 * CANARY_WORD, 1);
      return `the canary's word ${CANARY_WORD} is ${hex(word)}, not ${hex(word - 1)}`;
    },
  ],
  [
    "a changed instruction of the hypervisor",
    (a) => {
      a.add(a.addressOf("do_set_gdt"), 1);
      return "the VMM's code or constants have changed";
    },
  ],
];

describe("the audit", () => {
  it("passes on a machine that nothing was done to", () => {
    expect(new Audited().end()).toEqual({ value: 0, said: "d1: gone" });
  });

  it.each([...counts, ...contents])("names %s, and the machine ends with 2", (_what, make) => {
    const audited = new Audited();
    const expected = make(audited);
    const { value, said } = audited.end();
    expect(said).toMatch(/^audit: /);
    expect(said).toContain(expected);
    expect(value).toBe(VMM_BUG);
  });
});
