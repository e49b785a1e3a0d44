/** The instructions that our generators write (core specification, 5.4), by opcode. */

/** What follows the opcode in the code. */
export type Immediates = "none" | "block" | "index" | "memory" | "number" | "labels" | "type" | "bulk";

export interface Opcode {
  name: string;
  immediates: Immediates;
  /** Operands taken from the stack, and whether a result is left there. Calls say it by their type. */
  takes: number;
  gives: boolean;
}

export const OPCODES = new Map<number, Opcode>();

function define(opcode: number, name: string, takes: number, gives: boolean, immediates: Immediates = "none"): void {
  OPCODES.set(opcode, { name, immediates, takes, gives });
}

function run(first: number, prefix: string, names: string, takes: number): void {
  names.split(" ").forEach((name, n) => define(first + n, `${prefix}.${name}`, takes, true));
}

define(0x00, "unreachable", 0, false);
define(0x02, "block", 0, false, "block");
define(0x03, "loop", 0, false, "block");
define(0x04, "if", 1, false, "block");
define(0x05, "else", 0, false);
define(0x0b, "end", 0, false);
define(0x0c, "br", 0, false, "index");
define(0x0d, "br_if", 1, false, "index");
define(0x0e, "br_table", 1, false, "labels");
define(0x0f, "return", 0, false);
define(0x10, "call", 0, false, "index");
define(0x11, "call_indirect", 1, false, "type");
define(0x1a, "drop", 1, false);
define(0x1b, "select", 3, true);
define(0x20, "local.get", 0, true, "index");
define(0x21, "local.set", 1, false, "index");
define(0x22, "local.tee", 1, true, "index");
for (const [first, names] of [
  [0x28, "i32.load i64.load"],
  [0x2c, "i32.load8_s i32.load8_u i32.load16_s i32.load16_u"],
] as const) {
  names.split(" ").forEach((name, n) => define(first + n, name, 1, true, "memory"));
}
define(0x36, "i32.store", 2, false, "memory");
define(0x37, "i64.store", 2, false, "memory");
define(0x3a, "i32.store8", 2, false, "memory");
define(0x3b, "i32.store16", 2, false, "memory");
define(0x41, "i32.const", 0, true, "number");
define(0x42, "i64.const", 0, true, "number");
run(0x45, "i32", "eqz", 1);
run(0x46, "i32", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u", 2);
run(0x50, "i64", "eqz", 1);
run(0x51, "i64", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u", 2);
run(0x67, "i32", "clz ctz popcnt", 1);
run(0x6a, "i32", "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr", 2);
run(0x79, "i64", "clz ctz popcnt", 1);
run(0x7c, "i64", "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr", 2);
run(0xa7, "i32", "wrap_i64", 1);
run(0xac, "i64", "extend_i32_s extend_i32_u", 1);
run(0xc0, "i32", "extend8_s extend16_s", 1);
define(0xfc, "memory", 3, false, "bulk");
