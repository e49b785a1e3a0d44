import { describe, expect, it } from "vitest";
import { evaluateProbe, ProbeFailure } from "../../../../emulator/index";
import type { ProbeOutcome } from "../../../../emulator/index";
import { PROBE_REGISTERS } from "../../../../emulator/machine/api";
import { compileValue } from "../../../../debug-adapter/expressions/compile";
import { evaluate, type Environment } from "../../../../debug-adapter/expressions/evaluate";
import { parseExpression } from "../../../../debug-adapter/expressions/parser";
import { pointerTo, UINT } from "../../../../debug-adapter/expressions/types";
import type { BaseType, SimplePlace, StructType, Type } from "../../../../debug-adapter/symbols/index";
import { childrenOf, countChildren } from "../../../../debug-adapter/values/children";
import { addressOf, integerValue, readInteger, type TypedValue } from "../../../../debug-adapter/values/typed-value";

/*
 * The program that the expressions speak of, at 0x1000:
 *   struct node { u16 id; s8 delta; unsigned low:3, high:5; struct node *next; u32 items[4]; u64 wide; } first;
 */
const base = (name: string, size: number, encoding: BaseType["encoding"]): BaseType => ({
  kind: "base",
  name,
  size,
  encoding,
});
const U16 = base("u16", 2, "unsigned");
const S8 = base("s8", 1, "signed");
const U64 = base("u64", 8, "unsigned");
const node: StructType = {
  kind: "struct",
  name: "node",
  size: 32,
  isIncomplete: false,
  get members() {
    return [
      { name: "id", type: U16, offset: 0, bits: undefined },
      { name: "delta", type: S8, offset: 2, bits: undefined },
      { name: "low", type: UINT, offset: 3, bits: { bitOffset: 0, bitSize: 3 } },
      { name: "high", type: UINT, offset: 3, bits: { bitOffset: 3, bitSize: 5 } },
      { name: "next", type: pointerTo(node), offset: 4, bits: undefined },
      { name: "items", type: { kind: "array", element: UINT, count: 4 } as Type, offset: 8, bits: undefined },
      { name: "wide", type: U64, offset: 24, bits: undefined },
    ];
  },
};
const memory = new Uint8Array(0x1000);
const view = new DataView(memory.buffer);
view.setUint16(0, 0xfedc, true);
view.setInt8(2, -5);
view.setUint8(3, 0b10110_101);
view.setUint32(4, 0x1000, true);
for (let i = 0; i < 4; i++) view.setUint32(8 + 4 * i, 100 * (i + 1), true);
view.setBigUint64(24, 0x1_0000_0002n, true);

const variables: Record<string, { type: Type; place: SimplePlace }> = {
  first: { type: node, place: { kind: "memory", base: undefined, offset: 0x1000 } },
  p: { type: pointerTo(node), place: { kind: "constant", value: 0x1000 } },
  huge: {
    type: { kind: "array", element: base("char", 1, "signed-char"), count: 2 ** 32 },
    place: { kind: "memory", base: undefined, offset: 0x1000 },
  },
  n: { type: base("int", 4, "signed"), place: { kind: "constant", value: -3 } },
};
const registers: Record<string, number> = { eax: 0x12345678, esp: 0x8000, cs: 0xe019 };
const typeNamed = (name: string): Type | undefined => ({ u16: U16, s8: S8, "struct node": node })[name];

const environment: Environment = {
  readMemory: (address, length) =>
    address < 0x1000 ? undefined : memory.subarray(address - 0x1000, address - 0x1000 + length),
  lookup(name): TypedValue | undefined {
    const found = variables[name];
    if (found === undefined) return undefined;
    if (found.place.kind === "memory")
      return { type: found.type, place: { kind: "memory", address: found.place.offset } };
    return found.place.kind === "constant" ? integerValue(found.type, BigInt(found.place.value)) : undefined;
  },
  register: (name) => (registers[name] === undefined ? undefined : integerValue(UINT, BigInt(registers[name]))),
  typeNamed,
  assign: () => undefined,
};

const parse = (source: string) => parseExpression(source, (name) => typeNamed(name) !== undefined);

const evaluated = (source: string): number =>
  Number(BigInt.asUintN(32, readInteger(evaluate(parse(source), environment), environment.readMemory)));

function compiled(source: string): ProbeOutcome {
  const { code } = compileValue(parse(source), { lookup: (name) => variables[name], typeNamed });
  const outcome: ProbeOutcome = { value: 0, failure: ProbeFailure.None, linear: 0 };
  evaluateProbe(
    code,
    {
      probeRegister: (index) => registers[PROBE_REGISTERS[index] ?? ""] ?? 0,
      probeLoad(linear, size) {
        if (linear < 0x1000 || linear + size > 0x2000) return -1;
        const at = linear - 0x1000;
        return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      },
    },
    outcome,
  );
  return outcome;
}

describe("an expression has the same value in the debugger and in the machine", () => {
  it.each<[string, number]>([
    ["1 + 2 * 3", 7],
    ["first.id", 0xfedc],
    ["first.delta", 0xfffffffb],
    ["first.delta < 0", 1],
    ["first.id < 0", 0],
    ["first.low", 5],
    ["first.high", 22],
    ["p->items[2]", 300],
    ["p->next->next->items[n + 4]", 200],
    ["*p->items + p->items[3]", 500],
    ["*(&first.items[1])", 200],
    ["p == &first", 1],
    ["p + 1", 0x1020],
    ["p[0].id >> 4", 0xfed],
    ["(u16)n", 0xfffd],
    ["(s8)0xff", 0xffffffff],
    ["(_Bool)n", 1],
    ["sizeof(struct node) + sizeof p", 36],
    ["((struct node *)0x1000)->id", 0xfedc],
    ["n / 2", 0xffffffff],
    ["n % 2", 0xffffffff],
    ["n / 2u", 0x7ffffffe],
    ["n < 1u", 0],
    ["n < 1", 1],
    ["n >> 1", 0xfffffffe],
    ["~n & 0xff", 2],
    ["!n || !!p", 1],
    ["0 && *(int *)0", 0],
    ["p && p->id == 0xfedc", 1],
    ["n > 0 ? 1 : first.items[0]", 100],
    ["$eax & 0xffff", 0x5678],
    ["eax == 0x12345678 && $cs == 0xe019", 1],
    ["1 << 4 >= 16", 1],
    ["-n != 3", 0],
  ])("%s", (source, value) => {
    expect(evaluated(source)).toBe(value);
    expect(compiled(source)).toMatchObject({ value, failure: ProbeFailure.None });
  });
});

describe("evaluate", () => {
  it("computes with 64-bit values", () => {
    expect(evaluated("first.wide >> 32")).toBe(1);
    expect(evaluated("first.wide == 0x100000002")).toBe(1);
  });

  it("subtracts pointers in elements", () => {
    expect(evaluated("&p->items[3] - p->items")).toBe(3);
  });

  it.each([
    ["nothing", '"nothing" is not known here'],
    ["$xyz", 'there is no register "xyz"'],
    ["first.nothing", 'struct node has no member "nothing"'],
    ["n.id", "int has no members"],
    ["*n", "int is not a pointer"],
    ["n[0]", "int cannot be indexed"],
    ["&1", "this value has no address"],
    ["1 / 0", "division by zero"],
    ["*(int *)16", "memory at 0x00000010 cannot be read"],
    ["first + 1", '"+" does not take struct node and int'],
    ["(struct vcpu *)p", 'there is no type "struct vcpu"'],
    ["*(void *)p", "void is incomplete here, its size is not known"],
  ])("refuses %s", (source, message) => {
    expect(() => evaluated(source)).toThrow(message);
  });
});

describe("compileValue", () => {
  it.each([
    ["first.wide", "a condition works on values of up to 32 bits"],
    ["0x100000000", "a condition works on values of up to 32 bits"],
    ["n = 1", "a condition cannot assign"],
    ["nothing", '"nothing" is not known here'],
    ["first", "struct node is not a number"],
  ])("refuses %s", (source, message) => {
    expect(() => compiled(source)).toThrow(message);
  });

  it("leaves the unmapped address of a load that fails", () => {
    expect(compiled("*(int *)16")).toMatchObject({ failure: ProbeFailure.Unmapped, linear: 16 });
  });
});

describe("an array of 4 GiB", () => {
  const value = (source: string): bigint => readInteger(evaluate(parse(source), environment), environment.readMemory);

  it("has its size in 64 bits, and its elements at their addresses", () => {
    expect(value("sizeof huge")).toBe(2n ** 32n);
    expect(value("&huge[2147483648]")).toBe(0x8000_1000n);
    expect(value("&huge[4294967295]")).toBe(0xfffn);
  });

  it("has its parts page by page", () => {
    const whole = evaluate(parse("huge"), environment);
    const page = childrenOf(whole, "huge", 0xffff_fffe, 100, environment.readMemory);
    expect(page.map(({ name, value: part }) => [name, addressOf(part)])).toEqual([
      ["[4294967294]", 0xffe],
      ["[4294967295]", 0xfff],
    ]);
    expect(countChildren(whole.type)).toEqual({ named: 0, indexed: 2 ** 32 });
  });
});
