import type { Emit } from "../emit";

/** Emits one instruction: its whole meaning, for every operand form and size. */
export type Emitter = (e: Emit) => void;

/** Emitters by mnemonic. */
export type EmitterTable = Record<string, Emitter>;
