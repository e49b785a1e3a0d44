/** A disassembler for what our own encoder writes: function bodies as indented text, one instruction a line. */

type Operands = "" | "block" | "index" | "memory" | "i32" | "table" | "indirect" | "bulk";

const NAMES: Record<number, [name: string, operands?: Operands]> = {
  0x00: ["unreachable"],
  0x02: ["block", "block"],
  0x03: ["loop", "block"],
  0x04: ["if", "block"],
  0x05: ["else"],
  0x0b: ["end"],
  0x0c: ["br", "index"],
  0x0d: ["br_if", "index"],
  0x0e: ["br_table", "table"],
  0x0f: ["return"],
  0x10: ["call", "index"],
  0x11: ["call_indirect", "indirect"],
  0x1a: ["drop"],
  0x1b: ["select"],
  0x20: ["local.get", "index"],
  0x21: ["local.set", "index"],
  0x22: ["local.tee", "index"],
  0x28: ["i32.load", "memory"],
  0x2d: ["i32.load8_u", "memory"],
  0x2f: ["i32.load16_u", "memory"],
  0x36: ["i32.store", "memory"],
  0x3a: ["i32.store8", "memory"],
  0x3b: ["i32.store16", "memory"],
  0x41: ["i32.const", "i32"],
  0xfc: ["memory", "bulk"],
};

const from = (first: number, names: string): [opcode: number, name: string][] => names.split(" ").map((name, n) => [first + n, name]);
const I32 = [
  ...from(0x45, "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  ...from(0x67, "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"),
  ...from(0xc0, "extend8_s extend16_s"),
];
for (const [opcode, name] of I32) NAMES[opcode] = [`i32.${name}`];

const MEMORY_COPY = 10;

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("the module ends too early");
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  signed(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return byte & 0x40 && shift < 32 ? value | (-1 << shift) : value;
    }
  }

  operands(kind: Operands): string {
    switch (kind) {
      case "":
        return "";
      case "block":
        return this.byte() === 0x40 ? "" : " i32";
      case "index":
        return ` ${this.unsigned().toString()}`;
      case "memory":
        this.unsigned();
        return ` +${this.unsigned().toString(16)}`;
      case "i32":
        return ` ${this.signed().toString()}`;
      case "table":
        return ` ${Array.from({ length: this.unsigned() + 1 }, () => this.unsigned()).join(" ")}`;
      case "bulk":
        return this.unsigned() === MEMORY_COPY ? `.copy ${this.unsigned().toString()} ${this.unsigned().toString()}` : `.fill ${this.unsigned().toString()}`;
      case "indirect":
        return ` ${this.unsigned().toString()} ${this.unsigned().toString()}`;
    }
  }
}

function bodyText(reader: Reader): string {
  const length = reader.unsigned();
  const end = reader.at + length;
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.byte();
  }
  const lines: string[] = [];
  for (let depth = 0; reader.at < end; ) {
    const opcode = reader.byte();
    const [name, operands = ""] = NAMES[opcode] ?? [`opcode ${opcode.toString(16)}`];
    if (name === "end" || name === "else") depth--;
    lines.push("  ".repeat(Math.max(depth, 0)) + name + reader.operands(operands));
    if (operands === "block" || name === "else") depth++;
  }
  return lines.join("\n");
}

const CODE_SECTION = 10;

/** The text of each function body of a module. */
export function functionTexts(module: Uint8Array): string[] {
  const reader = new Reader(module, 8);
  for (;;) {
    const section = reader.byte();
    const length = reader.unsigned();
    if (section === CODE_SECTION) return Array.from({ length: reader.unsigned() }, () => bodyText(reader));
    reader.at += length;
  }
}
