import type { LineRow } from "../model";
import { pathKey } from "../source-paths";
import { At } from "./constants";
import type { DebugInfo } from "./debug-info";
import type { RawRow, Sequence } from "./line-program";
import { lastAtOrBelow, type LineTable } from "./line-table";

interface IndexedSequence {
  readonly low: number;
  readonly high: number;
  readonly sequence: Sequence;
  readonly table: LineTable;
}

/** The line tables of all units, by address and by file. */
export class LineIndex {
  private readonly sequences: readonly IndexedSequence[];
  /** Paths of files with code, by their key. */
  private readonly paths = new Map<string, string>();
  private readonly rowsByFile = new Map<string, readonly RawRow[]>();

  constructor(info: DebugInfo) {
    const sequences: IndexedSequence[] = [];
    const seen = new Set<number | undefined>();
    for (const unit of info.compileUnits) {
      const offset = info.guard(undefined, () => unit.root.sectionOffset(At.StmtList));
      const table = seen.has(offset) ? undefined : info.linesOf(unit);
      seen.add(offset);
      if (!table) continue;
      for (const sequence of table.sequences) {
        sequences.push({ low: sequence.low, high: sequence.high, sequence, table });
      }
      this.addFiles(table);
    }
    this.sequences = sequences.sort((a, b) => a.low - b.low);
  }

  files(): string[] {
    return [...this.paths.values()].sort();
  }

  /** The path as `files` lists it, however the caller spells it. */
  canonical(file: string): string | undefined {
    return this.paths.get(pathKey(file));
  }

  at(pc: number): LineRow | undefined {
    return this.sequenceAt(pc)?.table.at(pc);
  }

  /** Rows of the code around `pc` up to the end of its sequence, from the row that holds `pc` on. */
  rowsFrom(pc: number): readonly RawRow[] {
    const rows = this.sequenceAt(pc)?.sequence.rows ?? [];
    return rows.slice(
      Math.max(
        lastAtOrBelow(rows, pc, (r) => r.address),
        0,
      ),
    );
  }

  /** Rows of a file where statements begin, ascending by address. */
  statements(file: string): readonly RawRow[] {
    const key = pathKey(file);
    let rows = this.rowsByFile.get(key);
    if (!rows) {
      rows = this.paths.has(key) ? this.readStatements(key) : [];
      this.rowsByFile.set(key, rows);
    }
    return rows;
  }

  private readStatements(key: string): RawRow[] {
    const result: RawRow[] = [];
    const wanted = new Map<LineTable, ReadonlySet<number>>();
    for (const { table, sequence } of this.sequences) {
      let indices = wanted.get(table);
      if (!indices) {
        indices = new Set(table.files.flatMap((path, index) => (pathKey(path) === key ? [index] : [])));
        wanted.set(table, indices);
      }
      for (const row of sequence.rows) {
        if (row.isStmt && row.address < sequence.high && indices.has(row.file)) result.push(row);
      }
    }
    return result;
  }

  private sequenceAt(pc: number): IndexedSequence | undefined {
    const found = this.sequences[lastAtOrBelow(this.sequences, pc, (s) => s.low)];
    return found && pc < found.high ? found : undefined;
  }

  private addFiles(table: LineTable): void {
    const used = new Set<number>();
    for (const row of table.rows()) used.add(row.file);
    for (const index of used) {
      const path = table.files[index];
      if (path !== undefined && !this.paths.has(pathKey(path))) this.paths.set(pathKey(path), path);
    }
  }
}
