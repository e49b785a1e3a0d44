import { stringAt } from "../bytes";
import type { ElfSymbol } from "../model";
import { SectionFlag, SectionType, SHN_LORESERVE, SHN_UNDEF, STB_LOCAL, SYMBOL_SIZE, SymbolType } from "./constants";
import type { ElfFile } from "./elf-file";

/** How many times over the string table may be read in all. */
const MAX_SHARING = 64;

export interface SymbolHit {
  readonly symbol: ElfSymbol;
  /** Bytes from the symbol's start. */
  readonly offset: number;
}

/**
 * How many symbols are searched between an address and the symbol to which it belongs: the labels of a long function in
 * assembly.
 */
const MAX_LABELS = 4096;

/** The ELF symbols of an image, by name and by address. */
export class SymbolTable {
  private readonly byName = new Map<string, ElfSymbol>();
  /** Ascending by address. Of several at one address, the one to show comes last. */
  private readonly sorted: readonly ElfSymbol[];

  /** @param debugFile the file with the debug information, which has the symbols that were stripped from the image */
  constructor(
    private readonly elf: ElfFile,
    debugFile?: ElfFile,
  ) {
    const symbols = readSymbols(debugFile && !hasSymbols(elf) ? debugFile : elf);
    for (const symbol of symbols) {
      const known = this.byName.get(symbol.name);
      if (!known || (symbol.isGlobal && !known.isGlobal)) this.byName.set(symbol.name, symbol);
    }
    this.sorted = symbols.sort((a, b) => a.address - b.address || rank(a) - rank(b));
  }

  named(name: string): ElfSymbol | undefined {
    return this.byName.get(name);
  }

  /** All symbols, ascending by address. */
  all(): readonly ElfSymbol[] {
    return this.sorted;
  }

  /**
   * The symbol whose bytes hold the address; or else the nearest symbol without a size between it and the symbol
   * before.
   */
  at(address: number, accept: (symbol: ElfSymbol) => boolean = () => true): SymbolHit | undefined {
    const section = this.elf.sectionAt(address);
    if (!section) return undefined;
    let unsized: SymbolHit | undefined;
    const last = this.lastAtOrBelow(address);
    for (let i = last; i >= 0 && last - i < MAX_LABELS; i--) {
      const symbol = this.sorted[i];
      if (!symbol || symbol.address < section.address) break;
      if (!accept(symbol)) continue;
      const offset = address - symbol.address;
      if (symbol.size === 0) unsized ??= { symbol, offset };
      else if (offset < symbol.size) return { symbol, offset };
      else if (unsized) break;
    }
    return unsized;
  }

  /** The function that holds the address; in assembly without types, the label. */
  functionAt(address: number): SymbolHit | undefined {
    const section = this.elf.sectionAt(address);
    if (!section || !(section.flags & SectionFlag.ExecInstr)) return undefined;
    const isFunction = (s: ElfSymbol): boolean => s.kind === "function";
    return this.at(address, isFunction) ?? this.at(address, (s) => s.kind === "label");
  }

  /** The bytes around an address in which no other symbol begins: those of a symbol, or of what is between two. */
  stretchAt(address: number): { low: number; high: number; isData: boolean } | undefined {
    const section = this.elf.sectionAt(address);
    if (!section) return undefined;
    const last = this.lastAtOrBelow(address);
    let next = section.address + section.size;
    for (let i = last + 1; i < this.sorted.length; i++) {
      const symbol = this.sorted[i];
      if (!symbol || symbol.kind === "other") continue;
      next = Math.min(next, symbol.address);
      break;
    }
    let low = section.address;
    let isData = !(section.flags & SectionFlag.ExecInstr);
    for (let i = last; i >= 0 && last - i < MAX_LABELS; i--) {
      const symbol = this.sorted[i];
      if (!symbol || symbol.address < section.address) break;
      if (symbol.kind === "other") continue;
      const end = symbol.size > 0 ? symbol.address + symbol.size : next;
      if (address >= end) low = end;
      else {
        low = symbol.address;
        next = Math.min(next, end);
        isData = symbol.kind === "object" || isData;
      }
      break;
    }
    return { low, high: next, isData };
  }

  /**
   * The address after the function's last byte: by its size, or else up to the next function, the next label or the
   * section's end.
   */
  endOf(symbol: ElfSymbol): number {
    if (symbol.size > 0) return symbol.address + symbol.size;
    for (let i = this.lastAtOrBelow(symbol.address) + 1; i < this.sorted.length; i++) {
      const next = this.sorted[i];
      if (next && (next.kind === symbol.kind || next.kind === "function")) return next.address;
    }
    const section = this.elf.sectionAt(symbol.address);
    return section ? section.address + section.size : symbol.address + 1;
  }

  private lastAtOrBelow(address: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle]?.address ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/**
 * Which of several symbols at one address is shown: functions and objects before labels, global ones before local ones.
 */
function rank(symbol: ElfSymbol): number {
  const typed = symbol.kind === "function" || symbol.kind === "object" ? 2 : 0;
  return typed + (symbol.isGlobal ? 1 : 0);
}

function hasSymbols(elf: ElfFile): boolean {
  return elf.sections.some((section) => section.type === SectionType.Symtab);
}

function readSymbols(elf: ElfFile): ElfSymbol[] {
  const table =
    elf.sections.find((s) => s.type === SectionType.Symtab) ?? elf.sections.find((s) => s.type === SectionType.Dynsym);
  const strings = table && elf.sections[table.link];
  if (!table || !strings) return [];
  const names = elf.bytesOf(strings);
  const bytes = elf.bytesOf(table);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const symbols: ElfSymbol[] = [];
  // Names may share their ends, but within bounds, since a hundred thousand could overlap in the same megabyte.
  let left = MAX_SHARING * names.length;
  for (let at = SYMBOL_SIZE; at + SYMBOL_SIZE <= bytes.length; at += SYMBOL_SIZE) {
    const info = view.getUint8(at + 12);
    const type: SymbolType = info & 15;
    const section = view.getUint16(at + 14, true);
    const name = stringAt(names, view.getUint32(at, true));
    left -= name?.length ?? 0;
    if (left < 0) break;
    if (!name || section === SHN_UNDEF || type === SymbolType.Section || type === SymbolType.File) continue;
    symbols.push({
      name,
      address: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      kind: kindOf(type, section),
      isGlobal: info >> 4 !== STB_LOCAL,
    });
  }
  return symbols;
}

/** Numbers that the linker defines (sizes, absolute values) are not places and count as "other". */
function kindOf(type: SymbolType, section: number): ElfSymbol["kind"] {
  if (type === SymbolType.Func) return "function";
  if (type === SymbolType.Object) return "object";
  return type === SymbolType.None && section < SHN_LORESERVE ? "label" : "other";
}
