import { Counters } from "./counters";
import { NO_ERROR_CODE, RAM, S, SEG_SIZE, SegField } from "./layout";
import { Flag, type Gpr, type Seg, type Vector } from "./arch";

/** Bytes of one WebAssembly page. */
const WASM_PAGE = 65536;
/** The map is read in words of 16 bits, of which the last may reach beyond its end. */
const MAP_SLACK = 8;

/**
 * The machine's one memory with its typed views. It is plain data, and has no behaviour beyond naming what layout.ts
 * lays out.
 */
export class State {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
  readonly counters: Counters;

  /** @param ramBytes guest RAM, a multiple of 64 KiB */
  constructor(readonly ramBytes: number) {
    const mapPages = Math.ceil((ramBytes / 8 + MAP_SLACK) / WASM_PAGE);
    const pages = (RAM + ramBytes) / WASM_PAGE + mapPages;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.view = new DataView(buffer);
    this.counters = new Counters(this.u32);
    this.set(S.CodeMap, RAM + ramBytes - (RAM >>> 3));
    this.set(S.RamEnd, RAM + ramBytes);
    this.set(S.FaultBudget, -1);
  }

  /** An unsigned state word; `at` is an S offset. */
  get(at: number): number {
    return this.u32[at >> 2];
  }

  set(at: number, value: number): void {
    this.u32[at >> 2] = value;
  }

  gpr(index: Gpr): number {
    return this.u32[(S.Gpr >> 2) + index];
  }

  setGpr(index: Gpr, value: number): void {
    this.u32[(S.Gpr >> 2) + index] = value;
  }

  /** One field of a descriptor cache. */
  seg(index: Seg, field: SegField): number {
    return this.u32[(S.Seg + index * SEG_SIZE + field) >> 2];
  }

  setSeg(index: Seg, field: SegField, value: number): void {
    this.u32[(S.Seg + index * SEG_SIZE + field) >> 2] = value;
  }

  /** EFLAGS as PUSHF shows it: the stored bits, and the arithmetic flags from (Fres, Fco). */
  eflags(): number {
    const fres = this.i32[S.Fres >> 2];
    const fco = this.i32[S.Fco >> 2];
    let flags = this.get(S.Eflags) & ~Flag.Arith;
    if (fco < 0) flags |= Flag.Cf;
    if ((fco ^ (fco << 1)) < 0) flags |= Flag.Of;
    if (fco & 8) flags |= Flag.Af;
    if (fres === 0) flags |= Flag.Zf;
    if (((fres >>> 31) ^ fco) & 1) flags |= Flag.Sf;
    let parity = (fres ^ (fco >>> 8)) & 0xff;
    parity ^= parity >> 4;
    if (!((0x6996 >> (parity & 15)) & 1)) flags |= Flag.Pf;
    return (flags | Flag.Fixed1) >>> 0;
  }

  /** Sets all of EFLAGS, including the arithmetic flags. The caller masks what its instruction may change. */
  setEflags(flags: number): void {
    this.set(S.Eflags, (flags & ~Flag.Arith) | Flag.Fixed1);
    const zf = flags & Flag.Zf;
    const fres = zf ? 0 : 1;
    let fco = 0;
    if (flags & Flag.Cf) fco |= 0x80000000;
    const cf = flags & Flag.Cf ? 1 : 0;
    const of = flags & Flag.Of ? 1 : 0;
    if (cf ^ of) fco |= 0x40000000;
    if (flags & Flag.Af) fco |= 8;
    if (flags & Flag.Sf) fco |= 1;
    // The parity of Fres alone is even for 0 and odd for 1. The delta byte corrects it.
    const evenNow = fres === 0;
    if (evenNow !== ((flags & Flag.Pf) !== 0)) fco |= 1 << 8;
    this.i32[S.Fres >> 2] = fres;
    this.i32[S.Fco >> 2] = fco;
  }

  /** Notes an exception for the core to deliver. The instruction in progress must not have changed anything. */
  raise(vector: Vector, errorCode: number = NO_ERROR_CODE): void {
    this.set(S.Fault, 1);
    this.set(S.FaultVector, vector);
    this.set(S.FaultError, errorCode);
  }
}
