/** Numbers of the ELF format (System V ABI, chapters 4 and 5). */

export const ELF_HEADER_SIZE = 52;
export const SECTION_HEADER_SIZE = 40;
export const PROGRAM_HEADER_SIZE = 32;
export const SYMBOL_SIZE = 16;

export const enum Ident {
  Class = 4,
  Data = 5,
}

export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const EM_386 = 3;

export const enum ElfType {
  Exec = 2,
  Dyn = 3,
}

export const PT_LOAD = 1;
export const PT_NOTE = 4;

export const enum SegmentFlag {
  X = 1,
  W = 2,
}

export const enum SectionType {
  Null = 0,
  Symtab = 2,
  Note = 7,
  Nobits = 8,
  Dynsym = 11,
}

export const enum SectionFlag {
  Alloc = 2,
  ExecInstr = 4,
  Tls = 0x400,
  Compressed = 0x800,
}

export const enum SymbolType {
  None = 0,
  Object = 1,
  Func = 2,
  Section = 3,
  File = 4,
}

export const STB_LOCAL = 0;
export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
