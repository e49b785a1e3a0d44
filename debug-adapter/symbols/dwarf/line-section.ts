import { SymbolError } from "../errors";
import type { LineHeader } from "./line-header";
import { runLineProgram, type Sequence } from "./line-program";
import type { LineTable } from "./line-table";

/**
 * How many times over the section may be read: a unit reads its header once, and type units, which have no name, read
 * it once more.
 */
const MOST_OVERLAP = 4;
/** Rows of all programs together, of some 80 bytes each. */
const MOST_ROWS = 1_500_000;

/**
 * The line tables of a section; units that share a table get the same object. What is read of all tables together has a
 * bound: in a sound file they do not overlap, and if thousands did, reading them would not end.
 */
export class LineSection {
  private readonly tables = new Map<string, LineTable>();
  private bytes = 0;
  private readonly budget = { rows: MOST_ROWS };

  /** @param size of the section in bytes */
  constructor(private readonly size: number) {}

  /** The table at an offset for units of that folder and name; `read` makes it. */
  table(offset: number, folder: string, name: string, read: (section: LineSection) => LineTable): LineTable {
    const key = JSON.stringify([offset, folder, name]);
    const table = this.tables.get(key) ?? read(this);
    this.tables.set(key, table);
    return table;
  }

  /** @throws SymbolError dwarf-corrupt when far more has been read than the section holds */
  charge(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MOST_OVERLAP * this.size) throw this.corrupt("line tables that overlap");
  }

  /** Runs a program. @throws SymbolError dwarf-corrupt */
  run(header: LineHeader, isLoaded: (address: number) => boolean): Sequence[] {
    this.charge(header.program.end - header.program.at);
    return runLineProgram(header, isLoaded, this.budget);
  }

  private corrupt(what: string): SymbolError {
    return new SymbolError({ code: "dwarf-corrupt", section: ".debug_line", offset: 0, what });
  }
}
