import { resolve } from "node:path";

/** A compiler's complaint. */
export interface Complaint {
  /** The absolute path. */
  file: string;
  /** The line and the column count from 0. */
  line: number;
  column: number;
  kind: "error" | "warning" | "note";
  text: string;
}

/** `FILE:LINE:COLUMN: error: TEXT`, or without a column, as gcc, clang and the assembler write it. */
const COMPLAINT = /^(.+?):(\d+):(?:(\d+):)? (?:fatal )?(error|warning|note|Error|Warning): (.*)$/gm;

/** The compilers' complaints in their output. @param folder the folder in which they ran */
export function complaintsIn(output: string, folder: string): Complaint[] {
  return [...output.matchAll(COMPLAINT)].map(([, file = "", line, column, kind = "", text = ""]) => ({
    file: resolve(folder, file),
    line: Math.max(0, Number(line) - 1),
    column: Math.max(0, Number(column ?? 1) - 1),
    kind: kind.toLowerCase() as Complaint["kind"],
    text,
  }));
}
