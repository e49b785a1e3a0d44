import type { LoggedTransfer, Transfer } from "../../emulator/index";

/** A handler that lets its caller go on elsewhere (an exception fixup) seldom goes further than that. */
const NEARBY = 64;
/** An error code may lie between the top of the new stack and the pushed EIP. */
const ERROR_CODE_BYTES = 4;

/** A frame on the stack that an interrupt, exception or trap has made. */
export interface InterruptFrame {
  /** What it returns to. */
  eip: number;
  ring: number;
  /** Linear address of the word with that EIP, where it is known. */
  slot: number | undefined;
}

/** The latest entries of inner rings: the one that came `back` entries before the latest, while it is remembered. */
export type LatestTransfers = (back: number) => LoggedTransfer | undefined;

/** The latest entry of an inner ring that a frame of the stack may come from: says how the frame was interrupted. */
export function findTransfer(latest: LatestTransfers, frame: InterruptFrame): Transfer | undefined {
  for (let back = 0; ; back++) {
    const entry = latest(back);
    if (entry === undefined || hasItsEip(entry, frame) || hasItsPlace(entry, frame)) return entry;
  }
}

/** The pushed EIP is the instruction's own after faults and interrupts, the next one's behind INT. */
function hasItsEip(transfer: Transfer, { eip, ring }: InterruptFrame): boolean {
  const length = eip - transfer.fromEip;
  return transfer.fromCpl === ring && (length === 0 || (transfer.kind === "int" && (length === 1 || length === 2)));
}

/** The handler has changed the pushed EIP: the frame still lies where it was pushed. */
function hasItsPlace({ esp, fromCpl, fromEip }: LoggedTransfer, { eip, ring, slot }: InterruptFrame): boolean {
  if (slot === undefined || fromCpl !== ring) return false;
  return (slot === esp || slot === esp + ERROR_CODE_BYTES) && Math.abs(eip - fromEip) < NEARBY;
}
