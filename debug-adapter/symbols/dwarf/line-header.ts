import { ByteReader, stringAt } from "../bytes";
import { SymbolError } from "../errors";
import { joinPath } from "../source-paths";
import { Form, Lnct } from "./constants";
import { readForm, type AttributeValue } from "./forms";
import type { Unit } from "./unit";

/** The header of a unit's line program (DWARF 5, 6.2.4). */
export interface LineHeader {
  readonly version: number;
  readonly minimumInstructionLength: number;
  readonly defaultIsStmt: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Operand counts of the standard opcodes; index 0 is opcode 1. */
  readonly operandCounts: readonly number[];
  /** Resolved paths by the file index that the program uses. Index 0 exists in every version. */
  readonly files: string[];
  readonly directories: readonly string[];
  /** The program's bytes. */
  readonly program: ByteReader;
}

/**
 * Reads a line header; relative paths are joined to `folder`, the compilation directory.
 * @throws SymbolError dwarf-corrupt, dwarf-unsupported
 */
export function readLineHeader(unit: Unit, offset: number, folder: string, primaryName: string): LineHeader {
  const bytes = unit.sections.line;
  const reader = new ByteReader(bytes, ".debug_line", offset);
  const length = reader.u32();
  const end = reader.at + length;
  if (end > bytes.length) throw reader.corrupt("line program longer than its section");
  const version = reader.u16();
  if (version < 2 || version > 5) {
    const what = `line table version ${version}`;
    throw new SymbolError({ code: "dwarf-unsupported", section: ".debug_line", offset, what });
  }
  if (version >= 5) reader.skip(2); // address size, segment selector size
  const headerLength = reader.u32();
  const programStart = reader.at + headerLength;
  if (programStart > end) throw reader.corrupt("line header longer than its program");
  const minimumInstructionLength = reader.u8();
  if (version >= 4) reader.skip(1); // operations per instruction: IA-32 has no bundles
  const defaultIsStmt = reader.u8() !== 0;
  const lineBase = reader.s8();
  const lineRange = reader.u8();
  if (lineRange === 0) throw reader.corrupt("line range 0");
  const opcodeBase = reader.u8();
  const operandCounts = Array.from({ length: Math.max(opcodeBase - 1, 0) }, () => reader.u8());
  const tables = version >= 5 ? readTables(reader, unit, folder) : readOldTables(reader, folder, primaryName);
  const program = new ByteReader(bytes, ".debug_line", programStart, end);
  return {
    version,
    minimumInstructionLength,
    defaultIsStmt,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    ...tables,
    program,
  };
}

interface FileTables {
  files: string[];
  directories: string[];
}

/** Versions 2 to 4 have strings. Directory 0 is the compilation directory, and files count from 1. */
function readOldTables(reader: ByteReader, folder: string, primaryName: string): FileTables {
  const directories = [folder];
  for (;;) {
    const name = reader.cstring();
    if (name === "") break;
    directories.push(joinPath(folder, name));
  }
  const files = [joinPath(folder, primaryName)];
  for (;;) {
    const name = reader.cstring();
    if (name === "") return { files, directories };
    const directory = reader.uleb();
    reader.uleb(); // time of last change
    reader.uleb(); // size
    files.push(joinPath(directories[directory] ?? folder, name));
  }
}

/** Version 5 has self-describing tables, both from index 0. */
function readTables(reader: ByteReader, unit: Unit, folder: string): FileTables {
  const directories = readEntries(reader, unit).map((entry) => joinPath(folder, entry.path));
  const files = readEntries(reader, unit).map((entry) => joinPath(directories[entry.directory] ?? folder, entry.path));
  return { directories, files };
}

function readEntries(reader: ByteReader, unit: Unit): { path: string; directory: number }[] {
  const formats = Array.from({ length: reader.u8() }, () => {
    const content: Lnct = reader.uleb();
    const form: Form = reader.uleb();
    return { content, form };
  });
  const count = reader.uleb();
  const entries: { path: string; directory: number }[] = [];
  for (let i = 0; i < count; i++) {
    const before = reader.at;
    let path = "";
    let directory = 0;
    for (const { content, form } of formats) {
      const value = readForm(reader, form, 0, unit);
      if (content === Lnct.Path) path = textOf(value, unit) ?? "";
      else if (content === Lnct.DirectoryIndex && value.kind === "constant") directory = Number(value.value);
    }
    entries.push({ path, directory });
    // With entries of no bytes, a corrupt count would make the loop run on for ever.
    if (reader.at === before) throw reader.corrupt("empty entry format");
  }
  return entries;
}

function textOf(value: AttributeValue, unit: Unit): string | undefined {
  if (value.kind === "string") return value.value;
  if (value.kind === "stringOffset") return stringAt(unit.sections[value.table], value.value);
  return value.kind === "stringIndex" ? unit.indexedString(value.value) : undefined;
}
