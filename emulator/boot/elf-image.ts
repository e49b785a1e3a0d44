import { MachineError } from "./machine-error";

/** ELF header and program header fields (System V ABI, chapter 4 and 5), as byte offsets. */
const enum Ehdr {
  Class = 4,
  Data = 5,
  Machine = 18,
  Entry = 24,
  Phoff = 28,
  Phentsize = 42,
  Phnum = 44,
  Size = 52,
}

const enum Phdr {
  Type = 0,
  Offset = 4,
  Vaddr = 8,
  Paddr = 12,
  Filesz = 16,
  Memsz = 20,
  Size = 32,
}

const MAGIC = 0x464c457f;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const EM_386 = 3;
const PT_LOAD = 1;

/** A run of bytes to place in guest RAM. */
export interface LoadSegment {
  /** The offset and length of the bytes in the file. */
  fileOffset: number;
  fileBytes: number;
  physical: number;
  virtual: number;
  /** The number of bytes in memory; those beyond `fileBytes` are zero. */
  memoryBytes: number;
}

export interface LoadPlan {
  segments: LoadSegment[];
  /** Physical address of the first instruction. */
  entry: number;
}

export function isElf(view: DataView): boolean {
  return view.byteLength >= 4 && view.getUint32(0, true) === MAGIC;
}

/** @throws MachineError image-64-bit, image-not-ia32 or image-truncated */
export function checkElfHeader(view: DataView): void {
  if (view.byteLength < Ehdr.Size) throw truncated(Ehdr.Size, view);
  const elfClass = view.getUint8(Ehdr.Class);
  const encoding = view.getUint8(Ehdr.Data);
  if (elfClass === CLASS_64) throw new MachineError("image-64-bit");
  const machine = view.getUint16(Ehdr.Machine, encoding === LITTLE_ENDIAN);
  if (encoding !== LITTLE_ENDIAN || machine !== EM_386)
    throw new MachineError("image-not-ia32", { machine, class: elfClass, encoding });
}

/**
 * The PT_LOAD segments of an ELF32 image.
 * @throws MachineError image-64-bit, image-not-ia32 or image-truncated
 */
export function elfSegments(view: DataView): LoadSegment[] {
  checkElfHeader(view);
  const phoff = view.getUint32(Ehdr.Phoff, true);
  const phnum = view.getUint16(Ehdr.Phnum, true);
  const phentsize = Math.max(view.getUint16(Ehdr.Phentsize, true), Phdr.Size);
  if (phoff + phnum * phentsize > view.byteLength) throw truncated(phoff + phnum * phentsize, view);

  const segments: LoadSegment[] = [];
  for (let at = phoff; at < phoff + phnum * phentsize; at += phentsize) {
    if (view.getUint32(at + Phdr.Type, true) !== PT_LOAD) continue;
    const segment = readSegment(view, at);
    if (segment.memoryBytes > 0) segments.push(segment);
  }
  return segments;
}

/**
 * What an ELF32 image asks for. If no segment holds the entry point at its physical address but one holds it at its
 * virtual address, the entry point is translated, as GRUB and QEMU do.
 * @throws MachineError image-bad-entry, and those of `elfSegments`
 */
export function planElf(view: DataView): LoadPlan {
  const segments = elfSegments(view);
  const entry = view.getUint32(Ehdr.Entry, true);
  const holds = (start: number, segment: LoadSegment): boolean => entry >= start && entry < start + segment.memoryBytes;
  if (segments.some((segment) => holds(segment.physical, segment))) return { segments, entry };
  const home = segments.find((segment) => holds(segment.virtual, segment));
  if (home === undefined) throw new MachineError("image-bad-entry", { entry });
  return { segments, entry: home.physical + entry - home.virtual };
}

function readSegment(view: DataView, at: number): LoadSegment {
  const field = (offset: number): number => view.getUint32(at + offset, true);
  const fileOffset = field(Phdr.Offset);
  const memoryBytes = field(Phdr.Memsz);
  const fileBytes = Math.min(field(Phdr.Filesz), memoryBytes);
  if (fileOffset + fileBytes > view.byteLength) throw truncated(fileOffset + fileBytes, view);
  return { fileOffset, fileBytes, physical: field(Phdr.Paddr), virtual: field(Phdr.Vaddr), memoryBytes };
}

export function truncated(needed: number, view: DataView): MachineError {
  return new MachineError("image-truncated", { needed, size: view.byteLength });
}
