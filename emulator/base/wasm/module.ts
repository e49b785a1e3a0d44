import { type Code, Type, unsignedLeb } from "./code";

export interface FuncType {
  params: Type[];
  results: Type[];
}

const enum Section {
  Custom = 0,
  Type = 1,
  Import = 2,
  Function = 3,
  Table = 4,
  Export = 7,
  Element = 9,
  Code = 10,
}

interface Import {
  name: string;
  type: number;
}

/**
 * Builds a WebAssembly module. Imported functions come first in the index space, so all imports must be named before
 * the first `reserve`. Imports are from module "env"; the memory is env.memory.
 */
export class ModuleBuilder {
  private readonly types: FuncType[] = [];
  private readonly imports: Import[] = [];
  private readonly funcs: { type: number; code: Code | undefined }[] = [];
  private readonly exports: { name: string; func: number }[] = [];
  private table: number[] = [];
  private importedTable: string | undefined;

  /** The index of the imported function. It may be asked for again. */
  import(name: string, type: FuncType): number {
    const known = this.imports.findIndex((other) => other.name === name);
    if (known >= 0) return known;
    if (this.funcs.length) throw new Error("imports come before functions");
    return this.imports.push({ name, type: this.typeIndex(type) }) - 1;
  }

  /** Imports a function table in place of the module's own. */
  importTable(name: string): void {
    this.importedTable = name;
  }

  /** Index of a function whose body follows with `define`. */
  reserve(type: FuncType): number {
    return this.imports.length + this.funcs.push({ type: this.typeIndex(type), code: undefined }) - 1;
  }

  define(func: number, code: Code): void {
    this.funcs[func - this.imports.length].code = code;
  }

  export(name: string, func: number): void {
    this.exports.push({ name, func });
  }

  /** The module's own function table, for call_indirect; not exported. */
  setTable(funcs: number[]): void {
    this.table = funcs;
  }

  /** Index of a type, for call_indirect. */
  typeIndex(type: FuncType): number {
    const same = (a: Type[], b: Type[]): boolean => a.length === b.length && a.every((t, k) => t === b[k]);
    const found = this.types.findIndex((t) => same(t.params, type.params) && same(t.results, type.results));
    return found >= 0 ? found : this.types.push(type) - 1;
  }

  bytes(): Uint8Array {
    const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    section(out, Section.Type, this.types, (type, into) => {
      into.push(0x60);
      vector(into, type.params);
      vector(into, type.results);
    });
    const imports: { name: string; describe: number[] }[] = this.imports.map((i) => ({
      name: i.name,
      describe: [0, ...leb(i.type)],
    }));
    imports.push({ name: "memory", describe: [2, 0, 1] });
    if (this.importedTable) imports.push({ name: this.importedTable, describe: [1, 0x70, 0, 1] });
    section(out, Section.Import, imports, (i, into) => {
      text(into, "env");
      text(into, i.name);
      into.push(...i.describe);
    });
    section(out, Section.Function, this.funcs, (f, into) => unsignedLeb(into, f.type));
    if (this.table.length) section(out, Section.Table, [this.table], (t, into) => into.push(0x70, 0, ...leb(t.length)));
    section(out, Section.Export, this.exports, (e, into) => {
      text(into, e.name);
      into.push(0);
      unsignedLeb(into, e.func);
    });
    if (this.table.length) {
      section(out, Section.Element, [this.table], (t, into) => {
        into.push(0, 0x41, 0, 0x0b);
        unsignedLeb(into, t.length);
        for (const func of t) unsignedLeb(into, func);
      });
    }
    this.hints(out);
    section(out, Section.Code, this.funcs, (f, into) => body(into, f.code));
    return new Uint8Array(out);
  }

  /** The section metadata.code.branch_hint (branch hinting proposal). Hosts that do not know it ignore it. */
  private hints(out: number[]): void {
    const hinted = this.funcs
      .map(({ code }, n) => ({ func: this.imports.length + n, code }))
      .filter(({ code }) => code?.unlikely.length);
    if (hinted.length === 0) return;
    const content: number[] = [];
    text(content, "metadata.code.branch_hint");
    unsignedLeb(content, hinted.length);
    for (const { func, code } of hinted) {
      if (!code) continue;
      unsignedLeb(content, func);
      unsignedLeb(content, code.unlikely.length);
      const first = localsOf(code).length;
      for (const at of code.unlikely) {
        unsignedLeb(content, first + at);
        content.push(1, Hint.Unlikely);
      }
    }
    out.push(Section.Custom);
    unsignedLeb(out, content.length);
    for (const byte of content) out.push(byte);
  }
}

const enum Hint {
  Unlikely = 0,
}

function leb(value: number): number[] {
  const out: number[] = [];
  unsignedLeb(out, value);
  return out;
}

function vector(into: number[], bytes: number[]): void {
  unsignedLeb(into, bytes.length);
  into.push(...bytes);
}

function text(into: number[], value: string): void {
  unsignedLeb(into, value.length);
  for (let k = 0; k < value.length; k++) into.push(value.charCodeAt(k));
}

function section<T>(out: number[], id: Section, items: T[], write: (item: T, into: number[]) => void): void {
  const content: number[] = [];
  unsignedLeb(content, items.length);
  for (const item of items) write(item, content);
  out.push(id);
  unsignedLeb(out, content.length);
  for (const byte of content) out.push(byte);
}

function body(into: number[], code: Code | undefined): void {
  if (!code) throw new Error("a reserved function has no body");
  const head = localsOf(code);
  unsignedLeb(into, head.length + code.bytes.length);
  for (const byte of head) into.push(byte);
  for (const byte of code.bytes) into.push(byte);
}

/** The declaration of a function's locals. */
function localsOf(code: Code): number[] {
  const head: number[] = [];
  const runs: [count: number, type: Type][] = [];
  for (const type of code.locals) {
    const last = runs.at(-1);
    if (last && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  unsignedLeb(head, runs.length);
  for (const [count, type] of runs) {
    unsignedLeb(head, count);
    head.push(type);
  }
  return head;
}
