import { bochs } from "./bochs";
import { qemu } from "./qemu";
import { ringscope } from "./ringscope";

export { bochs, qemu, ringscope };
export type { Boot, BootResult, TestMachine } from "./machine";

/** Ours first. */
export const machines = [ringscope, qemu, bochs];
