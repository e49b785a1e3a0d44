import type { MachineOptions } from "../../emulator/index";
import type { Disassembler } from "../disassembly/disassembler";
import type { Files } from "../images/files";

/** What running a machine needs of its host: Node, a web worker, or another. */
export interface Host {
  readonly files: Files;
  readonly compiling: NonNullable<MachineOptions["compiling"]>;
  /** Collects all garbage, WebAssembly that was dropped with it. */
  collectGarbage(): void;
  /** The host's clock in milliseconds, from any moment on. */
  now(): number;
  /** Lets the event loop take its turn: what has arrived meanwhile is handled before this resolves. */
  turn(): Promise<void>;
  /** Calls `action` once after so many milliseconds. The answer takes that back. */
  after(milliseconds: number, action: () => void): () => void;
}

/** Where messages go, as far as a session has to know it: a client may read more slowly than a guest writes. */
export interface Outlet {
  /** The client has not taken yet what was sent. */
  readonly isFull: boolean;
  /** Calls `action` each time that it is full no more. */
  onDrained(action: () => void): void;
}

/** What a debug session needs besides. */
export interface DebugHost extends Host {
  readonly disassembler: Disassembler;
  /** The session's own; without it a client is taken to read everything at once. */
  readonly outlet?: Outlet;
}
