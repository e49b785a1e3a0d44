/**
 * C types as the debug information describes them. They form cycles (a struct may point to itself), so `target`,
 * `members` and similar properties are computed when they are first asked for. Each compile unit has its own types, so
 * they must be compared by name.
 */

import type { Location } from "./location";

export type Type =
  | VoidType
  | BaseType
  | PointerType
  | ReferenceType
  | StructType
  | ArrayType
  | EnumType
  | TypedefType
  | QualifiedType
  | FunctionType;

export interface VoidType {
  readonly kind: "void";
}

export type Encoding =
  | "signed"
  | "unsigned"
  | "signed-char"
  | "unsigned-char"
  | "boolean"
  | "float"
  | "complex"
  | "complex-integer"
  | "other";

export interface BaseType {
  readonly kind: "base";
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly encoding: Encoding;
}

export interface PointerType {
  readonly kind: "pointer";
  /** Bytes. */
  readonly size: number;
  readonly target: Type;
}

/** A reference of C++, which is a pointer that takes the place of its target. */
export interface ReferenceType {
  readonly kind: "reference";
  /** Bytes of the pointer. */
  readonly size: number;
  readonly target: Type;
  readonly isRvalue: boolean;
}

export interface StructType {
  readonly kind: "struct" | "union" | "class";
  /** The tag; undefined when anonymous. */
  readonly name: string | undefined;
  /** Bytes; 0 when incomplete. */
  readonly size: number;
  readonly members: readonly Member[];
  /** For an enumeration with data, as in Rust: one of the cases is present at a time. */
  readonly variants?: VariantPart | undefined;
  /** Whether it is declared, but defined in no unit of the image. */
  readonly isIncomplete: boolean;
}

/** The variants of an enumeration with data (DWARF 5, 5.7.10). */
export interface VariantPart {
  /** The number that tells which variant is present; undefined if there is only one variant. */
  readonly discriminant: Member | undefined;
  /** `value` is an unsigned number of the discriminant's size; undefined for the variant that all other values mean. */
  readonly cases: readonly { readonly value: bigint | undefined; readonly member: Member }[];
}

export interface Member {
  /** Undefined for an anonymous struct or union, whose members are named as if they were the outer one's. */
  readonly name: string | undefined;
  readonly type: Type;
  /** The offset in bytes from the start of the outer type (for a bit-field, of the byte that holds its lowest bit). */
  readonly offset: number;
  /** For a virtual base class: the DWARF expression that computes its address from the object's. */
  readonly virtualBase?: Uint8Array | undefined;
  /**
   * Set for bit-fields: `bitSize` bits, beginning with bit `bitOffset` (0-7, from the lowest) of the byte at `offset`.
   */
  readonly bits: { readonly bitOffset: number; readonly bitSize: number } | undefined;
}

export interface ArrayType {
  readonly kind: "array";
  /** In an array of several dimensions this is an array again. */
  readonly element: Type;
  /** Undefined for a flexible array member and `extern T x[]`. */
  readonly count: number | undefined;
  /** For a variable-length array, whose count is known only in a frame: see `ImageSymbols.resolveType`. */
  readonly dynamic?: DynamicCount | undefined;
}

/** Where the count of a variable-length array is found. */
export interface DynamicCount {
  readonly location: Location;
  /** Whether the location is that of a variable with the number; otherwise it computes the number itself. */
  readonly isVariable: boolean;
  /** What must be added to the number: 1 for an upper bound. */
  readonly plus: number;
}

export interface EnumType {
  readonly kind: "enum";
  readonly name: string | undefined;
  /** Bytes. */
  readonly size: number;
  readonly isSigned: boolean;
  /** Values in the range of the type. */
  readonly enumerators: readonly { readonly name: string; readonly value: bigint }[];
}

export interface TypedefType {
  readonly kind: "typedef";
  readonly name: string;
  readonly target: Type;
}

export interface QualifiedType {
  readonly kind: "const" | "volatile" | "restrict" | "atomic";
  readonly target: Type;
}

export interface FunctionType {
  readonly kind: "function";
  readonly returns: Type;
  readonly parameters: readonly Type[];
  readonly isVariadic: boolean;
  /** False for `f()`, whose parameters are unknown. */
  readonly isPrototyped: boolean;
}

/** How deep arrays and functions may be nested in types. Corrupt information makes them endless. */
const MAX_NESTING = 32;

/**
 * The size in bytes, looking through typedefs and qualifiers; undefined for void, functions, incomplete types and
 * unsized arrays.
 */
export function sizeOf(type: Type, depth = 0): number | undefined {
  const bare = strip(type);
  switch (bare.kind) {
    case "base":
    case "pointer":
    case "reference":
    case "enum":
      return bare.size;
    case "struct":
    case "union":
    case "class":
      return bare.isIncomplete ? undefined : bare.size;
    case "array": {
      const element = depth < MAX_NESTING ? sizeOf(bare.element, depth + 1) : undefined;
      return element === undefined || bare.count === undefined ? undefined : element * bare.count;
    }
    case "void":
    case "function":
      return undefined;
  }
}

/** A type that is neither a typedef nor a qualifier. */
export type BareType = Exclude<Type, TypedefType | QualifiedType>;

/**
 * More typedefs and qualifiers than any program puts around a type. If there are more, corrupt information has made a
 * ring.
 */
const MAX_WRAPPERS = 1000;

/** The type without typedefs and qualifiers. */
export function strip(type: Type): BareType {
  let t = type;
  for (let i = 0; i < MAX_WRAPPERS; i++) {
    switch (t.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "atomic":
        t = t.target;
        break;
      default:
        return t;
    }
  }
  return { kind: "void" };
}

/** The type as C writes it: `struct vcpu *`, `int (*)(int)`, `const char [4]`. */
export function typeName(type: Type): string {
  return declare(type, "");
}

/** How many typedefs, pointers and brackets the name of a type may have. */
const MAX_DECLARATORS = 64;

/** The declaration of `name` with that type: `int (*handler)(int)`, `u32 words[4]`. */
export function declare(type: Type, name: string, depth = 0): string {
  let t = type;
  let declarator = name;
  /** Qualifiers that were seen before the type to which they belong. */
  let qualifiers = new Set<string>();
  const words = (): string => ["const", "volatile", "restrict", "_Atomic"].filter((w) => qualifiers.has(w)).join(" ");
  for (let i = 0; i < MAX_DECLARATORS; i++) {
    switch (t.kind) {
      case "const":
      case "volatile":
      case "restrict":
      case "atomic":
        qualifiers.add(t.kind === "atomic" ? "_Atomic" : t.kind);
        t = t.target;
        break;
      case "pointer": {
        declarator = qualifiers.size > 0 ? `* ${words()}${declarator ? " " : ""}${declarator}` : `*${declarator}`;
        qualifiers = new Set();
        t = t.target;
        if (t.kind === "array" || t.kind === "function") declarator = `(${declarator})`;
        break;
      }
      case "reference":
        declarator = `${t.isRvalue ? "&&" : "&"}${declarator}`;
        qualifiers = new Set();
        t = t.target;
        if (t.kind === "array" || t.kind === "function") declarator = `(${declarator})`;
        break;
      case "array":
        declarator = `${declarator}[${t.count ?? ""}]`;
        t = t.element;
        break;
      case "function":
        declarator = `${declarator}(${parameterList(t, depth)})`;
        t = t.returns;
        break;
      default:
        return [words(), leafName(t), declarator].filter((part) => part !== "").join(" ");
    }
  }
  return "void";
}

/** How deep functions are spelled out in the parameters of functions. */
const MAX_PARAMETER_DEPTH = 4;

function parameterList(type: FunctionType, depth: number): string {
  if (!type.isPrototyped && type.parameters.length === 0) return "";
  if (depth >= MAX_PARAMETER_DEPTH) return "...";
  const list = type.parameters.map((parameter) => declare(parameter, "", depth + 1));
  if (type.isVariadic) list.push("...");
  return list.length > 0 ? list.join(", ") : "void";
}

function leafName(type: VoidType | BaseType | StructType | EnumType | TypedefType): string {
  switch (type.kind) {
    case "void":
      return "void";
    case "base":
    case "typedef":
      return type.name;
    case "struct":
    case "union":
    case "class":
    case "enum":
      return `${type.kind} ${type.name ?? "{...}"}`;
  }
}
