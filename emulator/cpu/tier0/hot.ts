/**
 * Keys of the handlers inside the hot function: the instructions that gcc's
 * integer code is made of. Everything else is out of line, since a hot function
 * above about 30 KB runs at half the speed (docs/performance.md).
 */
const ALU = ["add", "sub", "and", "or", "xor"];
const FUSED = [2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15];
const COMMON_FUSED = [2, 3, 4, 5, 6, 7, 12, 13, 14, 15];
const ZERO_SIGN = [4, 5, 8, 9];

function* keys(): Generator<string> {
  for (const size of [4, 1]) {
    yield `mov r${size} r${size}`;
    for (const memory of [`m${size}`, `m${size}|x`]) {
      const [m, x] = memory.split("|");
      const tail = x ? ` ${x}` : "";
      yield `mov r${size} ${m}${tail}`;
      yield `mov ${m} r${size}${tail}`;
      yield `mov ${m} i${size}${tail}`;
    }
  }
  yield* ["mov r4 i4", "mov r1 i1", "mov m2 r2", "mov m2 i2", "lea r4 m4", "lea r4 m4 x", "nop"];
  for (const kind of ["movzx", "movsx"]) {
    for (const from of ["r1", "r2", "m1", "m1 x", "m2", "m2 x"])
      yield from.endsWith("x") ? `${kind} r4 ${from}` : `${kind} r4 ${from}`;
  }
  for (const op of ALU) {
    yield* [
      `${op} r4 r4`,
      `${op} r4 r4 -`,
      `${op} r4 i4`,
      `${op} r4 i4 -`,
      `${op} r4 m4`,
      `${op} r4 m4 -`,
      `${op} m4 r4`,
      `${op} m4 i4`,
    ];
  }
  yield* ["xor r4 m4 x", "xor r4 m4 x -", "add r4 m4 x", "add r4 m4 x -", "xor r1 r1", "xor r1 r1 -", "xor r1 m1"];
  yield* [
    "and r1 i1",
    "or r1 r1",
    "add r1 i1",
    "sub r1 i1",
    "adc r4 r4",
    "adc r4 i4",
    "adc r4 m4",
    "sbb r4 r4",
    "sbb r4 i4",
    "sbb r4 m4",
  ];
  for (const op of ["inc", "dec", "neg"]) yield* [`${op} r4`, `${op} r4 -`];
  yield* ["not r4", "inc m4", "dec m4"];
  for (const op of ["shl", "shr", "sar", "rol", "ror"]) yield* [`${op} r4 i1`, `${op} r4 i1 -`];
  yield* ["shl r4 r1", "shr r4 r1", "sar r4 r1", "shrd r4 r4 i1 -", "shld r4 r4 i1 -"];
  yield* [
    "imul2 r4 r4",
    "imul2 r4 r4 -",
    "imul2 r4 m4 -",
    "imul3 r4 r4 i4 -",
    "mul r4",
    "mul r4 -",
    "div r4 -",
    "cwd",
    "bswap r4",
    "xchg r4 r4",
  ];
  for (const cc of [2, 3, 4, 5, 6, 7, 12, 13, 14, 15]) yield `setcc.${cc} r1`;
  for (const cc of [2, 3, 4, 5, 6, 7, 12, 13, 14, 15]) yield `cmov.${cc} r4 r4`;
  yield* [
    "push r4",
    "push i4",
    "push m4",
    "pop r4",
    "leave",
    "call i4",
    "ret",
    "jmp i4",
    "callind r4",
    "callind m4",
    "jmpind r4",
    "jmpind m4",
    "jmpind m4 x",
  ];
  for (let cc = 0; cc < 16; cc++) yield `jcc.${cc} i4`;
  yield* ["cmp r4 r4", "cmp r4 i4", "cmp r4 m4", "cmp m4 i4", "test r4 r4"];
  for (const cc of FUSED) yield* [`cmp r4 r4 +${cc}`, `cmp r4 i4 +${cc}`];
  for (const cc of COMMON_FUSED)
    yield* [`cmp r4 m4 +${cc}`, `cmp m4 r4 +${cc}`, `cmp m4 i4 +${cc}`, `cmp r1 i1 +${cc}`];
  for (const cc of [4, 5])
    yield* [
      `cmp m1 i1 +${cc}`,
      `cmp r1 r1 +${cc}`,
      `cmp r1 m1 +${cc}`,
      `cmp m1 r1 +${cc}`,
      `cmp r2 i2 +${cc}`,
      `test m1 i1 +${cc}`,
    ];
  for (const cc of [...ZERO_SIGN, 14, 15]) yield `test r4 r4 +${cc}`;
  for (const cc of ZERO_SIGN)
    yield* [
      `test r1 r1 +${cc}`,
      `test r1 i1 +${cc}`,
      `sub r4 i4 +${cc}`,
      `dec r4 +${cc}`,
      `inc r4 +${cc}`,
      `add r4 i4 +${cc}`,
      `and r4 i4 +${cc}`,
    ];
}

export const HOT_KEYS: readonly string[] = [...new Set(keys())];
