import type { MachineOptions } from "../../emulator/index";
import type { Files } from "./files";

/** What a session needs of its host: Node, or another. */
export interface Host {
  readonly files: Files;
  readonly compiling: NonNullable<MachineOptions["compiling"]>;
  /** Collects all garbage, WebAssembly that was dropped with it. */
  collectGarbage(): void;
}
