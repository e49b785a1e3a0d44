import type { AddressRange, LineRow } from "../model";
import { pathKey } from "../source-paths";
import { At } from "./constants";
import type { DebugInfo } from "./debug-info";
import type { RawRow } from "./line-program";
import { lastAtOrBelow, type LineTable } from "./line-table";
import { rangesOf } from "./ranges";

interface TableRange extends AddressRange {
  readonly table: LineTable;
}

/** The line tables of all units, by address and by file. A unit's program runs when its code is first asked for. */
export class LineIndex {
  private readonly ranges: readonly TableRange[];
  /** The tables that name a file, by the path's key. */
  private readonly byFile = new Map<string, { readonly path: string; readonly tables: Set<LineTable> }>();
  /** Keys of each table's files, by file index. */
  private readonly keys = new Map<LineTable, readonly string[]>();
  private readonly statementsByFile = new Map<string, readonly RawRow[]>();
  private usedFiles: string[] | undefined;

  constructor(info: DebugInfo) {
    const ranges: TableRange[] = [];
    const seen = new Set<number | undefined>();
    for (const unit of info.compileUnits) {
      const offset = info.guard(undefined, () => unit.primary.sectionOffset(At.StmtList));
      const table = seen.has(offset) ? undefined : info.linesOf(unit);
      seen.add(offset);
      if (!table) continue;
      this.addFiles(table);
      const code = info.guard<readonly AddressRange[]>([], () => rangesOf(unit.primary, info.rangeBudget));
      // A unit that does not tell where its code is must be run to find out.
      for (const { low, high } of code.length > 0 ? code : table.sequences) ranges.push({ low, high, table });
    }
    this.ranges = ranges.sort((a, b) => a.low - b.low);
  }

  /** Paths of the files that have rows, sorted. */
  files(): string[] {
    this.usedFiles ??= this.readUsedFiles();
    return this.usedFiles;
  }

  /** The path as `files` lists it, however the caller spells it. */
  canonical(file: string): string | undefined {
    return this.byFile.get(pathKey(file))?.path;
  }

  at(pc: number): LineRow | undefined {
    return this.tableAt(pc)?.at(pc);
  }

  /**
   * The rows of the code around `pc`: from those at the address of the row that holds `pc` to the end of its sequence.
   */
  rowsFrom(pc: number): readonly RawRow[] {
    const rows = this.tableAt(pc)?.sequenceAt(pc)?.rows ?? [];
    let first = Math.max(
      lastAtOrBelow(rows, pc, (r) => r.address),
      0,
    );
    while (first > 0 && rows[first - 1]?.address === rows[first]?.address) first--;
    return rows.slice(first);
  }

  /** Rows of a file where statements begin, ascending by address. */
  statements(file: string): readonly RawRow[] {
    const key = pathKey(file);
    let rows = this.statementsByFile.get(key);
    if (!rows) {
      rows = this.readStatements(key).sort((a, b) => a.address - b.address);
      this.statementsByFile.set(key, rows);
    }
    return rows;
  }

  private readUsedFiles(): string[] {
    const paths = new Set<string>();
    for (const [table, keys] of this.keys) {
      const used = new Set(table.sequences.flatMap((sequence) => sequence.rows.map((row) => row.file)));
      for (const index of used) paths.add(this.byFile.get(keys[index] ?? "")?.path ?? "");
    }
    paths.delete("");
    return [...paths].sort();
  }

  private readStatements(key: string): RawRow[] {
    const result: RawRow[] = [];
    for (const table of this.byFile.get(key)?.tables ?? []) {
      const keys = this.keys.get(table) ?? [];
      for (const { rows, high } of table.sequences) {
        for (const row of rows) if (keys[row.file] === key && row.isStmt && row.address < high) result.push(row);
      }
    }
    return result;
  }

  private tableAt(pc: number): LineTable | undefined {
    const found = this.ranges[lastAtOrBelow(this.ranges, pc, (r) => r.low)];
    return found && pc < found.high ? found.table : undefined;
  }

  private addFiles(table: LineTable): void {
    const keys = table.files.map(pathKey);
    this.keys.set(table, keys);
    for (const [index, path] of table.files.entries()) {
      const key = keys[index] ?? path;
      const known = this.byFile.get(key);
      if (known) known.tables.add(table);
      else this.byFile.set(key, { path, tables: new Set([table]) });
    }
  }
}
