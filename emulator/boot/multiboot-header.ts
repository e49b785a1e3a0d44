import { type LoadPlan, elfSegments, isElf, planElf, truncated } from "./elf-image";
import { MachineError } from "./machine-error";

/** Multiboot 0.6.96, section 3.1: the header is in the first 8192 bytes, 4-byte aligned. */
const SEARCH_BYTES = 8192;
const HEADER_MAGIC = 0x1badb002;

/** Header fields, as byte offsets (3.1.1). */
const enum Header {
  Flags = 4,
  Checksum = 8,
  HeaderAddr = 12,
  LoadAddr = 16,
  LoadEndAddr = 20,
  BssEndAddr = 24,
  EntryAddr = 28,
}

/** The length of a header in bytes, without and with the address fields. */
const HEADER_BYTES = 12;
const HEADER_BYTES_WITH_ADDRESSES = 32;

/** Header flags. Bits 0-15 must be understood, the others may be ignored. */
export const enum HeaderFlag {
  PageAlign = 1 << 0,
  MemoryInfo = 1 << 1,
  VideoMode = 1 << 2,
  Addresses = 1 << 16,
}

const REQUIRED = 0xffff;
/** A video mode is a wish ("if available"). The machine has none, and says so in the information that it hands over. */
const UNDERSTOOD = HeaderFlag.PageAlign | HeaderFlag.MemoryInfo | HeaderFlag.VideoMode;

/**
 * Where to put a multiboot1 image, from its ELF program headers or, with flag
 * bit 16, from the header's own address fields.
 * @throws MachineError for what is no such image, is cut short or contradicts itself
 */
export function planImage(file: Uint8Array): LoadPlan {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = findHeader(view);
  if (at === undefined) {
    // These errors explain more, so they come first: a file of another kind, or one that is cut short, lacks a header
    // for that reason.
    if (!isElf(view)) throw new MachineError("image-not-elf");
    elfSegments(view);
    throw new MachineError("image-no-multiboot");
  }
  const flags = view.getUint32(at + Header.Flags, true);
  const refused = flags & REQUIRED & ~UNDERSTOOD;
  if (refused !== 0) throw new MachineError("image-unsupported-flags", { flags: refused });
  if (flags & HeaderFlag.Addresses) return planAddresses(view, at);
  if (!isElf(view)) throw new MachineError("image-not-elf");
  return planElf(view);
}

/** Whether a file has a multiboot1 header, whatever else may be wrong with it. */
export function hasMultibootHeader(file: Uint8Array): boolean {
  return findHeader(new DataView(file.buffer, file.byteOffset, file.byteLength)) !== undefined;
}

function findHeader(view: DataView): number | undefined {
  const end = Math.min(view.byteLength, SEARCH_BYTES) - HEADER_BYTES;
  for (let at = 0; at <= end; at += 4) {
    if (view.getUint32(at, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(at + Header.Flags, true);
    const checksum = view.getUint32(at + Header.Checksum, true);
    if ((HEADER_MAGIC + flags + checksum) % 2 ** 32 === 0) return at;
  }
  return undefined;
}

/** Section 3.1.3: one text-and-data run, then bss. A zero end means "to the end of the file" or "no bss". */
function planAddresses(view: DataView, at: number): LoadPlan {
  if (at + HEADER_BYTES_WITH_ADDRESSES > view.byteLength) throw truncated(at + HEADER_BYTES_WITH_ADDRESSES, view);
  const field = (offset: number): number => view.getUint32(at + offset, true);
  const loadAddr = field(Header.LoadAddr);
  const fileOffset = at - (field(Header.HeaderAddr) - loadAddr);
  if (fileOffset < 0 || fileOffset > at) throw new MachineError("image-bad-addresses", { field: "header_addr" });

  const loadEnd = field(Header.LoadEndAddr);
  const fileBytes = loadEnd === 0 ? view.byteLength - fileOffset : loadEnd - loadAddr;
  if (fileBytes < 0) throw new MachineError("image-bad-addresses", { field: "load_end_addr" });
  if (fileOffset + fileBytes > view.byteLength) throw truncated(fileOffset + fileBytes, view);

  const bssEnd = field(Header.BssEndAddr);
  const memoryBytes = bssEnd === 0 ? fileBytes : bssEnd - loadAddr;
  if (memoryBytes < fileBytes) throw new MachineError("image-bad-addresses", { field: "bss_end_addr" });

  const entry = field(Header.EntryAddr);
  if (entry < loadAddr || entry >= loadAddr + memoryBytes) throw new MachineError("image-bad-entry", { entry });
  return { segments: [{ fileOffset, fileBytes, physical: loadAddr, virtual: loadAddr, memoryBytes }], entry };
}
