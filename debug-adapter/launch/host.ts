import type { MachineOptions } from "../../emulator/index";
import type { Disassembler } from "../disassembly/disassembler";
import type { Files } from "../images/files";

/** What a running machine needs of its host, which is Node, a web worker, or another. */
export interface Host {
  readonly files: Files;
  readonly compiling: NonNullable<MachineOptions["compiling"]>;
  /** Collects all garbage, including WebAssembly that was dropped. */
  collectGarbage(): void;
  /** The host's clock in milliseconds; its zero is any moment. */
  now(): number;
  /** Lets the event loop take its turn. What has arrived meanwhile is handled before this resolves. */
  turn(): Promise<void>;
  /** Calls `action` once after so many milliseconds. @returns a function that cancels the call */
  after(milliseconds: number, action: () => void): () => void;
}

/**
 * The stream on which messages leave, as far as a session has to know it. A client may read more slowly than a guest
 * writes.
 */
export interface Outlet {
  /** Whether the client has not yet taken what was sent. */
  readonly isFull: boolean;
  /** Calls `action` each time when it is no longer full. */
  onDrained(action: () => void): void;
}

/** What a debug session needs in addition. */
export interface DebugHost extends Host {
  readonly disassembler: Disassembler;
  /** The session's stream. Without it, the client is supposed to read everything at once. */
  readonly outlet?: Outlet;
}
