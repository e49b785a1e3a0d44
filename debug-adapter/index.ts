/** The public entry of the adapter's core: a debug session for a host that frames messages itself. */
export type { DebugHost, Host } from "./launch/host";
export type { Files } from "./images/files";
export type { Disassembled, Disassembler } from "./disassembly/disassembler";
export { RingscopeSession } from "./session/session";
