/* 32-bit ELF, as far as loading a kernel needs it. */
#ifndef VMM_ELF_H
#define VMM_ELF_H

#include "vmm/types.h"

#define ELF_MAGIC          "\177ELF"
#define ELF_CLASS_32       1
#define ELF_LITTLE_ENDIAN  1
#define ELF_EXECUTABLE     2
#define ELF_MACHINE_386    3
#define ELF_SEGMENT_LOAD   1
#define ELF_SEGMENT_NOTE   4
#define ELF_SECTION_NOTE   7
#define ELF_SECTION_SYMTAB 2
#define ELF_SECTION_STRTAB 3

struct elf_header {
  u8 magic[4];
  u8 class, data, version, abi, padding[8];
  u16 type, machine;
  u32 elf_version;
  u32 entry;
  u32 segment_offset, section_offset;
  u32 flags;
  u16 header_size, segment_size, segments, section_size, sections, name_section;
};

struct elf_segment {
  u32 type, offset, vaddr, paddr, file_bytes, memory_bytes, flags, align;
};

struct elf_section {
  u32 name, type, flags, address, offset, size, link, info, align, entry_size;
};

/* Followed by the name and the description, each padded to 4 bytes. */
struct elf_note {
  u32 name_size, desc_size, type;
};

#endif
