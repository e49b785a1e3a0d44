/** The emulator's one public entry. */
export { MachineError, type MachineErrorCode } from "./boot/machine-error";
export { hasMultibootHeader } from "./boot/multiboot-header";
export { Machine } from "./machine/machine";
export { MAX_WATCHED } from "./machine/api";
export type * from "./machine/api";
export { flowOf, nextAfter, type InstructionFlow, type NextInstructions } from "./isa/flow";
export * from "./probes/index";
