import { Vector } from "../base/arch";
import { RAM, RECORDS, S } from "../base/layout";
import { Reason } from "../base/reasons";
import type { State } from "../base/state";
import { type Decoder, MAX_LENGTH } from "../isa/decode";
import type { Insn } from "../isa/insn";
import { endsBlock, isRepeated } from "../isa/queries";
import type { MemorySystem } from "../memory/memory-system";
import type { CodeCache } from "./code-cache";
import type { Mode } from "./mode";
import { BlockWriter } from "./tier0/block";
import { MAX_BLOCK, RECORD_BYTES } from "./tier0/record";

const PAGE = 4096;
/** A guard, a mark, the instructions, and the end of a cut block. */
export const MOST_RECORDS = MAX_BLOCK + 3;

/** What a fetch found: where the code is, and the instructions decoded from it. */
interface Run {
  insns: Insn[];
  physical: number;
  /** The physical address of the bytes after the page end, or -1 when there are none. */
  second: number;
}

/**
 * Finds or makes the block of records at CS:EIP. Every method answers 0 after
 * raising the fault of a fetch that cannot be made: #PF, or #GP(0) beyond the
 * CS limit.
 */
export class Fetcher {
  /** The bytes of an instruction that is not wholly in one page of RAM. */
  private readonly straddling = new Uint8Array(2 * MAX_LENGTH);

  /** @param marks linear addresses of instructions; each begins a block, after a mark */
  constructor(
    private readonly state: State,
    private readonly memory: MemorySystem,
    private readonly cache: CodeCache,
    private readonly decoder: Decoder,
    private readonly writer: BlockWriter,
    private readonly marks: Pick<ReadonlySet<number>, "has">,
  ) {}

  /** The block at CS:EIP. */
  find(mode: Mode): number {
    const linear = this.linear(mode);
    const table = this.cache.knownTable(mode.slot, linear >>> 12);
    const known = table === 0 ? this.refill(mode, linear) : this.cache.entry(table, linear & 0xfff);
    if (known > 0) return known;
    return known < 0 ? 0 : this.make(mode, linear);
  }

  /**
   * Enters a page in the exec TLB. What was decoded from the page before a flush is found again in this way.
   * @returns the block's record, 0 where there is none, or -1 after raising the fault of the fetch
   */
  private refill(mode: Mode, linear: number): number {
    if (this.state.get(S.Eip) > mode.csLimit) return 0;
    if (this.translate(mode, linear) < 0) return -1;
    return this.cache.entry(this.cache.knownTable(mode.slot, linear >>> 12), linear & 0xfff);
  }

  /**
   * Where a byte of an instruction is: by the exec TLB, or else by a walk, after which the exec TLB holds the page. So
   * the effect of a page table that was changed without INVLPG does not depend on how the code is cut into blocks.
   * @returns the physical address, perhaps beyond RAM, which the exec TLB never holds; -1 after raising #PF
   */
  private translate(mode: Mode, linear: number): number {
    const page = linear >>> 12;
    const known = this.cache.frameOf(this.cache.knownTable(mode.slot, page));
    if (known !== undefined) return known * PAGE + (linear & (PAGE - 1));
    const { mmu, paging, physical } = this.memory;
    const at = mmu.translateFetch(linear);
    if (at >= 0 && paging.large) this.memory.tlb.noteLarge(page);
    if (at >= 0 && physical.holds(at)) this.cache.table(mode.slot, page, at >>> 12, paging.global);
    return at;
  }

  /** Does the same as `find` where the page is in the exec TLB; else answers 0 without a fault. */
  findQuietly(mode: Mode): number {
    return this.cache.knownTable(mode.slot, this.linear(mode) >>> 12) === 0 ? 0 : this.find(mode);
  }

  /**
   * Is called when the guard at `record` found its block's second page mapped differently, or not in the exec TLB.
   * Enters the page, and makes the block anew where it is another page.
   * @returns false after raising the fault of the fetch
   */
  revalidate(mode: Mode, record: number): boolean {
    const linear = this.linear(mode);
    const next = ((linear | (PAGE - 1)) + 1) >>> 0;
    if (this.translate(mode, next) < 0) return false;
    if (this.cache.knownTable(mode.slot, next >>> 12) === BlockWriter.guarded(this.state, record)) return true;
    return this.make(mode, linear) !== 0;
  }

  /** Drops the entry at CS:EIP if it is `record`: a straddling block that a store to its second page made stale. */
  forget(mode: Mode, record: number): void {
    const linear = this.linear(mode);
    const table = this.cache.knownTable(mode.slot, linear >>> 12);
    if (table !== 0 && this.cache.entry(table, linear & 0xfff) === record) this.cache.enter(table, linear & 0xfff, 0);
  }

  /**
   * A block of at most `count` instructions that is used once.
   * @param pass whether to leave out the mark before the first one
   */
  scratchBlock(mode: Mode, count: number, pass = false): number {
    const linear = this.linear(mode);
    const run = this.fetch(mode, linear, count);
    if (!run) return 0;
    this.state.counters.scratchBlocks++;
    this.cache.dropScratch();
    if (pass) this.writer.write(RECORDS, run.insns);
    else this.write(RECORDS, linear, run);
    // A repeated instruction may write to itself, and its next iteration is then another instruction.
    if (run.insns.length > 1 || isRepeated(run.insns[0]))
      this.note(run, (physical, length) => this.cache.noteScratch(physical, length));
    return RECORDS;
  }

  private linear(mode: Mode): number {
    return (mode.csBase + this.state.get(S.Eip)) >>> 0;
  }

  private make(mode: Mode, linear: number): number {
    this.cache.reserve(MOST_RECORDS);
    const run = this.fetch(mode, linear, MAX_BLOCK);
    if (!run) return 0;
    if (!this.memory.physical.holds(run.physical)) return this.scratchBlock(mode, 1);
    this.state.counters.blocks++;
    return run.second < 0 ? this.enter(mode, linear, run) : this.enterStraddling(mode, linear, run);
  }

  private enter(mode: Mode, linear: number, run: Run): number {
    const { cache } = this;
    const table = cache.knownTable(mode.slot, linear >>> 12);
    const offset = linear & 0xfff;
    const record = cache.place(table, offset, this.records(linear, run));
    this.write(record, linear, run);
    this.note(run, (physical, length) => cache.noteBlock(table, offset, physical, length));
    cache.enter(table, offset, record);
    return record;
  }

  /** Enters one instruction that crosses a page end. It is valid while the second page is mapped as it is now. */
  private enterStraddling(mode: Mode, linear: number, run: Run): number {
    const { cache } = this;
    const page = linear >>> 12;
    const nextPage = (page + 1) & 0xfffff;
    if (!this.memory.physical.holds(run.second)) return this.scratchBlock(mode, 1);
    const second = cache.knownTable(mode.slot, nextPage);
    const table = cache.knownTable(mode.slot, page);
    // All tables may have been dropped when the second page took the last one.
    if (table === 0) return this.scratchBlock(mode, 1);
    const offset = linear & 0xfff;
    const record = cache.place(table, offset, 1 + this.records(linear, run));
    this.writer.writeGuard(record, run.insns[0].eip, cache.execEntry(mode.slot, nextPage), second);
    this.write(record + RECORD_BYTES, linear, run);
    this.note(run, (physical, length) => cache.noteBlock(table, offset, physical, length));
    cache.enter(table, offset, record);
    return record;
  }

  /** The number of records that `write` takes at most. */
  private records(linear: number, { insns }: Run): number {
    return BlockWriter.records(insns) + (this.marks.has(linear) ? 1 : 0);
  }

  /** Writes the block that begins at `linear`, with its mark. */
  private write(record: number, linear: number, { insns }: Run): void {
    const isMarked = this.marks.has(linear);
    if (isMarked) this.writer.writeMark(record, insns[0].eip);
    this.writer.write(isMarked ? record + RECORD_BYTES : record, insns);
  }

  /** Calls `note` for each piece of RAM that the run was decoded from. */
  private note(run: Run, note: (physical: number, length: number) => void): void {
    const first = run.insns[0];
    const last = run.insns[run.insns.length - 1];
    const bytes = last.eip + last.length - first.eip;
    const { physical } = this.memory;
    if (!physical.holds(run.physical)) return;
    if (run.second < 0) return note(run.physical, bytes);
    const inFirst = PAGE - (run.physical & (PAGE - 1));
    note(run.physical, inFirst);
    if (physical.holds(run.second)) note(run.second, bytes - inFirst);
  }

  /**
   * At most `count` instructions from an offset in a flat CS up to a block's end, where the exec TLB holds the page; or
   * one instruction alone that crosses the page end, where the exec TLB holds both pages. Raises no fault.
   */
  peek(mode: Mode, eip: number, count = MAX_BLOCK): Insn[] | undefined {
    const table = this.cache.knownTable(mode.slot, eip >>> 12);
    const frame = table === 0 ? undefined : this.cache.frameOf(table);
    if (frame === undefined || eip > mode.csLimit) return undefined;
    const insns = this.decodeRun(mode, eip, eip, frame * PAGE + (eip & (PAGE - 1)), count);
    return insns.length > 0 ? insns : this.peekStraddling(mode, eip, frame);
  }

  private peekStraddling(mode: Mode, eip: number, frame: number): Insn[] | undefined {
    const second = this.cache.frameOf(this.cache.knownTable(mode.slot, ((eip >>> 12) + 1) & 0xfffff));
    const inFirst = PAGE - (eip & (PAGE - 1));
    const allowed = Math.min(2 * MAX_LENGTH, mode.csLimit - eip + 1);
    if (second === undefined || inFirst >= allowed) return undefined;
    const { u8 } = this.state;
    for (let n = 0; n < allowed; n++) {
      const at = n < inFirst ? frame * PAGE + PAGE - inFirst + n : second * PAGE + n - inFirst;
      this.straddling[n] = u8[RAM + at];
    }
    const insn = this.decoder.decode(this.straddling, 0, allowed, eip | 0, mode.big);
    if (!insn) return undefined;
    this.writer.prepare(insn, mode);
    return [insn];
  }

  /** Whether the instruction at an offset in a flat CS is marked. */
  isMarked(eip: number): boolean {
    return this.marks.has(eip);
  }

  // ---- decoding

  private fetch(mode: Mode, linear: number, count: number): Run | undefined {
    const eip = this.state.get(S.Eip);
    if (eip > mode.csLimit) return this.refuse();
    const physical = this.translate(mode, linear);
    if (physical < 0) return undefined;
    if (!this.memory.physical.holds(physical)) return this.fetchStraddling(mode, linear, physical);
    const insns = this.decodeRun(mode, eip, linear, physical, count);
    if (insns.length > 0) return { insns, physical, second: -1 };
    return this.fetchStraddling(mode, linear, physical);
  }

  /** The instructions that are wholly in the page and within the CS limit. */
  private decodeRun(mode: Mode, eip: number, linear: number, physical: number, count: number): Insn[] {
    const insns: Insn[] = [];
    const start = RAM + physical;
    const end = Math.min(start + PAGE - (physical & (PAGE - 1)), start + (mode.csLimit - eip) + 1);
    let at = start;
    while (insns.length < count) {
      if (insns.length > 0 && this.marks.has(linear + at - start)) break;
      const insn = this.decoder.decode(this.state.u8, at, end, (eip + at - start) | 0, mode.big);
      if (!insn || (insns.length > 0 && isRepeated(insn))) break;
      this.writer.prepare(insn, mode);
      insns.push(insn);
      at += insn.length;
      if (endsBlock(insn)) break;
    }
    return insns;
  }

  /** One instruction whose bytes cross the page end, or are where there is no RAM (and read as ones). */
  private fetchStraddling(mode: Mode, linear: number, physical: number): Run | undefined {
    const ram = this.memory.physical;
    const eip = this.state.get(S.Eip);
    const inFirst = PAGE - (linear & (PAGE - 1));
    const allowed = Math.min(2 * MAX_LENGTH, mode.csLimit - eip + 1);
    for (let n = 0; n < Math.min(inFirst, allowed); n++) this.straddling[n] = ram.read8(physical + n);
    if (inFirst < allowed) {
      const alone = this.decodeStraddling(mode, inFirst);
      if (alone) return { insns: [alone], physical, second: -1 };
      const second = this.translate(mode, (linear + inFirst) >>> 0);
      if (second < 0) return undefined;
      for (let n = inFirst; n < allowed; n++) this.straddling[n] = ram.read8(second + n - inFirst);
      const insn = this.decodeStraddling(mode, allowed);
      return insn ? { insns: [insn], physical, second } : this.refuse();
    }
    const insn = this.decodeStraddling(mode, allowed);
    return insn ? { insns: [insn], physical, second: -1 } : this.refuse();
  }

  private decodeStraddling(mode: Mode, end: number): Insn | undefined {
    const insn = this.decoder.decode(this.straddling, 0, end, this.state.get(S.Eip) | 0, mode.big);
    if (insn) this.writer.prepare(insn, mode);
    return insn;
  }

  private refuse(): undefined {
    this.state.set(S.FaultReason, Reason.InstructionPointerLimit);
    this.state.raise(Vector.Gp, 0);
    return undefined;
  }
}
