import type { LoadSegment } from "./elf-image";
import { CONVENTIONAL_END, HIGH_START, LOADER_GDT, STACK_TOP, writeLowMemory } from "./low-memory";
import { MachineError } from "./machine-error";
import { planImage } from "./multiboot-header";
import { buildInfo, type PlacedModule } from "./multiboot-info";

/** What EAX holds at the entry point. */
export const BOOT_MAGIC = 0x2badb002;
const PAGE = 4096;
/** How many times over segments may cover the memory. */
const OVERLAPS = 4;

export interface ModuleFile {
  bytes: Uint8Array;
  commandLine: string;
}

/** What the processor starts with. */
export interface BootResult {
  /** Physical address of the first instruction. */
  entry: number;
  /** Physical address of the information structure, for EBX. */
  info: number;
  /** The physical address of the stack's top, for ESP. Kernels use it although multiboot promises no stack. */
  stack: number;
  /** The GDT that the segment registers came from. An IRET may come before the kernel loads its own. */
  gdt: { base: number; limit: number };
}

/**
 * Places a multiboot1 kernel, its modules and the boot information in `ram` (guest physical memory from address 0).
 * Modules start on page boundaries above the kernel. The information is at the top of conventional memory, or above the
 * modules when the kernel takes that place. What firmware leaves below 1 MiB is there too, unless the kernel is loaded
 * there.
 * @throws MachineError for bad images and for what does not fit; nothing is written then
 */
export function loadMultiboot(
  ram: Uint8Array,
  kernel: Uint8Array,
  commandLine: string,
  files: readonly ModuleFile[],
): BootResult {
  const plan = planImage(kernel);
  const memoryBytes = ram.length;
  let next = HIGH_START;
  let total = 0;
  for (const segment of plan.segments) {
    const end = segment.physical + segment.memoryBytes;
    requireRoom(end, memoryBytes);
    next = Math.max(next, end);
    total += segment.memoryBytes;
  }
  // Segments may overlap, but thousands that do would be copied over each other for hours.
  requireRoom(total / OVERLAPS, memoryBytes);
  const modules: PlacedModule[] = files.map((file, module) => {
    const start = pageUp(next);
    next = start + file.bytes.length;
    requireRoom(next, memoryBytes, { module });
    return { start, end: next, commandLine: file.commandLine };
  });
  const facts = { commandLine, modules, memoryBytes };
  const info = placeInfo(buildInfo(facts, 0).length, plan.segments, next);
  const block = buildInfo(facts, info);
  requireRoom(info + block.length, memoryBytes, files.length > 0 ? { module: files.length - 1 } : {});

  writeLowMemory(ram);
  for (const segment of plan.segments) copySegment(ram, kernel, segment);
  files.forEach((file, i) => ram.set(file.bytes, modules[i].start));
  ram.set(block, info);
  return { entry: plan.entry, info, stack: STACK_TOP, gdt: LOADER_GDT };
}

function copySegment(ram: Uint8Array, file: Uint8Array, segment: LoadSegment): void {
  const { fileOffset, fileBytes, physical, memoryBytes } = segment;
  ram.set(file.subarray(fileOffset, fileOffset + fileBytes), physical);
  ram.fill(0, physical + fileBytes, physical + memoryBytes);
}

function placeInfo(bytes: number, segments: readonly LoadSegment[], firstFree: number): number {
  const low = (CONVENTIONAL_END - bytes) & -PAGE;
  const taken = segments.some((s) => s.physical < CONVENTIONAL_END && s.physical + s.memoryBytes > low);
  return low >= PAGE && !taken ? low : pageUp(firstFree);
}

/** @param which the module that ends there; empty for the kernel */
function requireRoom(end: number, memoryBytes: number, which: { module?: number } = {}): void {
  if (end > memoryBytes) throw new MachineError("image-too-large", { needed: end, memory: memoryBytes, ...which });
}

function pageUp(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
