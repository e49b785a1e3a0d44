import { Desc, Seg, SysType, Vector } from "../../emulator/base/arch";
import { RAM, S, SegField } from "../../emulator/base/layout";
import { State } from "../../emulator/base/state";
import { Cpu } from "../../emulator/cpu/cpu";
import { CpuStop } from "../../emulator/cpu/wiring";
import {
  type Batch,
  type Case,
  CODE_BASE,
  CODE_MAX,
  codeArea,
  FLAT_CS,
  FLAT_DS,
  type Outcome,
  READ_ONLY_BASE,
  READ_ONLY_BYTES,
  WINDOW_BASE,
  WINDOW_BYTES,
  windowDigest,
} from "./batch";
import { CaseCompiler, IDLE_CODE } from "./case-compiler";
import { descriptor, LDT } from "./segments";

/** Runs batches on our processor: ring 3, paging on, the linear space laid out as the native runner's. */

/** Physical addresses. */
const enum P {
  Directory = 0x1000,
  KernelTable = 0x2000,
  CodeTable = 0x3000,
  WindowTable = 0x4000,
  /** Everything of the kernel's, one page each, mapped in this order from KERNEL_BASE. */
  Gdt = 0x10000,
  Idt = 0x11000,
  Tss = 0x12000,
  Ldt = 0x13000,
  /** Byte v is the HLT that vector v ends at. */
  Handlers = 0x14000,
  Stack = 0x15000,
  KernelEnd = 0x16000,
  Window = 0x20000,
  Code = 0x200000,
  RamEnd = 0x400000,
}

/** Linear address of P.Gdt: high, where the native program has no pages either. */
const KERNEL_BASE = 0xf0000000;
const linearOf = (physical: number): number => KERNEL_BASE + physical - P.Gdt;

const KERNEL_CS = 0x10;
const KERNEL_DS = 0x18;
const TSS_SELECTOR = 0x40;
const LDT_SELECTOR = 0x50;
const TSS_BYTES = 0x68;
const HLT = 0xf4;
const INTERRUPT_FLAG = 0x200;
/** Instructions that a case may take: REP counts each iteration, and delivery ends in one HLT. */
const BUDGET = 2000;

/** How many instructions one call of `Cpu.run` is given, case by case: stepping must come out as running does. */
const STRIDES = [BUDGET, BUDGET, 1, BUDGET, BUDGET, 2, BUDGET];

const flat = (type: number, dpl: number): number => 0x00c09000 | (type << 8) | (dpl << 13);

/** GDT entries by selector: high dwords of flat descriptors. */
const GDT: [selector: number, high: number][] = [
  [KERNEL_CS, flat(0xb, 0) | 0x000f0000],
  [KERNEL_DS, flat(0x3, 0) | 0x000f0000],
  [FLAT_CS & ~3, flat(0xb, 3) | 0x000f0000],
  [FLAT_DS & ~3, flat(0x3, 3) | 0x000f0000],
  // The segment whose limit tells a program its processor's number: read-only, expand-down.
  [0x78, 0x0040f500],
];

interface Cache {
  base: number;
  limit: number;
  rights: number;
  valid: number;
}

const NULL_CACHE: Cache = { base: 0, limit: 0, rights: 0, valid: 0 };

/** The descriptor cache that a selector loads (vol. 3A, 3.4.3). */
function cacheOf(selector: number): Cache {
  if ((selector & ~3) === 0) return NULL_CACHE;
  const entry = selector & 4 ? LDT[selector >> 3] : undefined;
  const [low, high] = entry ? descriptor(entry) : [0xffff, GDT.find(([at]) => at === (selector & ~3))?.[1] ?? 0];
  const raw = (low & 0xffff) | (high & 0xf0000);
  const limit = high & Desc.G ? (raw << 12) | 0xfff : raw;
  return { base: entry?.base ?? 0, limit: limit >>> 0, rights: high & Desc.Rights, valid: 1 };
}

const SEGMENTS = [
  [Seg.Es, "es"],
  [Seg.Cs, "cs"],
  [Seg.Ss, "ss"],
  [Seg.Ds, "ds"],
  [Seg.Fs, "fs"],
  [Seg.Gs, "gs"],
] as const;

/** Linear address of IDLE_CODE, after all cases' code. */
const IDLE = CODE_BASE + CODE_MAX - 0x10;

export class EmulatedHost {
  /** On the compiled engine each case's code is compiled before it runs. */
  readonly compiler: CaseCompiler | undefined;
  private readonly state = new State(P.RamEnd);
  private readonly cpu: Cpu;
  private readonly caches = new Map<number, Cache>();
  /** The window's RAM as words. */
  private readonly window: Int32Array;
  private before = new Int32Array(WINDOW_BYTES / 4);

  constructor(engine: "interpreter" | "compiled" = "interpreter") {
    const { state } = this;
    this.cpu = new Cpu({
      state,
      ports: { read: () => 0xffffffff, write: () => undefined },
      interrupts: { pending: () => false, acknowledge: () => 0 },
      now: () => 0,
    });
    if (engine === "compiled") this.compiler = new CaseCompiler(this.cpu);
    this.window = new Int32Array(state.memory.buffer, RAM + P.Window, WINDOW_BYTES / 4);
    this.writePageTables();
    this.writeTables();
    this.enableProtection();
  }

  /** Runs a batch; the window is left as the last case left it, for `windowBytes`. */
  run(batch: Batch): Outcome[] {
    const { physical } = this.cpu.memory;
    const area = codeArea(batch);
    area.set(IDLE_CODE, IDLE - CODE_BASE);
    // Places that were written to have to be hotter to be compiled again.
    this.cpu.forgetCode();
    area.forEach((byte, n) => {
      if (this.state.u8[RAM + P.Code + n] !== byte) physical.write8(P.Code + n, byte);
    });
    this.state.u8.set(batch.window, RAM + P.Window);
    this.state.u8.set(batch.readOnly, RAM + P.Window + WINDOW_BYTES);
    this.before = new Int32Array(batch.window.slice().buffer);
    return batch.cases.map((test, n) => {
      this.window.set(this.before);
      return this.runCase(
        test,
        batch.addresses[test.code] ?? 0,
        STRIDES[((batch.first ?? 0) + n) % STRIDES.length] ?? BUDGET,
      );
    });
  }

  windowBytes(): Uint8Array {
    return this.state.u8.slice(RAM + P.Window, RAM + P.Window + WINDOW_BYTES);
  }

  private write32(physical: number, value: number): void {
    this.state.view.setUint32(RAM + physical, value, true);
  }

  private read32(physical: number): number {
    return this.state.view.getUint32(RAM + physical, true);
  }

  private writePageTables(): void {
    const [present, writable, user] = [1, 2, 4];
    const directory = (linear: number, table: number): void => {
      this.write32(P.Directory + (linear >>> 22) * 4, table | present | writable | user);
    };
    const pages = (table: number, linear: number, physical: number, bytes: number, rights: number): void => {
      for (let at = 0; at < bytes; at += 0x1000) {
        this.write32(table + (((linear + at) >>> 12) & 0x3ff) * 4, (physical + at) | present | rights);
      }
    };
    directory(KERNEL_BASE, P.KernelTable);
    directory(CODE_BASE, P.CodeTable);
    directory(WINDOW_BASE, P.WindowTable);
    pages(P.KernelTable, KERNEL_BASE, P.Gdt, P.KernelEnd - P.Gdt, writable);
    pages(P.CodeTable, CODE_BASE, P.Code, CODE_MAX, user);
    pages(P.WindowTable, WINDOW_BASE, P.Window, WINDOW_BYTES, user | writable);
    pages(P.WindowTable, READ_ONLY_BASE, P.Window + WINDOW_BYTES, READ_ONLY_BYTES, user);
  }

  private writeTables(): void {
    for (const [selector, high] of GDT) {
      this.write32(P.Gdt + selector, 0xffff);
      this.write32(P.Gdt + selector + 4, high);
    }
    LDT.forEach((entry, n) => {
      const [low, high] = descriptor(entry);
      this.write32(P.Ldt + n * 8, low);
      this.write32(P.Ldt + n * 8 + 4, high);
    });
    for (let vector = 0; vector < 256; vector++) {
      const dpl = vector === Vector.Bp || vector === Vector.Of ? 3 : 0;
      const handler = linearOf(P.Handlers) + vector;
      this.write32(P.Idt + vector * 8, (KERNEL_CS << 16) | (handler & 0xffff));
      this.write32(
        P.Idt + vector * 8 + 4,
        (handler & 0xffff0000) | 0x8000 | (dpl << 13) | (SysType.InterruptGate32 << 8),
      );
      this.state.u8[RAM + P.Handlers + vector] = HLT;
    }
    this.write32(P.Tss + 4, linearOf(P.KernelEnd));
    this.write32(P.Tss + 8, KERNEL_DS);
    // The I/O map lies beyond the limit: no port is allowed.
    this.write32(P.Tss + 0x64, TSS_BYTES << 16);
  }

  private enableProtection(): void {
    const { state } = this;
    state.set(S.GdtrBase, linearOf(P.Gdt));
    state.set(S.GdtrLimit, 0x7f);
    state.set(S.IdtrBase, linearOf(P.Idt));
    state.set(S.IdtrLimit, 0x7ff);
    this.setSegment(Seg.Tr, TSS_SELECTOR, {
      base: linearOf(P.Tss),
      limit: TSS_BYTES - 1,
      rights: 0x8000 | (SysType.Tss32Busy << 8),
      valid: 1,
    });
    this.setSegment(Seg.Ldtr, LDT_SELECTOR, {
      base: linearOf(P.Ldt),
      limit: LDT.length * 8 - 1,
      rights: 0x8000 | (SysType.Ldt << 8),
      valid: 1,
    });
    state.set(S.Cr3, P.Directory);
    // PG, WP, AM, NE, ET, MP, PE: as Linux has them.
    state.set(S.Cr0, 0x80050033);
    this.cpu.memory.tlb.flushAll();
  }

  private setSegment(seg: Seg, selector: number, cache: Cache): void {
    const { state } = this;
    state.setSeg(seg, SegField.Selector, selector);
    state.setSeg(seg, SegField.Base, cache.base);
    state.setSeg(seg, SegField.Limit, cache.limit);
    state.setSeg(seg, SegField.Rights, cache.rights);
    state.setSeg(seg, SegField.Valid, cache.valid);
  }

  private loadSegments(test: Case): void {
    for (const [seg, name] of SEGMENTS) {
      const selector = test.selectors[name];
      let cache = this.caches.get(selector);
      if (!cache) this.caches.set(selector, (cache = cacheOf(selector)));
      this.setSegment(seg, selector, cache);
    }
  }

  private runCase(test: Case, eip: number, stride: number): Outcome {
    const { state } = this;
    for (const { at, bytes } of test.patches) state.u8.set(bytes, RAM + P.Window + at);
    for (let n = 0; n < 8; n++) state.setGpr(n, test.gpr[n] ?? 0);
    state.set(S.Eip, eip);
    state.setEflags(test.eflags | INTERRUPT_FLAG);
    state.set(S.Cpl, 3);
    this.cpu.memory.tlb.select(3);
    this.loadSegments(test);
    state.set(S.Halted, 0);
    state.set(S.Inhibit, 0);
    let stop: CpuStop;
    try {
      this.compiler?.compile(IDLE);
      stop = this.runBudget(this.compiler ? BUDGET : stride);
    } catch (error) {
      return { ...this.unfinished(CpuStop.Yield), thrown: error instanceof Error ? error.message : String(error) };
    }
    return stop === CpuStop.Halted ? this.readFrame() : this.unfinished(stop);
  }

  private runBudget(stride: number): CpuStop {
    let stop: CpuStop = CpuStop.Count;
    for (let left = BUDGET; left > 0 && stop === CpuStop.Count; left -= stride)
      stop = this.cpu.run(Math.min(stride, left));
    return stop;
  }

  /** The frame on the ring-0 stack; the vector is known by the handler that halted. */
  private readFrame(): Outcome {
    const { state } = this;
    const vector = state.get(S.Eip) - 1 - linearOf(P.Handlers);
    const frame = state.gpr(4) - linearOf(P.Stack) + P.Stack;
    const hasError = P.KernelEnd - frame === 24;
    const at = frame + (hasError ? 4 : 0);
    const gpr = Array.from({ length: 8 }, (_, n) => state.gpr(n));
    gpr[4] = this.read32(at + 12);
    const selector = (seg: Seg): number => state.seg(seg, SegField.Selector);
    return {
      gpr,
      eip: this.read32(at),
      eflags: this.read32(at + 8),
      selectors: {
        ds: selector(Seg.Ds),
        es: selector(Seg.Es),
        fs: selector(Seg.Fs),
        gs: selector(Seg.Gs),
        cs: this.read32(at + 4) & 0xffff,
        ss: this.read32(at + 16) & 0xffff,
      },
      vector,
      errorCode: hasError ? this.read32(frame) : 0,
      cr2: state.get(S.Cr2),
      digest: this.digest(),
    };
  }

  private digest(): number {
    return windowDigest(this.window, this.before);
  }

  /** A case that neither faulted nor reached its INT3: no vector has this number. */
  private unfinished(stop: CpuStop): Outcome {
    const { state } = this;
    const gpr = Array.from({ length: 8 }, (_, n) => state.gpr(n));
    const selectors = { ds: 0, es: 0, fs: 0, gs: 0, cs: 0, ss: 0 };
    state.set(S.Fault, 0);
    return {
      gpr,
      eip: state.get(S.Eip),
      eflags: state.eflags(),
      selectors,
      vector: 1000 + stop,
      errorCode: 0,
      cr2: 0,
      digest: 0,
    };
  }
}
