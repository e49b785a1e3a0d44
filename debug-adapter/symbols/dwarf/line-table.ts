import type { LineRow } from "../model";
import type { RawRow, Sequence } from "./line-program";

/** The index of the last element whose key is at or below `value`, or -1; `items` ascend by key. */
export function lastAtOrBelow<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && key(item) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The line table of one unit. Its program runs when the first row is asked for. */
export class LineTable {
  private list: readonly Sequence[] | undefined;

  constructor(
    /** Resolved paths by file index. */
    readonly files: readonly string[],
    private readonly run: () => readonly Sequence[],
  ) {}

  /** Ascending by address. */
  get sequences(): readonly Sequence[] {
    return (this.list ??= this.run());
  }

  /** The sequence that holds an instruction. */
  sequenceAt(pc: number): Sequence | undefined {
    const sequence = this.sequences[lastAtOrBelow(this.sequences, pc, (s) => s.low)];
    return sequence && pc < sequence.high ? sequence : undefined;
  }

  /** The row of an instruction; undefined outside of the table. */
  at(pc: number): LineRow | undefined {
    const sequence = this.sequenceAt(pc);
    if (!sequence) return undefined;
    const { rows } = sequence;
    const last = lastAtOrBelow(rows, pc, (r) => r.address);
    const row = statementAt(rows, last);
    if (!row) return undefined;
    const file = this.files[row.file] ?? "";
    const { line, column, isStmt } = row;
    return { file, line, column, isStmt, start: row.address, ...runAround(sequence, last, row) };
  }
}

/** Of several rows at one address the last one counts, unless it is not a statement and one before it is. */
function statementAt(rows: readonly RawRow[], last: number): RawRow | undefined {
  const row = rows[last];
  if (!row || row.isStmt) return row;
  for (let i = last - 1; i >= 0; i--) {
    const other = rows[i];
    if (!other || other.address !== row.address || other.file !== row.file) break;
    if (other.isStmt) return other;
  }
  return row;
}

/** The addresses around row `index` that belong to the same line without a break. */
function runAround(sequence: Sequence, index: number, row: RawRow): { low: number; high: number } {
  const { rows } = sequence;
  const isSame = (other: RawRow): boolean =>
    other.address === row.address || (other.line === row.line && other.file === row.file);
  let first = index;
  for (let i = index - 1; i >= 0; i--) {
    const other = rows[i];
    if (!other || !isSame(other)) break;
    first = i;
  }
  let high = sequence.high;
  for (let i = index + 1; i < rows.length; i++) {
    const other = rows[i];
    if (!other || isSame(other)) continue;
    high = other.address;
    break;
  }
  return { low: rows[first]?.address ?? row.address, high };
}
