/**
 * Symbols: what an ELF image and its DWARF tell about its source. This folder needs neither Node nor a DOM, and runs in
 * a worker too.
 */
export * from "./model";
export * from "./types";
export * from "./flat-members";
export type { Companions, DebugFile } from "./companions";
export type { ImageSymbols, LoadOptions } from "./symbols";
export { beforePaging } from "./relocated-symbols";
export { virtualBaseAddress } from "./dwarf/virtual-base";
export { SymbolImage } from "./symbol-image";
export { SymbolError, type SymbolProblem } from "./errors";
