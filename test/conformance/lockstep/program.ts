import { SPECS, type Spec } from "../../../emulator/isa/spec";
import { Trait } from "../../../emulator/isa/traits";
import { encode } from "../../differential/encode";
import type { Rng } from "../../differential/rng";
import { Assembler, Reg } from "./assembler";

/**
 * Random programs that keep running: blocks of random instructions joined by
 * every kind of near branch, in four pages of code that are mapped twice. They
 * fault, patch themselves and change their page tables; the handlers put back
 * what has to hold, so that the code runs on for any number of instructions.
 */

export const CODE = 0x10000;
export const CODE_BYTES = 0x4000;
/** Where the program's code is mapped a second time; handlers swap the pages there. */
export const ALIAS = 0x80000;
export const DATA = 0x20000;
export const DATA_PAGES = 8;
export const DIRECTORY = 0x1000;
export const TABLE = 0x2000;
export const HANDLERS = 0x30000;
export const STACK_TOP = 0x38000;
export const KERNEL_STACK = 0x3f000;
/** Words of the handlers: events so far. */
const EVENTS = 0x3f800;

const BASES = [Reg.Ebx, Reg.Esi];
const KEPT: readonly number[] = [Reg.Ebx, Reg.Esi, Reg.Esp];
const PLAIN = SPECS.filter(
  ({ traits, text, operands }) =>
    (traits & (Trait.System | Trait.Branch | Trait.Stack | Trait.String)) === 0 &&
    !text.startsWith("undefined") &&
    operands.every(({ addressing }) => "EGZIMfixed".includes(addressing)),
);
const COMMON = PLAIN.filter(({ mnemonic }) => /^(add|sub|and|or|xor|cmp|test|mov|lea|inc|dec|adc|sbb|shl|shr|sar|movzx|movsx|setcc|cmov|imul2)$/.test(mnemonic));
const STRINGS = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];

export interface Program {
  code: Uint8Array;
  handlers: Uint8Array;
  entry: number;
  /** Address of each vector's handler. */
  vectors: number[];
  /** Addresses in the code, for breakpoints. */
  starts: number[];
}

class Generator {
  private readonly a = new Assembler(CODE);
  private readonly blocks: number;
  private readonly functions: number;

  constructor(private readonly rng: Rng) {
    this.blocks = 6 + rng.below(20);
    this.functions = 1 + rng.below(4);
  }

  make(): Program {
    const { a, rng } = this;
    a.label("entry");
    this.setRegisters();
    for (let n = 0; n < this.blocks; n++) {
      a.label(this.blockName(n));
      this.body();
      this.end(n);
      // Now and then the next block starts in another page, or its jump straddles a page end.
      if (rng.oneIn(6)) this.pad();
    }
    a.jmp("entry");
    for (let n = 0; n < this.functions; n++) this.function(n);
    a.label("table");
    for (let n = 0; n < 8; n++) a.absolute(this.blockName(rng.below(this.blocks)));
    const starts = Array.from({ length: this.blocks }, (_, n) => a.addressOf(this.blockName(n)));
    const code = a.finish();
    if (code.length > CODE_BYTES) throw new Error("the program is too long");
    return { code, entry: CODE, starts, ...handlers(rng, starts) };
  }

  private blockName(n: number): string {
    return `block ${n.toString()}`;
  }

  private anyBlock(): string {
    return this.blockName(this.rng.below(this.blocks));
  }

  private setRegisters(): void {
    const { a, rng } = this;
    a.mov(Reg.Ebx, DATA + rng.below(DATA_PAGES * 0x1000)).mov(Reg.Esi, DATA + rng.below(DATA_PAGES * 0x1000));
    a.mov(Reg.Esp, STACK_TOP - rng.below(64) * (rng.oneIn(8) ? 1 : 4));
  }

  private pad(): void {
    const { a } = this;
    const left = 0x1000 - (a.here & 0xfff);
    if (a.bytes.length + left > CODE_BYTES - 0x1000 || left < 16) return;
    const label = `pad ${a.here.toString()}`;
    a.jmp(label);
    while ((a.here & 0xfff) < 0xffd - this.rng.below(4)) a.emit(0x90);
    a.label(label);
  }

  private body(): void {
    for (let n = this.rng.below(9); n > 0; n--) this.instruction();
  }

  private instruction(): void {
    const { a, rng } = this;
    switch (rng.below(16)) {
      case 0:
        return void a.emit(...rng.pick([[0x50], [0x58], [0x9c], [0x6a, 0x55], [0xff, 0x33], [0x8f, 0x06], [0x8d, 0x64, 0x24, 0xfc], [0x51], [0x5f]]));
      case 1:
        return this.string();
      case 2:
        if (rng.oneIn(6)) return this.patch();
        return this.plain(PLAIN);
      case 3:
        if (rng.oneIn(4)) return this.setRegisters();
        return this.plain(PLAIN);
      case 4:
        if (rng.oneIn(8)) return void a.emit(0xcd, 0x80);
        return this.plain(PLAIN);
      default:
        return this.plain(rng.oneIn(3) ? PLAIN : COMMON);
    }
  }

  private string(): void {
    const { a, rng } = this;
    // Pointers that overlap, cross pages, or leave the data.
    a.mov(Reg.Edi, DATA + rng.below(DATA_PAGES * 0x1000));
    if (rng.oneIn(3)) return void a.emit(rng.pick(STRINGS));
    a.mov(Reg.Ecx, rng.below(rng.oneIn(4) ? 3000 : 40)).emit(rng.pick([0xf2, 0xf3]), rng.pick(STRINGS));
    a.mov(Reg.Esi, DATA + rng.below(DATA_PAGES * 0x1000));
  }

  /** Changes the immediate of an instruction nearby: MOV EDX, imm32, behind or ahead. */
  private patch(): void {
    const { a, rng } = this;
    const label = `patched ${a.here.toString()}`;
    const store = (): void => void a.emit(0x00, 0x05 | (rng.below(4) << 3)).absolute(label);
    const target = (): void => void a.emit(0xba).label(label).word(rng.u32());
    for (const piece of rng.oneIn(2) ? [store, target] : [target, store]) piece();
  }

  private plain(specs: readonly Spec[]): void {
    const { a, rng } = this;
    const spec = rng.pick(specs);
    const form = { opSize: rng.oneIn(8) ? 2 : 4, addrSize: 4, memory: false } as const;
    const bytes = [...encode(spec, form, rng)];
    if (!spec.modrm) return void (this.safe(bytes) && a.emit(...bytes));
    const at = bytes.length - immediates(spec, form.opSize) - 1;
    const modrm = bytes[at] ?? 0;
    const memoryOnly = spec.operands.some(({ addressing }) => addressing === "M");
    if (memoryOnly || (rng.oneIn(2) && !spec.registersOnly)) {
      const memory = this.memory((modrm >> 3) & 7);
      if (KEPT.includes((modrm >> 3) & 7)) memory[0] = (memory[0] ?? 0) & ~0x38;
      a.emit(...bytes.slice(0, at), ...memory, ...bytes.slice(at + 1));
    } else if (!KEPT.includes(modrm & 7) && !KEPT.includes((modrm >> 3) & 7)) a.emit(...bytes);
  }

  /** Short forms with a register in the opcode leave the kept ones alone. */
  private safe(bytes: number[]): boolean {
    const opcode = bytes.find((byte) => byte !== 0x66 && byte !== 0x0f) ?? 0;
    const inOpcode = (opcode >= 0x40 && opcode < 0x60) || (opcode >= 0x90 && opcode < 0x98) || opcode >= 0xb0;
    return !inOpcode || !KEPT.includes(opcode & 7);
  }

  private memory(reg: number): number[] {
    const { rng } = this;
    const base = rng.pick(BASES);
    if (rng.oneIn(3)) return [0x40 | (reg << 3) | base, rng.u32() & 0xff];
    const displacement = rng.oneIn(3) ? rng.below(0x2000) - 0x1000 : rng.below(64) * 4;
    return [0x80 | (reg << 3) | base, displacement & 0xff, (displacement >> 8) & 0xff, (displacement >> 16) & 0xff, (displacement >> 24) & 0xff];
  }

  private end(n: number): void {
    const { a, rng } = this;
    switch (rng.below(12)) {
      case 0:
        return void a.jmp(this.anyBlock());
      case 1:
      case 2:
        return void a.call(`function ${rng.below(this.functions).toString()}`);
      case 3:
        // and eax, 7; jmp or call [table + eax * 4]
        return void a.emit(0x83, 0xe0, 7, 0xff, rng.oneIn(2) ? 0x24 : 0x14, 0x85).absolute("table");
      case 4:
        // A counted loop to an earlier block: dec ebp; and ebp, 15; jnz
        return void a.emit(0x4d, 0x83, 0xe5, 15).jcc(5, this.blockName(rng.below(n + 1)));
      case 5:
        // The same code in its second mapping.
        return void a.mov(Reg.Eax, ALIAS - CODE).emit(0x05).absolute(this.anyBlock()).emit(0xff, 0xe0);
      default:
        return void a.jcc(rng.below(16), this.anyBlock());
    }
  }

  private function(n: number): void {
    const { a, rng } = this;
    a.label(`function ${n.toString()}`).emit(0x55, 0x89, 0xe5);
    this.body();
    if (n > 0 && rng.oneIn(2)) a.call(`function ${rng.below(n).toString()}`);
    a.emit(0xc9, ...(rng.oneIn(8) ? [0xc2, 4, 0] : [0xc3]));
  }
}

function immediates(spec: Spec, opSize: 2 | 4): number {
  return spec.operands.reduce((sum, { addressing, size, signExtended, value }) => {
    if (addressing !== "I" || value >= 0) return sum;
    return sum + (signExtended ? 1 : size === "v" ? opSize : size);
  }, 0);
}

const WITH_ERROR = new Set([8, 10, 11, 12, 13, 14, 17]);

/**
 * Handlers: a page fault in the data maps the page and goes back; any other
 * fault goes on at some block with fresh registers; INT 80h and interrupts
 * return, but every few of them unmap, protect or swap pages.
 */
function handlers(rng: Rng, starts: number[]): Pick<Program, "handlers" | "vectors"> {
  const a = new Assembler(HANDLERS);
  a.label("restart").emit(0x83, 0xc4, 4);
  a.label("restart without code");
  a.emit(0xff, 0x05).word(EVENTS).emit(0xa1).word(EVENTS).emit(0x83, 0xe0, 7);
  a.emit(0x8b, 0x04, 0x85).absolute("blocks").emit(0x89, 0x04, 0x24);
  a.mov(Reg.Ebx, DATA + rng.below(0x4000)).mov(Reg.Esi, DATA + rng.below(0x4000)).mov(Reg.Ebp, STACK_TOP - 64).emit(0xcf);
  pageFault(a);
  change(a, rng);
  a.label("blocks");
  for (let n = 0; n < 8; n++) a.word(rng.pick(starts));
  const code = a.finish();
  const vectors = Array.from({ length: 256 }, (_, vector) => {
    if (vector === 14) return a.addressOf("page fault");
    if (vector >= 0x20) return a.addressOf("change");
    return a.addressOf(WITH_ERROR.has(vector) ? "restart" : "restart without code");
  });
  return { handlers: code, vectors };
}

function pageFault(a: Assembler): void {
  a.label("page fault").emit(0x50, 0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12);
  a.emit(0x3d).word(DATA >>> 12).jcc(2, "hopeless").emit(0x3d).word((DATA >>> 12) + DATA_PAGES).jcc(3, "hopeless");
  // Rights that were there already: the fault has another reason.
  a.emit(0x8b, 0x04, 0x85).word(TABLE).emit(0x83, 0xe0, 7, 0x83, 0xf8, 7).jcc(4, "hopeless");
  a.emit(0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12, 0x83, 0x0c, 0x85).word(TABLE).emit(7);
  a.emit(0x0f, 0x20, 0xd0, 0x0f, 0x01, 0x38, 0x58, 0x83, 0xc4, 4, 0xcf);
  a.label("hopeless").emit(0x58).jmp("restart");
}

/** Unmaps or write-protects a page of data, or swaps two pages of the second mapping. */
function change(a: Assembler, rng: Rng): void {
  a.label("change").emit(0x50, 0x51, 0xff, 0x05).word(EVENTS).emit(0xa1).word(EVENTS).emit(0x89, 0xc1, 0x83, 0xe1, DATA_PAGES - 1);
  a.emit(0xa8, 1 << rng.below(3)).jcc(5, "swap");
  a.emit(0x83, 0x24, 0x8d).word(TABLE + (DATA >>> 12) * 4).emit(rng.pick([0xfe, 0xfd, 0x9f]));
  a.emit(0xc1, 0xe1, 12, 0x0f, 0x01, 0xb9).word(DATA).jmp("done");
  // xchg of the entries of two alias pages, then a load of CR3.
  a.label("swap").emit(0x8b, 0x0d).word(TABLE + (ALIAS >>> 12) * 4).emit(0x87, 0x0d).word(TABLE + (ALIAS >>> 12) * 4 + 4 * rng.below(4));
  a.emit(0x89, 0x0d).word(TABLE + (ALIAS >>> 12) * 4).emit(0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9);
  a.label("done").emit(0x59, 0x58, 0xcf);
}

export const makeProgram = (rng: Rng): Program => new Generator(rng).make();
