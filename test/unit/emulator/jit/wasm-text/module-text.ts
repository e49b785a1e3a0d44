import { type FuncType, FunctionText, type Names } from "./function-text";
import { Reader } from "./reader";

/** A disassembler for what our own encoder writes: the bodies of a module's functions in the folded text form. */

const enum Section {
  Type = 1,
  Import = 2,
  Function = 3,
  Code = 10,
}

const HEADER_BYTES = 8;
const FUNCTION_IMPORT = 0;
/** Bytes that describe an import of another kind, as our encoder writes them: a table's element type and limits, a memory's limits. */
const OTHER_IMPORT_BYTES = [0, 3, 2];

/** Where each section's contents start. */
function sectionsOf(bytes: Uint8Array): Map<number, number> {
  const starts = new Map<number, number>();
  const reader = new Reader(bytes, HEADER_BYTES);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.unsigned();
    starts.set(id, reader.at);
    reader.at += length;
  }
  return starts;
}

const at = (bytes: Uint8Array, sections: Map<number, number>, id: Section): Reader => {
  const start = sections.get(id);
  if (start === undefined) throw new Error(`no section ${id.toString()}`);
  return new Reader(bytes, start);
};

function typesOf(reader: Reader): FuncType[] {
  return reader.vector(() => {
    reader.byte();
    return { params: reader.vector(() => reader.byte()).length, results: reader.vector(() => reader.byte()).length };
  });
}

function importsOf(reader: Reader, types: readonly FuncType[]): Names["functions"][number][] {
  const functions: Names["functions"][number][] = [];
  reader.vector(() => {
    reader.text();
    const name = reader.text();
    const kind = reader.byte();
    if (kind === FUNCTION_IMPORT) functions.push({ name, type: types[reader.unsigned()] ?? { params: 0, results: 0 } });
    else reader.at += OTHER_IMPORT_BYTES[kind] ?? 0;
  });
  return functions;
}

/** The text of each function body of a module. */
export function functionTexts(bytes: Uint8Array): string[] {
  const sections = sectionsOf(bytes);
  const types = typesOf(at(bytes, sections, Section.Type));
  const imported = importsOf(at(bytes, sections, Section.Import), types);
  const declared = at(bytes, sections, Section.Function);
  const own = declared.vector(() => types[declared.unsigned()] ?? { params: 0, results: 0 });
  const functions = [...imported, ...own.map((type, n) => ({ name: `f${n.toString()}`, type }))];
  const reader = at(bytes, sections, Section.Code);
  return reader.vector(() => {
    const length = reader.unsigned();
    const end = reader.at + length;
    reader.vector(() => [reader.unsigned(), reader.byte()]);
    return new FunctionText(reader, { functions, types }).text(end);
  });
}
