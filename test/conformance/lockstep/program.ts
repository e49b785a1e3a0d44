import type { Rng } from "../../differential/rng";
import { Assembler, type Piece, Reg } from "./assembler";
import { makeHandlers } from "./handlers";
import { Instructions } from "./instructions";
import { At, CODE_BYTES, PAGE, type Setting } from "./setting";

/**
 * Random programs that keep running: blocks of random instructions joined by
 * every kind of near branch, in four pages of code that are mapped twice. They
 * fault, patch themselves and change their page tables; the handlers put back
 * what has to hold, so that the code runs on for any number of instructions.
 */

/** A place in the code that may be changed from outside at any time. */
export interface SoftSpot {
  linear: number;
  kind: "immediate" | "opcode";
}

export interface Program {
  code: Uint8Array;
  handlers: Uint8Array;
  /** Address of each vector's handler. */
  vectors: number[];
  pieces: readonly Piece[];
  /** Linear address after the last instruction; tables follow. */
  end: number;
  /** Starts of blocks and of instructions: where breakpoints go. */
  starts: readonly number[];
  soft: readonly SoftSpot[];
}

class Generator {
  private readonly a = new Assembler(At.Code);
  private readonly body: Instructions;
  private readonly blocks: number;
  private readonly functions: number;
  /** Labels of instructions in the midst of blocks. */
  private readonly marks: string[] = [];

  constructor(
    private readonly rng: Rng,
    private readonly setting: Setting,
  ) {
    this.body = new Instructions(this.a, rng, setting);
    this.blocks = 6 + rng.below(20);
    this.functions = 2 + rng.below(4);
  }

  make(): Program {
    const { a, rng, body } = this;
    a.label("entry");
    body.values();
    body.pointers();
    body.stack();
    for (let n = 0; n < this.blocks; n++) {
      a.label(this.blockName(n));
      this.instructions();
      a.piece(() => this.end(n));
      if (rng.oneIn(6)) this.pad();
    }
    a.jmp("entry");
    for (let n = 0; n < this.functions; n++) this.function(n);
    this.table();
    const code = a.finish();
    if (code.length > CODE_BYTES) throw new Error("the program is too long");
    const addresses = (labels: readonly string[]): number[] => labels.map((label) => a.addressOf(label));
    const blocks = addresses(Array.from({ length: this.blocks }, (_, n) => this.blockName(n)));
    return {
      code,
      pieces: a.pieces,
      end: a.addressOf("table"),
      starts: [...blocks, ...addresses(this.marks)],
      soft: body.soft.map(({ label, kind }) => ({ linear: a.addressOf(label), kind })),
      ...makeHandlers(rng, this.setting, blocks),
    };
  }

  private blockName(n: number): string {
    return `block ${n.toString()}`;
  }

  private anyBlock(): string {
    return this.blockName(this.rng.below(this.blocks));
  }

  private anyFunction(): string {
    return `function ${this.rng.below(this.functions).toString()}`;
  }

  private instructions(): void {
    const { a, body } = this;
    for (let n = this.rng.below(9); n > 0; n--) {
      const mark = body.fresh("mark");
      this.marks.push(mark);
      a.label(mark).piece(() => body.one());
    }
  }

  /** Goes on at the end of the page: its last jump straddles two pages, or the next block is in another. */
  private pad(): void {
    const { a } = this;
    const left = PAGE - (a.here & (PAGE - 1));
    if (a.bytes.length + left > CODE_BYTES - PAGE || left < 16) return;
    const label = this.body.fresh("pad");
    a.jmp(label);
    while ((a.here & (PAGE - 1)) < PAGE - 3 - this.rng.below(8)) a.emit(0x90);
    a.label(label);
  }

  /** Where indirect branches lead: blocks, and places in the midst of them. */
  private table(): void {
    const { a, rng } = this;
    a.label("table");
    for (let n = 0; n < 8; n++)
      a.absolute(rng.oneIn(2) && this.marks.length > 0 ? rng.pick(this.marks) : this.anyBlock());
  }

  // ---- ends of blocks

  private end(n: number): void {
    const { a, rng } = this;
    switch (rng.below(16)) {
      case 0:
        return void a.jmp(this.anyBlock());
      case 1:
      case 2:
        return void a.call(this.anyFunction());
      case 3:
        return this.indirect();
      case 4:
      case 5:
        // A counted loop to an earlier block: DEC EBP; AND EBP, 15; JNZ.
        return void a.emit(0x4d, 0x83, 0xe5, rng.pick([15, 15, 127])).jcc(5, this.blockName(rng.below(n + 1)));
      case 6:
        return this.elsewhere();
      case 7:
        // A return that no call belongs to: PUSH block; RET.
        return void a.emit(0x68).absolute(this.anyBlock()).emit(0xc3);
      default:
        return void a.jcc(rng.below(16), this.anyBlock());
    }
  }

  /** AND EAX, 7; JMP or CALL [table + EAX * 4]. */
  private indirect(): void {
    const { a, rng } = this;
    a.emit(0x83, 0xe0, 7);
    if (rng.oneIn(2)) a.emit(0xff, rng.oneIn(2) ? 0x24 : 0x14, 0x85).absolute("table");
    else
      a.emit(0x8b, 0x04, 0x85)
        .absolute("table")
        .emit(0xff, rng.oneIn(2) ? 0xe0 : 0xd0);
  }

  /** The same code in another mapping: MOV EAX, distance; ADD EAX, block; JMP EAX. */
  private elsewhere(): void {
    const { a, rng, setting } = this;
    const distance = setting.paging === "off" ? 0 : rng.oneIn(4) ? At.Large : At.Alias - At.Code;
    a.mov(Reg.Eax, distance).emit(0x05).absolute(this.anyBlock()).emit(0xff, 0xe0);
  }

  // ---- functions

  private function(n: number): void {
    const { a, rng } = this;
    a.label(`function ${n.toString()}`);
    switch (rng.below(6)) {
      case 0:
        return this.leaf();
      case 1:
        // Never goes back: ADD ESP, 4; JMP.
        this.instructions();
        return void a.emit(0x83, 0xc4, 4).jmp(this.anyBlock());
      case 2:
        // Goes back to somewhere else: MOV DWORD [ESP], block; RET.
        this.instructions();
        return void a.emit(0xc7, 0x04, 0x24).absolute(this.anyBlock()).emit(0xc3);
      case 3:
        return this.recursive(n);
      default:
        return this.framed(n);
    }
  }

  private leaf(): void {
    this.instructions();
    this.a.emit(0xc3);
  }

  private framed(n: number): void {
    const { a, rng, body } = this;
    a.emit(0x55, 0x89, 0xe5);
    body.framed = true;
    this.instructions();
    if (n > 0 && rng.oneIn(2)) a.piece(() => a.call(`function ${rng.below(n).toString()}`));
    this.instructions();
    body.framed = false;
    a.emit(0xc9, ...(rng.oneIn(6) ? [0xc2, 4, 0] : [0xc3]));
  }

  /** DEC EBP; AND EBP, 7; JZ out; CALL itself; out: RET. */
  private recursive(n: number): void {
    const { a } = this;
    const out = this.body.fresh("out");
    a.emit(0x4d, 0x83, 0xe5, 7).jcc(4, out);
    a.call(`function ${n.toString()}`);
    this.instructions();
    a.label(out).emit(0xc3);
  }
}

export const makeProgram = (rng: Rng, setting: Setting): Program => new Generator(rng, setting).make();
