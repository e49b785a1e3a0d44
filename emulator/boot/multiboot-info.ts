import { ADAPTERS_START, CONVENTIONAL_END, HIGH_START } from "./low-memory";

/** A module in guest RAM. */
export interface PlacedModule {
  start: number;
  end: number;
  commandLine: string;
}

export interface BootFacts {
  commandLine: string;
  modules: readonly PlacedModule[];
  /** Guest RAM in bytes. */
  memoryBytes: number;
}

/** Flags of the information structure (Multiboot 0.6.96, section 3.3). */
const enum InfoFlag {
  Memory = 1 << 0,
  CommandLine = 1 << 2,
  Modules = 1 << 3,
  MemoryMap = 1 << 6,
  LoaderName = 1 << 9,
}

/** Fields of the information structure, as byte offsets. */
const enum Info {
  Flags = 0,
  MemLower = 4,
  MemUpper = 8,
  CommandLine = 16,
  ModulesCount = 20,
  ModulesAddr = 24,
  MmapLength = 44,
  MmapAddr = 48,
  LoaderName = 64,
  Size = 120,
}

const INFO_FLAGS = InfoFlag.Memory | InfoFlag.CommandLine | InfoFlag.Modules | InfoFlag.MemoryMap | InfoFlag.LoaderName;

const MODULE_BYTES = 16;
/** An entry of the memory map: its size field, base and length (64 bits each), type. */
const MMAP_BYTES = 24;
const MMAP_RAM = 1;
const MMAP_RESERVED = 2;
const MMAP_ENTRIES = 3;

export const LOADER_NAME = "ringscope";
const KIB = 1024;

/** The whole block of boot information: the structure and everything it points to, linked for physical address `at`. */
export function buildInfo(facts: BootFacts, at: number): Uint8Array {
  const strings = [facts.commandLine, LOADER_NAME, ...facts.modules.map((m) => m.commandLine)].map(encodeString);
  const modulesAt = Info.Size;
  const mmapAt = modulesAt + facts.modules.length * MODULE_BYTES;
  const stringsAt = mmapAt + MMAP_ENTRIES * MMAP_BYTES;
  const block = new Uint8Array(stringsAt + strings.reduce((sum, s) => sum + s.length, 0));
  const view = new DataView(block.buffer);
  const put = (offset: number, value: number): void => view.setUint32(offset, value, true);

  const addresses: number[] = [];
  let next = stringsAt;
  for (const string of strings) {
    block.set(string, next);
    addresses.push(at + next);
    next += string.length;
  }
  const [commandLine = 0, loaderName = 0, ...moduleLines] = addresses;

  put(Info.Flags, INFO_FLAGS);
  put(Info.MemLower, CONVENTIONAL_END / KIB);
  put(Info.MemUpper, (facts.memoryBytes - HIGH_START) / KIB);
  put(Info.CommandLine, commandLine);
  put(Info.ModulesCount, facts.modules.length);
  put(Info.ModulesAddr, at + modulesAt);
  put(Info.MmapLength, MMAP_ENTRIES * MMAP_BYTES);
  put(Info.MmapAddr, at + mmapAt);
  put(Info.LoaderName, loaderName);

  facts.modules.forEach((module, i) => {
    const entry = modulesAt + i * MODULE_BYTES;
    put(entry, module.start);
    put(entry + 4, module.end);
    put(entry + 8, moduleLines[i] ?? 0);
  });
  putRange(view, mmapAt, [0, CONVENTIONAL_END], MMAP_RAM);
  putRange(view, mmapAt + MMAP_BYTES, [CONVENTIONAL_END, ADAPTERS_START], MMAP_RESERVED);
  putRange(view, mmapAt + 2 * MMAP_BYTES, [HIGH_START, facts.memoryBytes], MMAP_RAM);
  return block;
}

function putRange(view: DataView, at: number, [start, end]: readonly [number, number], type: number): void {
  view.setUint32(at, MMAP_BYTES - 4, true);
  view.setUint32(at + 4, start, true);
  view.setUint32(at + 12, end - start, true);
  view.setUint32(at + 20, type, true);
}

/** UTF-8 with a terminating zero; written by hand because the emulator sees no TextEncoder. */
function encodeString(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  bytes.push(0);
  return bytes;
}
