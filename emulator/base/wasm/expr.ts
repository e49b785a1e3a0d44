import { type Code, Op, Type } from "./code";

/**
 * A value of generated code: it appends the instructions that push it. It is written once and emitted where it is used;
 * a value that is used twice should be kept in a `Var`.
 */
export type Expr = (c: Code) => void;

/** A local variable; as an expression it reads itself. */
export interface Var {
  (c: Code): void;
  readonly index: number;
  readonly type: Type;
}

export function variable(index: number, type: Type = Type.I32): Var {
  return Object.assign((c: Code) => c.local(Op.LocalGet, index), { index, type });
}

const unary =
  (...op: number[]) =>
  (a: Expr): Expr =>
  (c) => {
    a(c);
    c.op(...op);
  };

const binary =
  (op: number) =>
  (a: Expr, b: Expr): Expr =>
  (c) => {
    a(c);
    b(c);
    c.op(op);
  };

const load =
  (op: number) =>
  (address: Expr, offset = 0): Expr =>
  (c) => {
    address(c);
    c.memory(op, offset);
  };

export const k =
  (value: number): Expr =>
  (c) =>
    c.i32(value);

export const eqz = unary(0x45);
export const eq = binary(0x46);
export const ne = binary(0x47);
export const ltS = binary(0x48);
export const ltU = binary(0x49);
export const gtS = binary(0x4a);
export const gtU = binary(0x4b);
export const leS = binary(0x4c);
export const leU = binary(0x4d);
export const geS = binary(0x4e);
export const geU = binary(0x4f);
export const clz = unary(0x67);
export const ctz = unary(0x68);
export const popcnt = unary(0x69);
export const add = binary(0x6a);
export const sub = binary(0x6b);
export const mul = binary(0x6c);
export const divS = binary(0x6d);
export const divU = binary(0x6e);
export const remS = binary(0x6f);
export const remU = binary(0x70);
export const and = binary(0x71);
export const or = binary(0x72);
export const xor = binary(0x73);
export const shl = binary(0x74);
export const sar = binary(0x75);
export const shr = binary(0x76);
export const rotl = binary(0x77);
export const rotr = binary(0x78);
export const extend8 = unary(0xc0);
export const extend16 = unary(0xc1);
export const not = (a: Expr): Expr => xor(a, k(-1));

export const load8 = load(Op.I32Load8U);
export const load16 = load(Op.I32Load16U);
export const load32 = load(Op.I32Load);
export const load64 = load(Op.I64Load);

/** The 32 bits at a constant address. */
export const word = (at: number): Expr => load32(k(0), at);

/** 64-bit arithmetic, for products and quotients. */
export const wideS = unary(0xac);
export const wideU = unary(0xad);
export const narrow = unary(0xa7);
export const eqz64 = unary(0x50);
export const eq64 = binary(0x51);
export const ne64 = binary(0x52);
export const ctz64 = unary(0x7a);
export const add64 = binary(0x7c);
export const sub64 = binary(0x7d);
export const mul64 = binary(0x7e);
export const divS64 = binary(0x7f);
export const divU64 = binary(0x80);
export const remS64 = binary(0x81);
export const remU64 = binary(0x82);
export const and64 = binary(0x83);
export const or64 = binary(0x84);
export const xor64 = binary(0x85);
export const shl64 = binary(0x86);
export const shr64 = binary(0x88);
/** A 64-bit constant. */
export const wide =
  (value: bigint): Expr =>
  (c) =>
    c.i64(value);
/** A 64-bit constant that fits 32 signed bits. */
export const k64 = (value: number): Expr => wideS(k(value));

/** `a` where `condition` is not 0, else `b`. Both are evaluated. */
export const select =
  (condition: Expr, a: Expr, b: Expr): Expr =>
  (c) => {
    a(c);
    b(c);
    condition(c);
    c.op(Op.Select);
  };

/** `a` where `condition` is not 0, else `b`. Only one is evaluated. */
export const choose =
  (condition: Expr, a: Expr, b: Expr, type: Type = Type.I32): Expr =>
  (c) => {
    condition(c);
    c.if(type);
    a(c);
    c.else();
    b(c);
    c.end();
  };

export const call =
  (func: number, ...args: Expr[]): Expr =>
  (c) => {
    for (const arg of args) arg(c);
    c.call(func);
  };
