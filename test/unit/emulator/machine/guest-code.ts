import { Machine, type MachineOptions } from "../../../../emulator/index";
import { flatImage } from "../boot/image";

const LOAD = 0x100000;
const HEADER_BYTES = 32;

/** Linear address of the first instruction of `Code`. */
export const START = LOAD + HEADER_BYTES;

/** Where `descriptorTables` puts the GDT, the IDT and their pseudo-descriptors. */
const GDT = 0x2000;
const IDT = 0x3000;
const POINTERS = 0x1000;
const STACK_TOP = 0x8000;
const FLAT_CODE = [0xffff, 0x00cf9b00];
const FLAT_DATA = [0xffff, 0x00cf9300];

/** Machine code put together by hand, from START on. */
export class Code {
  readonly bytes: number[] = [];

  /** Linear address of what comes next. */
  get here(): number {
    return START + this.bytes.length;
  }

  /** Bytes in hexadecimal, spaces as you like. */
  hex(text: string): this {
    for (const [pair] of text.replace(/\s/g, "").matchAll(/../g)) this.bytes.push(parseInt(pair, 16));
    return this;
  }

  dword(value: number): this {
    this.bytes.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
    return this;
  }

  /** MOV AL, value; OUT port, AL: two instructions. Ports above 0xff go through DX: three. */
  out(port: number, value: number): this {
    if (port > 0xff) return this.hex("66ba").hex(word(port)).hex("b0").hex(byte(value)).hex("ee");
    return this.hex("b0").hex(byte(value)).hex("e6").hex(byte(port));
  }

  /** Ends the machine with `value`. */
  exit(value: number): this {
    return this.out(0xf4, value).hex("ebfe");
  }

  /** Loads the tables of `descriptorTables` and all segments from them, and sets up a stack. */
  loadTables(): this {
    this.hex("bc")
      .dword(STACK_TOP)
      .hex("0f0115")
      .dword(POINTERS)
      .hex("0f011d")
      .dword(POINTERS + 8);
    return this.hex("ea")
      .dword(this.here + 7)
      .hex("0800")
      .hex("66b81000")
      .hex("8ed0 8ed8 8ec0");
  }

  /** The two PICs with vectors from 0x20, all masked but the bits cleared in `mask` (of the master). */
  programPics(mask: number): this {
    for (const [port, value] of [
      [0x20, 0x11],
      [0x21, 0x20],
      [0x21, 4],
      [0x21, 1],
    ] as const)
      this.out(port, value);
    return this.out(0x21, mask);
  }

  /** PIT counter 0 in mode 2. */
  programPit(count: number): this {
    return this.out(0x43, 0x34)
      .out(0x40, count & 255)
      .out(0x40, count >> 8);
  }
}

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function word(value: number): string {
  return byte(value & 255) + byte(value >> 8);
}

/** A machine with `code` booted; 1 MiB of room above it. */
export function machineWith(code: Code, options: Partial<MachineOptions> = {}): Machine {
  const machine = new Machine({ memoryBytes: 4 << 20, ...options });
  machine.boot(flatImage(code.bytes, [LOAD, LOAD, 0, 0, START]));
  return machine;
}

/** Flat code (8) and data (0x10) descriptors, and interrupt gates of ring 0 for some vectors. */
export function descriptorTables(machine: Machine, gates: Readonly<Record<number, number>>): void {
  const put = (at: number, words: readonly number[]): void => {
    words.forEach((value, i) => machine.memory.writePhysical(at + i * 4, new Uint8Array(Uint32Array.of(value).buffer)));
  };
  put(GDT, [0, 0, ...FLAT_CODE, ...FLAT_DATA]);
  for (const [vector, handler] of Object.entries(gates))
    put(IDT + Number(vector) * 8, [(8 << 16) | (handler & 0xffff), (handler & 0xffff0000) | 0x8e00]);
  machine.memory.writePhysical(POINTERS, Uint8Array.of(23, 0, GDT & 255, GDT >> 8, 0, 0));
  machine.memory.writePhysical(POINTERS + 8, Uint8Array.of(0xff, 7, IDT & 255, IDT >> 8, 0, 0));
}
