import type { Transfer } from "../../emulator/index";

/** Entries remembered; the frames of a stack are younger than that in all but long-blocked calls. */
const CAPACITY = 512;
/** A handler that lets its caller go on elsewhere (an exception fixup) seldom goes further than that. */
const NEARBY = 64;
/** An error code may lie between the top of the new stack and the pushed EIP. */
const ERROR_CODE_BYTES = 4;

interface Entry {
  transfer: Transfer;
  /** ESP in the inner ring, when the frame was just pushed. */
  esp: number;
}

/** A frame on the stack that an interrupt, exception or trap has made. */
export interface InterruptFrame {
  /** What it returns to. */
  eip: number;
  ring: number;
  /** Linear address of the word with that EIP, where it is known. */
  slot: number | undefined;
}

/** Remembers how inner rings were entered lately, to say how a frame of the stack was interrupted. */
export class TransferLog {
  private readonly entries: Entry[] = [];
  private next = 0;

  /** To be called at every change of CPL; keeps those towards ring 0. `esp` is that after the change. */
  record(transfer: Transfer, esp: number): void {
    if (transfer.toCpl >= transfer.fromCpl) return;
    this.entries[this.next] = { transfer: { ...transfer }, esp };
    this.next = (this.next + 1) % CAPACITY;
  }

  /** The latest entry that the frame may come from. */
  find(frame: InterruptFrame): Transfer | undefined {
    for (let i = 1; i <= this.entries.length; i++) {
      const entry = this.entries[(this.next - i + CAPACITY) % CAPACITY];
      if (entry !== undefined && (hasItsEip(entry, frame) || hasItsPlace(entry, frame))) return entry.transfer;
    }
    return undefined;
  }
}

/** The pushed EIP is the instruction's own after faults and interrupts, the next one's behind INT. */
function hasItsEip({ transfer }: Entry, { eip, ring }: InterruptFrame): boolean {
  const length = eip - transfer.fromEip;
  return transfer.fromCpl === ring && (length === 0 || (transfer.kind === "int" && (length === 1 || length === 2)));
}

/** The handler has changed the pushed EIP: the frame still lies where it was pushed. */
function hasItsPlace({ transfer, esp }: Entry, { eip, ring, slot }: InterruptFrame): boolean {
  if (slot === undefined || transfer.fromCpl !== ring) return false;
  return (slot === esp || slot === esp + ERROR_CODE_BYTES) && Math.abs(eip - transfer.fromEip) < NEARBY;
}
