import { ByteReader } from "../bytes";
import { SymbolError } from "../errors";
import { At, Form, type Tag } from "./constants";

export interface AbbrevAttribute {
  readonly at: At;
  readonly form: Form;
  /** The value of an attribute of form implicit_const. */
  readonly implicit: number;
}

/** The shape of a DIE: its tag and its attributes. */
export class Abbrev {
  /** The length of all attributes together, if it is the same for every DIE; else -1. */
  readonly size: number;
  /** The offset of DW_AT_sibling in them; -1 if there is none or its offset is not fixed. */
  readonly siblingAt: number;

  constructor(
    readonly tag: Tag,
    readonly hasChildren: boolean,
    readonly attributes: readonly AbbrevAttribute[],
  ) {
    let size = 0;
    let siblingAt = -1;
    for (const { at, form } of attributes) {
      if (at === At.Sibling && form === Form.Ref4) siblingAt = size;
      size += fixedSize(form);
    }
    const isFixed = Number.isFinite(size);
    this.size = isFixed ? size : -1;
    this.siblingAt = isFixed ? siblingAt : -1;
  }

  /** The position of an attribute among the others, or -1. */
  indexOf(at: At): number {
    const { attributes } = this;
    for (let i = 0; i < attributes.length; i++) if (attributes[i]?.at === at) return i;
    return -1;
  }
}

export type AbbrevTable = ReadonlyMap<number, Abbrev>;

/**
 * The most attributes of one DIE. Compilers write some 20; by forms without bytes one byte could stand for any number
 * of them.
 */
const MAX_ATTRIBUTES = 256;

/** How often a byte is read: tables do not overlap in a sound file, and where thousands do, reading them would not end. */
const MOST_OVERLAP = 4;

/** Without the offset of one of them: it is noted once. */
const OVERLAP = {
  code: "dwarf-corrupt",
  section: ".debug_abbrev",
  offset: 0,
  what: "abbreviation tables that overlap",
} as const;

interface Known {
  readonly tables: Map<number, AbbrevTable>;
  /** Read for all tables together. */
  bytes: number;
}

const sections = new WeakMap<Uint8Array, Known>();

/**
 * The abbreviations at an offset of a section, read once for all units that share them.
 * @throws SymbolError dwarf-corrupt when the table runs off the section, or tables lie over each other
 */
export function abbrevsAt(section: Uint8Array, offset: number): AbbrevTable {
  const known = sections.get(section) ?? { tables: new Map<number, AbbrevTable>(), bytes: 0 };
  sections.set(section, known);
  const before = known.tables.get(offset);
  if (before) return before;
  const reader = new ByteReader(section, ".debug_abbrev", offset);
  if (known.bytes > MOST_OVERLAP * section.length) throw new SymbolError(OVERLAP);
  try {
    const table = readAbbrevs(reader);
    known.tables.set(offset, table);
    return table;
  } finally {
    known.bytes += reader.at - offset;
  }
}

/** The abbreviations of a unit (DWARF 5, 7.5.3). @throws SymbolError dwarf-corrupt when the table runs off the section */
function readAbbrevs(reader: ByteReader): AbbrevTable {
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
      if (attributes.length === MAX_ATTRIBUTES) throw reader.corrupt("an abbreviation with too many attributes");
      attributes.push({ at, form, implicit: form === Form.ImplicitConst ? reader.sleb() : 0 });
    }
    table.set(code, new Abbrev(tag, hasChildren, attributes));
  }
}

/** The length of a form; Infinity when it depends on the value. Addresses and offsets have 4 bytes. */
function fixedSize(form: Form): number {
  switch (form) {
    case Form.FlagPresent:
    case Form.ImplicitConst:
      return 0;
    case Form.Data1:
    case Form.Ref1:
    case Form.Flag:
    case Form.Strx1:
    case Form.Addrx1:
      return 1;
    case Form.Data2:
    case Form.Ref2:
      return 2;
    case Form.Data4:
    case Form.Ref4:
    case Form.Addr:
    case Form.Strp:
    case Form.LineStrp:
    case Form.SecOffset:
      return 4;
    default:
      return Infinity;
  }
}
