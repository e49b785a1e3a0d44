import type { Hypercall } from "./hypercall";

/** How many calls are kept. Each takes 48 bytes, which are allocated as calls come. */
const CAPACITY = 1 << 20;
/** The number of calls in one piece of the ring. */
const PIECE = 1 << 12;

/** The layout of a record. */
const enum Word {
  Number,
  Eip,
  /** Domain, vCPU, ring, the number of arguments, and whether there is a result: see `pack`. */
  Packed,
  Result,
  Arguments,
}

/** The number of 32-bit words in a record, at whose end are up to six arguments. */
const WORDS = Word.Arguments + 6;

interface Piece {
  words: Uint32Array;
  instructions: Float64Array;
}

/** The last million hypercalls, as numbers. A guest makes them faster than anybody can look at them. */
export class HypercallLog {
  /** The pieces by index modulo the capacity. A piece that no call has reached does not exist. */
  private readonly pieces: (Piece | undefined)[] = [];
  private count = 0;

  /** @param capacity how many calls are kept; a multiple of 4096 */
  constructor(private readonly capacity = CAPACITY) {}

  /** Calls entered so far; the newest has the index `total - 1`. */
  get total(): number {
    return this.count;
  }

  /** Index of the oldest call that is kept. */
  get first(): number {
    return Math.max(0, this.count - this.capacity);
  }

  /** Keeps a call that was entered. Indices come in order. */
  put(call: Hypercall): void {
    const { index } = call;
    if (index < this.first) return;
    if (index >= this.count) this.count = index + 1;
    const slot = index % this.capacity;
    const { words, instructions } = (this.pieces[Math.floor(slot / PIECE)] ??= newPiece());
    const at = slot % PIECE;
    const base = at * WORDS;
    words[base + Word.Number] = call.number;
    words[base + Word.Eip] = call.eip;
    words[base + Word.Packed] = pack(call);
    words[base + Word.Result] = call.result ?? 0;
    for (let n = 0; n < call.arguments.length; n++) words[base + Word.Arguments + n] = call.arguments[n] ?? 0;
    instructions[at] = call.instructions;
  }

  /** Keeps the result of a call that has returned. */
  finish(index: number, result: number | undefined): void {
    if (index < this.first || index >= this.count || result === undefined) return;
    const slot = index % this.capacity;
    const words = this.pieces[Math.floor(slot / PIECE)]?.words;
    if (words === undefined) return;
    const base = (slot % PIECE) * WORDS;
    words[base + Word.Result] = result;
    words[base + Word.Packed] = (words[base + Word.Packed] ?? 0) | HAS_RESULT;
  }

  /** The call with that index; undefined if it is not kept any more, or has not come yet. */
  at(index: number): Hypercall | undefined {
    if (index < this.first || index >= this.count) return undefined;
    const slot = index % this.capacity;
    const piece = this.pieces[Math.floor(slot / PIECE)];
    if (piece === undefined) return undefined;
    const at = slot % PIECE;
    const words = piece.words.subarray(at * WORDS, (at + 1) * WORDS);
    const word = (n: number): number => words[n] ?? 0;
    const packed = word(Word.Packed);
    return {
      index,
      number: word(Word.Number),
      eip: word(Word.Eip),
      domain: packed & 0xffff,
      vcpu: (packed >>> 16) & 0xff,
      ring: (packed >>> 24) & 3,
      arguments: Array.from(words.subarray(Word.Arguments, Word.Arguments + ((packed >>> 26) & 7))),
      result: packed >>> 31 === 0 ? undefined : word(Word.Result),
      instructions: piece.instructions[at] ?? 0,
    };
  }
}

/** Of Word.Packed. */
const HAS_RESULT = 1 << 31;

function newPiece(): Piece {
  return { words: new Uint32Array(PIECE * WORDS), instructions: new Float64Array(PIECE) };
}

function pack({ domain, vcpu, ring, arguments: { length }, result }: Hypercall): number {
  return (
    (domain & 0xffff) | ((vcpu & 0xff) << 16) | (ring << 24) | (length << 26) | (result === undefined ? 0 : HAS_RESULT)
  );
}
