/** The emulator's one public entry. */
export { MachineError, type MachineErrorCode } from "./boot/machine-error";
export { Machine } from "./machine/machine";
export { MAX_WATCHED } from "./machine/api";
export type * from "./machine/api";
export * from "./probes/index";
