import { ByteReader } from "../bytes";
import { Form, type At, type Tag } from "./constants";

export interface AbbrevAttribute {
  readonly at: At;
  readonly form: Form;
  /** The value of an attribute of form implicit_const. */
  readonly implicit: number;
}

/** The shape of a DIE: its tag and the attributes it has. */
export interface Abbrev {
  readonly tag: Tag;
  readonly hasChildren: boolean;
  readonly attributes: readonly AbbrevAttribute[];
}

export type AbbrevTable = ReadonlyMap<number, Abbrev>;

/**
 * The abbreviations of a unit (DWARF 5, 7.5.3).
 * @throws SymbolError dwarf-corrupt when the table runs off the section
 */
export function readAbbrevs(section: Uint8Array, offset: number): AbbrevTable {
  const reader = new ByteReader(section, ".debug_abbrev", offset);
  const table = new Map<number, Abbrev>();
  for (;;) {
    const code = reader.uleb();
    if (code === 0) return table;
    const tag: Tag = reader.uleb();
    const hasChildren = reader.u8() !== 0;
    const attributes: AbbrevAttribute[] = [];
    for (;;) {
      const at: At = reader.uleb();
      const form: Form = reader.uleb();
      if ((at as number) === 0 && (form as number) === 0) break;
      attributes.push({ at, form, implicit: form === Form.ImplicitConst ? reader.sleb() : 0 });
    }
    table.set(code, { tag, hasChildren, attributes });
  }
}
