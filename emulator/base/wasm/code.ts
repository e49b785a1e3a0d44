/** WebAssembly opcodes and encodings that the generators use (core specification, 5.4). */
export const enum Op {
  Unreachable = 0x00,
  Block = 0x02,
  Loop = 0x03,
  If = 0x04,
  Else = 0x05,
  End = 0x0b,
  Br = 0x0c,
  BrIf = 0x0d,
  BrTable = 0x0e,
  Return = 0x0f,
  Call = 0x10,
  CallIndirect = 0x11,
  Drop = 0x1a,
  Select = 0x1b,
  LocalGet = 0x20,
  LocalSet = 0x21,
  LocalTee = 0x22,
  I32Load = 0x28,
  I64Load = 0x29,
  I32Load8U = 0x2d,
  I32Load16U = 0x2f,
  I32Store = 0x36,
  I64Store = 0x37,
  I32Store8 = 0x3a,
  I32Store16 = 0x3b,
  I32Const = 0x41,
  I64Const = 0x42,
  /** Prefix of the bulk memory instructions. */
  Bulk = 0xfc,
}

export const enum BulkOp {
  Copy = 0x0a,
  Fill = 0x0b,
}

export const enum Type {
  I32 = 0x7f,
  I64 = 0x7e,
  Void = 0x40,
}

/** Appends a signed LEB128 number of up to 32 bits. */
export function signedLeb(out: number[], value: number): void {
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Appends an unsigned LEB128 number of up to 32 bits. */
export function unsignedLeb(out: number[], value: number): void {
  value >>>= 0;
  while (value > 0x7f) {
    out.push((value & 0x7f) | 0x80);
    value >>>= 7;
  }
  out.push(value);
}

/** A branch target. `Code.br` computes how many frames are between. */
export interface Label {
  readonly depth: number;
}

/** The body of one function under construction: instructions, nesting and locals. */
export class Code {
  readonly bytes: number[] = [];
  /** Types of the locals after the parameters. */
  readonly locals: Type[] = [];
  /** Offsets in `bytes` of the branches that are seldom taken. */
  readonly unlikely: number[] = [];
  private depth = 0;
  private readonly free = new Map<Type, number[]>();

  /** @param params the number of parameters of the function; its locals are numbered after them */
  constructor(readonly params: number) {}

  op(...bytes: number[]): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  i32(value: number): void {
    this.bytes.push(Op.I32Const);
    signedLeb(this.bytes, value | 0);
  }

  /** A constant that is not known yet. The function that is returned sets it, and must be called before `prepend`. */
  i32Later(): (value: number) => void {
    this.bytes.push(Op.I32Const);
    const at = this.bytes.length;
    this.bytes.push(0x80, 0x80, 0x80, 0x80, 0);
    return (value) => {
      for (let n = 0; n < 5; n++)
        this.bytes[at + n] = n < 4 ? ((value >>> (7 * n)) & 0x7f) | 0x80 : (value >> 28) & 0x7f;
    };
  }

  i64(value: bigint): void {
    this.bytes.push(Op.I64Const);
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && !(byte & 0x40)) || (rest === -1n && byte & 0x40)) {
        this.bytes.push(byte);
        return;
      }
      this.bytes.push(byte | 0x80);
    }
  }

  local(op: Op.LocalGet | Op.LocalSet | Op.LocalTee, index: number): void {
    this.bytes.push(op);
    unsignedLeb(this.bytes, index);
  }

  /** A load or store. Its alignment is declared as 1, which costs nothing on the hosts in use. */
  memory(op: number, offset: number): void {
    this.bytes.push(op, 0);
    unsignedLeb(this.bytes, offset);
  }

  call(func: number): void {
    this.bytes.push(Op.Call);
    unsignedLeb(this.bytes, func);
  }

  block(type: Type = Type.Void): Label {
    return this.open(Op.Block, type);
  }

  loop(): Label {
    return this.open(Op.Loop, Type.Void);
  }

  if(type: Type = Type.Void): Label {
    return this.open(Op.If, type);
  }

  /** An `if` whose condition seldom holds. V8 moves its body out of the way. */
  ifUnlikely(type: Type = Type.Void): Label {
    this.unlikely.push(this.bytes.length);
    return this.if(type);
  }

  else(): void {
    this.bytes.push(Op.Else);
  }

  end(): void {
    this.bytes.push(Op.End);
    this.depth--;
  }

  br(label: Label): void {
    this.bytes.push(Op.Br);
    unsignedLeb(this.bytes, this.depth - label.depth);
  }

  brIf(label: Label): void {
    this.bytes.push(Op.BrIf);
    unsignedLeb(this.bytes, this.depth - label.depth);
  }

  /** Takes an index from the stack. An index out of range goes to `fallback`. */
  brTable(labels: Label[], fallback: Label): void {
    this.bytes.push(Op.BrTable);
    unsignedLeb(this.bytes, labels.length);
    for (const label of labels) unsignedLeb(this.bytes, this.depth - label.depth);
    unsignedLeb(this.bytes, this.depth - fallback.depth);
  }

  /** Puts code without labels before everything else. */
  prepend(code: Code): void {
    this.bytes.unshift(...code.bytes);
    this.unlikely.forEach((at, n) => (this.unlikely[n] = at + code.bytes.length));
  }

  /** A local that nobody else uses until `release`. */
  take(type: Type): number {
    const index = this.free.get(type)?.pop();
    return index ?? this.params + this.locals.push(type) - 1;
  }

  /** Takes a released local again, for the value that it still holds. */
  retake(index: number): void {
    const list = this.free.get(this.locals[index - this.params]);
    if (list?.includes(index)) list.splice(list.indexOf(index), 1);
  }

  release(index: number): void {
    const type = this.locals[index - this.params];
    const list = this.free.get(type);
    if (list) list.push(index);
    else this.free.set(type, [index]);
  }

  private open(op: Op, type: Type): Label {
    this.bytes.push(op, type);
    return { depth: ++this.depth };
  }
}
