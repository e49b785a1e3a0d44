/** The emulator's one public entry. */
export { MachineError, type MachineErrorCode } from "./boot/machine-error";
export { Machine } from "./machine/machine";
export type * from "./machine/api";
export * from "./probes/index";
