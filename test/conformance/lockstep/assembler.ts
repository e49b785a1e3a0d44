/** A few lines of assembler: bytes with labels, for programs put together at random. */

export const enum Reg {
  Eax,
  Ecx,
  Edx,
  Ebx,
  Esp,
  Ebp,
  Esi,
  Edi,
}

/** Bytes of code that belong together: they can be put out of action as one. */
export interface Piece {
  /** Offset in the code. */
  at: number;
  length: number;
}

interface Fixup {
  at: number;
  label: string;
  /** Subtracted from the label's address: the end of a relative operand, or what an absolute one lies before the label. */
  from: number;
}

export const little = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

export class Assembler {
  readonly bytes: number[] = [];
  readonly pieces: Piece[] = [];
  private readonly labels = new Map<string, number>();
  private readonly fixups: Fixup[] = [];

  /** @param origin linear address of the first byte */
  constructor(readonly origin: number) {}

  get here(): number {
    return this.origin + this.bytes.length;
  }

  emit(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  word(value: number): this {
    return this.emit(...little(value));
  }

  label(name: string): this {
    this.labels.set(name, this.here);
    return this;
  }

  /** The label's address less that of the operand's end. */
  relative(label: string): this {
    this.fixups.push({ at: this.bytes.length, label, from: this.here + 4 });
    return this.word(0);
  }

  absolute(label: string, offset = 0): this {
    this.fixups.push({ at: this.bytes.length, label, from: -offset });
    return this.word(0);
  }

  /** Notes what `emit` writes as one piece. */
  piece(emit: () => void): this {
    const at = this.bytes.length;
    emit();
    if (this.bytes.length > at) this.pieces.push({ at, length: this.bytes.length - at });
    return this;
  }

  mov(reg: Reg, value: number): this {
    return this.emit(0xb8 + reg).word(value);
  }

  jmp(label: string): this {
    return this.emit(0xe9).relative(label);
  }

  jcc(cc: number, label: string): this {
    return this.emit(0x0f, 0x80 + cc).relative(label);
  }

  call(label: string): this {
    return this.emit(0xe8).relative(label);
  }

  /** A short jump, by its opcode, over what `emit` writes (at most 127 bytes). */
  over(opcode: number, emit: () => void): this {
    this.emit(opcode, 0);
    const from = this.bytes.length;
    emit();
    this.bytes[from - 1] = this.bytes.length - from;
    return this;
  }

  addressOf(label: string): number {
    const address = this.labels.get(label);
    if (address === undefined) throw new Error(`no label ${label}`);
    return address;
  }

  /** Fills in the labels; the code. */
  finish(): Uint8Array {
    for (const { at, label, from } of this.fixups) {
      little(this.addressOf(label) - from).forEach((byte, n) => (this.bytes[at + n] = byte));
    }
    return Uint8Array.from(this.bytes);
  }
}
