import { readFileSync } from "node:fs";

/** The most memory that a process has had so far, in bytes (Linux). */
export const peakMemory = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
