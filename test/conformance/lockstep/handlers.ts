import type { Rng } from "../../differential/rng";
import { Assembler, Reg } from "./assembler";
import { At, CODE_BYTES, DATA_PAGES, PAGE, SELECTORS, type Setting } from "./setting";
import { entryAt, entryBytes, isMapped } from "./tables";

/**
 * Handlers, in ring 0: a page fault in what is mapped maps it again and goes
 * back; any other fault goes on at some block with fresh pointers; INT 80h and
 * interrupts return, but each takes rights from a page or swaps two. They
 * address through SS: the program may have loaded DS with anything.
 */
export interface Handlers {
  handlers: Uint8Array;
  /** Address of each vector's handler. */
  vectors: number[];
}

const WITH_ERROR = new Set([8, 10, 11, 12, 13, 14, 17]);
const SS = 0x36;
const CR3_RELOAD = [0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9];

/** Blocks that "restart" goes on at, one after the other. */
const RESTARTS = 16;

export function makeHandlers(rng: Rng, setting: Setting, blocks: readonly number[]): Handlers {
  const a = new Assembler(At.Handlers);
  restart(a, rng, setting);
  pageFault(a, setting);
  change(a, rng, setting);
  a.label("blocks");
  for (let n = 0; n < RESTARTS; n++) a.word(rng.pick(blocks));
  const handlers = a.finish();
  const vectors = Array.from({ length: 256 }, (_, vector) => {
    if (vector === 1) return a.addressOf("trap");
    if (vector === 14 && isMapped(setting)) return a.addressOf("page fault");
    if (vector >= 0x20) return a.addressOf("change");
    return a.addressOf(WITH_ERROR.has(vector) ? "restart" : "restart without code");
  });
  return { handlers, vectors };
}

/** INC [events]; MOV EAX, [events]. */
function countEvent(a: Assembler): void {
  a.emit(SS, 0xff, 0x05).word(At.Events).emit(SS, 0xa1).word(At.Events);
}

function restart(a: Assembler, rng: Rng, setting: Setting): void {
  const [code, data] = SELECTORS[setting.ring];
  // ADD ESP, 4 drops the error code.
  a.label("restart").emit(0x83, 0xc4, 4);
  a.label("restart without code");
  countEvent(a);
  // AND EAX, 15; MOV EAX, [blocks + EAX * 4]; MOV [ESP], EAX
  a.emit(0x83, 0xe0, RESTARTS - 1, SS, 0x8b, 0x04, 0x85)
    .absolute("blocks")
    .emit(0x89, 0x04, 0x24);
  const stack = At.UserStack - 0x40;
  if (setting.ring !== 0) a.emit(0xc7, 0x44, 0x24, 4).word(code).emit(0xc7, 0x44, 0x24, 12).word(stack);
  // MOV EAX, DS; CMP EAX, data; JE: the program's own data segments, unless they are in place
  for (const [store, load] of [
    [0xd8, 0xd8],
    [0xc0, 0xc0],
  ]) {
    a.emit(0x8c, store ?? 0, 0x3d)
      .word(data)
      .over(0x74, () => a.mov(Reg.Eax, data).emit(0x8e, load ?? 0));
  }
  a.mov(Reg.Ebx, At.Data + rng.below(0x4000))
    .mov(Reg.Esi, At.Data + rng.below(0x4000))
    .mov(Reg.Ebp, stack);
  if (setting.ring === 0) {
    // MOV EAX, [ESP]; MOV ECX, [ESP + 8]; the frame moves to a stack that has room
    a.emit(0x8b, 0x04, 0x24, 0x8b, 0x4c, 0x24, 8).mov(Reg.Esp, stack).emit(0x51, 0x6a, SELECTORS[0][0], 0x50);
  }
  // AND BYTE [ESP + 9], FEh: no single steps
  a.label("trap").emit(0x80, 0x64, 0x24, 9, 0xfe, 0xcf);
}

function pageFault(a: Assembler, setting: Setting): void {
  const table = entryAt(setting, 0);
  const scaled = entryBytes(setting) === 8 ? 0xc5 : 0x85;
  // PUSH EAX; MOV EAX, CR2; SHR EAX, 12; CMP EAX, first; JB; CMP EAX, last; JAE
  a.label("page fault").emit(0x50, 0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12);
  a.emit(0x3d)
    .word(At.Code >>> 12)
    .jcc(2, "hopeless")
    .emit(0x3d)
    .word(At.End >>> 12)
    .jcc(3, "hopeless");
  // Rights that were there already: the fault has another reason. MOV EAX, [entry]; AND EAX, 7; CMP EAX, 7
  a.emit(SS, 0x8b, 0x04, scaled).word(table).emit(0x83, 0xe0, 7, 0x83, 0xf8, 7).jcc(4, "hopeless");
  // MOV EAX, CR2; SHR EAX, 12; OR DWORD [entry], 7; MOV EAX, CR2; INVLPG [EAX]
  a.emit(0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12, SS, 0x83, 0x0c, scaled).word(table).emit(7);
  a.emit(0x0f, 0x20, 0xd0, SS, 0x0f, 0x01, 0x38, 0x58, 0x83, 0xc4, 4, 0xcf);
  a.label("hopeless").emit(0x58).jmp("restart");
}

/** Counts; now and then it does not go back, else it may change a page. */
function change(a: Assembler, rng: Rng, setting: Setting): void {
  a.label("change").emit(0x50, 0x51);
  countEvent(a);
  // MOV ECX, EAX; TEST AL, 15; JZ
  a.emit(0x89, 0xc1, 0xa8, 15).jcc(4, "go elsewhere");
  if (isMapped(setting)) {
    // TEST AL, bit; JNZ
    a.emit(0xa8, 1 << rng.below(3)).jcc(5, "swap");
    takeRights(a, rng, setting);
    a.jmp("done");
    a.label("swap");
    swapAliases(a, rng, setting);
  }
  a.label("done").emit(0x59, 0x58, 0xcf);
  a.label("go elsewhere").emit(0x59, 0x58).jmp("restart without code");
}

/** SHR ECX, 1; AND ECX, pages - 1; AND DWORD [entry], mask; SHL ECX, 12; INVLPG [page], which some handlers forget. */
function takeRights(a: Assembler, rng: Rng, setting: Setting): void {
  const [first, pages] = rng.pick([
    [At.Data, DATA_PAGES],
    [At.Data, DATA_PAGES],
    [At.Code, CODE_BYTES / PAGE],
    [At.Alias, CODE_BYTES / PAGE],
  ] as const);
  const mask = rng.pick([0xfe, 0xfe, 0xfd, 0xfb, 0x9f]);
  const scaled = entryBytes(setting) === 8 ? 0xcd : 0x8d;
  a.emit(0xd1, 0xe9, 0x83, 0xe1, pages - 1, SS, 0x83, 0x24, scaled)
    .word(entryAt(setting, first))
    .emit(mask);
  if (!rng.oneIn(3)) a.emit(0xc1, 0xe1, 12, SS, 0x0f, 0x01, 0xb9).word(first);
}

/** XCHG of the entries of two pages of the second mapping, which are not global, then mostly a load of CR3. */
function swapAliases(a: Assembler, rng: Rng, setting: Setting): void {
  const entry = entryAt(setting, At.Alias);
  const other = entry + entryBytes(setting) * rng.below(CODE_BYTES / PAGE);
  a.emit(SS, 0x8b, 0x0d).word(entry).emit(SS, 0x87, 0x0d).word(other).emit(SS, 0x89, 0x0d).word(entry);
  if (!rng.oneIn(3)) a.emit(...CR3_RELOAD);
}
