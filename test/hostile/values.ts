/** Values that no client should send where something else is expected. */
import type { Rng } from "../differential/rng";

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { value };
  return value;
};

const NUMBERS = [
  ...[0, -0, 1, -1, 2, 0.5, 255, 256, 4096, 65536, 1e6, 1e9, 1e21, 1e308, -1e308, 5e-324],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 31), -(2 ** 53)],
];

const STRINGS = [
  ...["", " ", "\0", "\n", "\u{1f600}", "\ud800", "\\", '"', "{", "}", "%s%n", "../../../etc/passwd", "/dev/zero", "/"],
  ...["0x", "0xffffffff", "0x100000000", "-1", "1e9", "NaN", "toString", "__proto__", "constructor", "null"],
];

const EXPRESSIONS = [
  ..."1/0|1%0|1<<99999|-1>>-1|((((|))|a[[[|1+|*0|*(char*)0|*(int*)0xffffffff|&&x|&1|sizeof(|sizeof 1".split("|"),
  ..."$eip=0|$esp=-1|$cr0|$cr9|$eflags=1e9|$gdtr|'|''|'ab'|\"|\"\"|1.5.5|0x|08|1e999|1e|99999999999999999999".split(
    "|",
  ),
  ..."{|{}|{x|x=|=1|self=|current->domain->next->next->next|*current|domain_list[99]|counter[-1]".split("|"),
  ..."(struct nothing*)0|(char[1000000000])0|*(char(*)[1000000000])0|(u64)-1*(u64)-1|1?2:|a.b.c|->|x@99999999".split(
    "|",
  ),
];

/** A value of any kind. */
export function hostileValue(rng: Rng): unknown {
  const make = rng.pick<() => unknown>([
    () => null,
    () => rng.oneIn(2),
    () => rng.pick(NUMBERS),
    () => rng.pick(NUMBERS),
    () => rng.pick(STRINGS),
    () => rng.pick(EXPRESSIONS),
    () => rng.pick(EXPRESSIONS),
    () => rng.pick(["(", "-", "x", "1+", "*", "[", "é", "{x}", "0x1"]).repeat(1 << rng.below(18)),
    () => [],
    () => ({}),
    () => ({ toString: 1, valueOf: null, length: -1 }),
    () => JSON.parse('{"__proto__": {"path": 1}}') as unknown,
    () => nested(1 << rng.below(13)),
    () => new Array<unknown>(1 << rng.below(15)).fill(rng.pick<unknown>([null, 1, "x", {}, [], { line: 1 }])),
  ]);
  return make();
}

/** The value with one of its parts replaced, left out or repeated. */
export function mutated(rng: Rng, value: unknown): unknown {
  if (typeof value !== "object" || value === null || rng.oneIn(6)) return hostileValue(rng);
  if (Array.isArray(value)) {
    const at = rng.below(value.length);
    if (rng.oneIn(6)) return new Array<unknown>(1 << rng.below(13)).fill(value[at]);
    return value.map((part: unknown, n) => (n === at ? mutated(rng, part) : part));
  }
  const entries = Object.entries(value);
  const at = rng.below(entries.length);
  if (rng.oneIn(6)) return Object.fromEntries(entries.filter((_, n) => n !== at));
  return Object.fromEntries(entries.map(([name, part], n) => [name, n === at ? mutated(rng, part) : part]));
}
