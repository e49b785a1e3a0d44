import { Gpr, Seg } from "../../base/arch";
import { Type } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import type { Emit, Size } from "../emit";
import { flagsSub } from "../flags";
import { SystemOp } from "../system-ops";
import type { EmitterTable } from "./registry";
import {
  type Comparison,
  copy,
  element,
  fill,
  goesOn,
  lastOf,
  LOW_BITS,
  type Pointer,
  possibleRun,
  type Run,
  search,
  stepOf,
} from "./string-runs";

/**
 * SDM vol. 1, 7.3.9: string instructions. A repeated one ends its block. While its count lasts it goes to itself again,
 * so that interrupts are taken between iterations. Every iteration counts as an instruction, and many are done at once
 * where nothing can come between them (string-runs.ts).
 */
interface StringInsn {
  size: Size;
  pointers: readonly Pointer[];
  /** Does one iteration with all checks, up to the code that moves pointers and count. */
  one(): void;
  /** Does the iterations of a run. */
  many(run: Run): void;
  /** Sets what the last iteration leaves besides. */
  finish?(): void;
  /** For CMPS and SCAS: whether the last elements allow another iteration. */
  goesOn?: Expr;
}

const pointer = (e: Emit, reg: Gpr): Var => e.let(e.acc(reg, e.insn.addrSize));

function advance(e: Emit, { pointers }: StringInsn, bytes: Var): void {
  for (const { reg } of pointers) e.setAcc(reg, x.add(e.gpr(reg), bytes), e.insn.addrSize);
}

function string(e: Emit, insn: StringInsn): void {
  if (e.insn.rep) return repeated(e, insn);
  insn.one();
  insn.finish?.();
  advance(e, insn, stepOf(e, insn.size, e.directionDown()));
}

function repeated(e: Emit, insn: StringInsn): void {
  const { addrSize } = e.insn;
  e.if(x.eqz(e.acc(Gpr.Ecx, addrSize)), () => e.jumpNext());
  const run = possibleRun(e, insn.size, insn.pointers);
  const { count, step } = run;
  e.if(
    count,
    () => insn.many(run),
    () => {
      insn.one();
      e.set(count, x.k(1));
    },
  );
  insn.finish?.();
  advance(e, insn, e.let(x.mul(count, step)));
  const left = e.let(x.sub(e.acc(Gpr.Ecx, addrSize), count));
  e.setAcc(Gpr.Ecx, left, addrSize);
  // One iteration is charged on the way on.
  e.charge(x.sub(count, x.k(1)));
  const more = x.ne(left, x.k(0));
  e.if(insn.goesOn ? x.and(more, insn.goesOn) : more, () => e.again());
  e.jumpNext();
}

const sizeOf = (e: Emit, wide: boolean): Size => (wide ? e.insn.opSize : 1);

const reads = (reg: Pointer["reg"]): Pointer => ({ reg, write: false });
const writes = (reg: Pointer["reg"]): Pointer => ({ reg, write: true });

function move(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  string(e, {
    size,
    pointers: [reads(Gpr.Esi), writes(Gpr.Edi)],
    one: () => {
      const value = e.load(pointer(e, Gpr.Esi), size);
      e.store(pointer(e, Gpr.Edi), value, size, Seg.Es);
    },
    many: (run) => copy(e, run),
  });
}

function store(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  string(e, {
    size,
    pointers: [writes(Gpr.Edi)],
    one: () => e.store(pointer(e, Gpr.Edi), e.let(e.acc(Gpr.Eax, size)), size, Seg.Es),
    many: (run) => fill(e, run),
  });
}

function fetch(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const value = e.temp();
  string(e, {
    size,
    pointers: [reads(Gpr.Esi)],
    one: () => e.set(value, e.load(pointer(e, Gpr.Esi), size)),
    many: (run) => e.set(value, lastOf(run, run.source)),
    finish: () => e.setAcc(Gpr.Eax, value, size),
  });
}

/** The flags of the last comparison, and whether the comparison lets a repetition go on. */
function verdict(e: Emit, { a, b }: Pick<Comparison, "a" | "b">, size: Size): Pick<StringInsn, "finish" | "goesOn"> {
  return { finish: () => flagsSub(e, a, b, e.let(x.sub(a, b)), size), goesOn: goesOn(e, a, b) };
}

function compare(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const [a, b] = [e.temp(), e.temp()];
  string(e, {
    size,
    pointers: [reads(Gpr.Esi), reads(Gpr.Edi)],
    one: () => {
      e.set(a, e.load(pointer(e, Gpr.Esi), size));
      e.set(b, e.load(pointer(e, Gpr.Edi), size, Seg.Es));
    },
    many: (run) => {
      const beside = e.let(x.sub(run.target, run.source));
      search(e, run, run.source, {
        a,
        b,
        load: (at) => {
          e.set(a, element(at, size));
          e.set(b, element(x.add(at, beside), size));
        },
        differences: (at) => x.xor64(x.load64(at), x.load64(x.add(at, beside))),
      });
    },
    ...verdict(e, { a, b }, size),
  });
}

function scan(e: Emit, wide: boolean): void {
  const size = sizeOf(e, wide);
  const a = e.let(e.acc(Gpr.Eax, size));
  const b = e.temp();
  string(e, {
    size,
    pointers: [reads(Gpr.Edi)],
    one: () => e.set(b, e.load(pointer(e, Gpr.Edi), size, Seg.Es)),
    many: (run) => {
      const wanted = e.let(x.mul64(x.wideU(a), x.wide(LOW_BITS[size])), Type.I64);
      search(e, run, run.target, {
        a,
        b,
        load: (at) => e.set(b, element(at, size)),
        differences: (at) => x.xor64(x.load64(at), wanted),
      });
    },
    ...verdict(e, { a, b }, size),
  });
}

/**
 * INS and OUTS. The helper checks the port, moves the element, the pointer and the count, and sets S.Eip for the next
 * iteration.
 */
function port(e: Emit, op: SystemOp.Ins | SystemOp.Outs, wide: boolean): void {
  e.system(op, x.k(sizeOf(e, wide) | (e.insn.addrSize << 4) | (e.insn.rep ? 1 << 8 : 0)), e.ownSegment());
}

export const STRING: EmitterTable = {
  movsb: (e) => move(e, false),
  movsv: (e) => move(e, true),
  stosb: (e) => store(e, false),
  stosv: (e) => store(e, true),
  lodsb: (e) => fetch(e, false),
  lodsv: (e) => fetch(e, true),
  cmpsb: (e) => compare(e, false),
  cmpsv: (e) => compare(e, true),
  scasb: (e) => scan(e, false),
  scasv: (e) => scan(e, true),
  insb: (e) => port(e, SystemOp.Ins, false),
  insv: (e) => port(e, SystemOp.Ins, true),
  outsb: (e) => port(e, SystemOp.Outs, false),
  outsv: (e) => port(e, SystemOp.Outs, true),
};
