import type { LoggedTransfer, Transfer } from "../../emulator/index";

/** A handler that makes its caller continue elsewhere (an exception fixup) seldom goes further away than this. */
const NEARBY = 64;
/** An error code may be between the top of the new stack and the pushed EIP. */
const ERROR_CODE_BYTES = 4;

/** A frame on the stack that an interrupt, exception or trap has made. */
export interface InterruptFrame {
  /** The address to which it returns. */
  eip: number;
  ring: number;
  /** The linear address of the word with that EIP, if it is known. */
  slot: number | undefined;
}

/** The latest entries of inner rings: gives the one `back` entries before the latest, while it is remembered. */
export type LatestTransfers = (back: number) => LoggedTransfer | undefined;

/**
 * The latest entry of an inner ring from which a frame of the stack may come. It tells how the frame was interrupted.
 */
export function findTransfer(latest: LatestTransfers, frame: InterruptFrame): Transfer | undefined {
  for (let back = 0; ; back++) {
    const entry = latest(back);
    if (entry === undefined || hasItsEip(entry, frame) || hasItsPlace(entry, frame)) return entry;
  }
}

/**
 * The pushed EIP is that of the instruction itself after a fault or an interrupt, and that of the next one after INT.
 */
function hasItsEip(transfer: Transfer, { eip, ring }: InterruptFrame): boolean {
  const length = eip - transfer.fromEip;
  return transfer.fromCpl === ring && (length === 0 || (transfer.kind === "int" && (length === 1 || length === 2)));
}

/** The handler has changed the pushed EIP, but the frame is still where it was pushed. */
function hasItsPlace({ esp, fromCpl, fromEip }: LoggedTransfer, { eip, ring, slot }: InterruptFrame): boolean {
  if (slot === undefined || fromCpl !== ring) return false;
  return (slot === esp || slot === esp + ERROR_CODE_BYTES) && Math.abs(eip - fromEip) < NEARBY;
}
