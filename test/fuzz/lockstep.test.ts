import { describe, expect, it } from "vitest";
import type { Watch } from "../../emulator/memory/watches";
import { Rng } from "../differential/rng";
import { disassemble } from "../harness/disassembly";
import { Board, type Observer, RAM_BYTES, type Start, STUCK, visibleName } from "./board";
import { CODE, CODE_BYTES, DATA, DATA_BYTES, makeStart } from "./start";

/** FUZZ_ROUNDS asks for a long form. */
const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 150);
const CHUNKS = 24;
const LONGEST_CHUNK = 160;
const EVERY = 1_000_000;
/** Marks, and watches, at a time. */
const MOST_OBSERVED = 6;
/** Differences shown of one round. */
const MOST = 8;

const hex = (number: number): string => (number >>> 0).toString(16);

/** What a program can see of two boards that differs, or undefined. */
function difference(left: Board, right: Board): string | undefined {
  const found: string[] = [];
  const [a, b] = [left.visible(), right.visible()];
  for (let n = 0; n < a.length; n++) {
    if (a[n] !== b[n]) found.push(`${visibleName(n)} ${hex(a[n] ?? 0)} and ${hex(b[n] ?? 0)}`);
  }
  if (Buffer.compare(left.ram, right.ram) !== 0) {
    const at = left.ram.findIndex((byte, n) => byte !== right.ram[n]);
    found.push(`physical ${hex(at)} ${hex(left.ram[at] ?? 0)} and ${hex(right.ram[at] ?? 0)}`);
  }
  if (left.retired !== right.retired) found.push(`${left.retired} and ${right.retired} instructions`);
  return found.length > 0 ? found.slice(0, MOST).join("; ") : undefined;
}

interface Chunk {
  count: number;
  /** Vector offered before its first instruction, or -1. */
  interrupt: number;
}

/** What happens in a round: fixed by its seed, so that it can be done again. */
function chunksOf(rng: Rng): Chunk[] {
  return Array.from({ length: CHUNKS }, () => ({
    count: 1 + rng.below(LONGEST_CHUNK),
    interrupt: rng.oneIn(3) ? 0x20 + rng.below(16) : -1,
  }));
}

const atOnce = (): number => EVERY;

interface Boards {
  whole: Board;
  stepped: Board;
  compiled: Board;
  observed: Board;
}

/** Marks and watches come and go, all of them in turn; few enough that a program gets on. */
function observerOf(rng: Rng): Observer {
  const marks: number[] = [];
  const watches: Watch[] = [];
  return {
    look: (cpu) => {
      const linear = rng.below(RAM_BYTES);
      if (rng.oneIn(3)) cpu.breakpoints.add(marks[marks.push(CODE + (linear % CODE_BYTES)) - 1] ?? 0);
      if (rng.oneIn(3)) {
        const watch = { linear: DATA + (linear % DATA_BYTES), length: 1 + rng.below(64), touches: 1 + rng.below(3) };
        watches.push(watch);
        cpu.watches.add(watch);
      }
      if (marks.length > MOST_OBSERVED) cpu.breakpoints.remove(marks.shift() ?? 0);
      const oldest = watches.length > MOST_OBSERVED ? watches.shift() : undefined;
      if (oldest) cpu.watches.remove(oldest);
    },
  };
}

/** One random program: at once, in small steps, by the compiled engine at once, and cut and looked at at random. */
function round(seed: number, { whole, stepped, compiled, observed }: Boards): string | undefined {
  const rng = new Rng(seed);
  const strides = new Rng(seed + EVERY);
  const start = makeStart(rng);
  const single = rng.oneIn(2);
  const chunks = chunksOf(rng);
  for (const board of [whole, stepped, compiled, observed]) board.reset(start);
  for (const [n, { count, interrupt }] of chunks.entries()) {
    const stop = whole.advance(count, atOnce, interrupt);
    const others = {
      "in steps": [stepped, stepped.advance(count, () => (single ? 1 : 1 + strides.below(7)), interrupt)],
      compiled: [compiled, compiled.advance(count, atOnce, interrupt)],
      observed: [observed, observed.advance(count, () => 1 + strides.below(60), interrupt)],
    } as const;
    for (const [how, [board, other]] of Object.entries(others)) {
      if (stop === STUCK && other === STUCK) continue;
      const found = difference(whole, board) ?? (stop === other ? undefined : `stops ${stop} and ${other}`);
      if (found !== undefined)
        return `seed ${seed}, chunk ${n}: ${found} (at once and ${how})\n${trace(start, chunks.slice(0, n + 1), stepped)}`;
    }
    if (stop !== 0) return undefined;
  }
  return undefined;
}

const SHOWN = 12;

/** The instructions of the last chunk, stepped. */
function trace(start: Start, chunks: Chunk[], board: Board): string {
  board.reset(start);
  const last = chunks.pop();
  for (const { count, interrupt } of chunks) board.advance(count, atOnce, interrupt);
  const lines: string[] = [];
  for (let n = 0; n < (last?.count ?? 0); n++) {
    const linear = board.pc;
    const text = disassemble(board.ram.slice(linear & (RAM_BYTES - 1)).subarray(0, 15), linear).split(";")[0];
    if (board.advance(1, atOnce, n === 0 ? (last?.interrupt ?? -1) : -1) !== 0) break;
    lines.push(`  ${hex(linear)} ${text} -> eflags ${hex(board.state.eflags())}`);
  }
  return lines.slice(-SHOWN).join("\n");
}

describe("random programs in ring 0, 1 and 3", () => {
  it(`come to the same state run at once, in steps and compiled, in ${ROUNDS} rounds`, () => {
    const boards: Boards = {
      whole: new Board(),
      stepped: new Board(),
      compiled: new Board("compiled"),
      observed: new Board("compiled"),
    };
    boards.observed.observer = observerOf(new Rng(EVERY));
    const found: string[] = [];
    for (let seed = 1; seed <= ROUNDS && found.length < 5; seed++) {
      const text = round(seed, boards);
      if (text !== undefined) found.push(text);
    }
    expect(found.join("\n")).toBe("");
    expect(boards.compiled.cpu.compiled).toBeGreaterThan(ROUNDS);
  });
});
