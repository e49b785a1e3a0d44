/**
 * C types as the debug information describes them. They form cycles (a struct
 * points to itself), so `target`, `members` and their like are worked out when
 * first asked for. Each compile unit has types of its own: compare by name.
 */

export type Type =
  VoidType | BaseType | PointerType | StructType | ArrayType | EnumType | TypedefType | QualifiedType | FunctionType;

export interface VoidType {
  readonly kind: "void";
}

export type Encoding = "signed" | "unsigned" | "signed-char" | "unsigned-char" | "boolean" | "float" | "other";

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

export interface StructType {
  readonly kind: "struct" | "union" | "class";
  /** The tag; undefined when anonymous. */
  readonly name: string | undefined;
  /** Bytes; 0 when incomplete. */
  readonly size: number;
  readonly members: readonly Member[];
  /** Declared but defined in no unit of the image. */
  readonly isIncomplete: boolean;
}

export interface Member {
  /** Undefined: an anonymous struct or union, whose members are named as if they were the outer one's. */
  readonly name: string | undefined;
  readonly type: Type;
  /** Bytes from the start of the outer type (for a bit-field: of the byte that holds its lowest bit). */
  readonly offset: number;
  /** Set for bit-fields: `bitSize` bits from bit `bitOffset` (0-7, from the lowest) of the byte at `offset` on. */
  readonly bits: { readonly bitOffset: number; readonly bitSize: number } | undefined;
}

export interface ArrayType {
  readonly kind: "array";
  /** An array again, in arrays of several dimensions. */
  readonly element: Type;
  /** Undefined for a flexible array member and `extern T x[]`. */
  readonly count: number | undefined;
}

export interface EnumType {
  readonly kind: "enum";
  readonly name: string | undefined;
  /** Bytes. */
  readonly size: number;
  readonly isSigned: boolean;
  readonly enumerators: readonly { readonly name: string; readonly value: number }[];
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

/** Bytes, looking through typedefs and qualifiers; undefined for void, functions, incomplete types and unsized arrays. */
export function sizeOf(type: Type): number | undefined {
  const bare = strip(type);
  switch (bare.kind) {
    case "base":
    case "pointer":
    case "enum":
      return bare.size;
    case "struct":
    case "union":
    case "class":
      return bare.isIncomplete ? undefined : bare.size;
    case "array": {
      const element = sizeOf(bare.element);
      return element === undefined || bare.count === undefined ? undefined : element * bare.count;
    }
    case "void":
    case "function":
      return undefined;
  }
}

/** A type that is neither a typedef nor a qualifier. */
export type BareType = Exclude<Type, TypedefType | QualifiedType>;

/** More typedefs and qualifiers around a type than any program has: corrupt information made a ring. */
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

/** The declaration of `name` with that type: `int (*handler)(int)`, `u32 words[4]`. */
export function declare(type: Type, name: string): string {
  let t = type;
  let declarator = name;
  /** Seen, but not yet the type that they qualify. */
  let qualifiers = new Set<string>();
  const words = (): string => ["const", "volatile", "restrict", "_Atomic"].filter((w) => qualifiers.has(w)).join(" ");
  for (let i = 0; i < MAX_WRAPPERS; i++) {
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
      case "array":
        declarator = `${declarator}[${t.count ?? ""}]`;
        t = t.element;
        break;
      case "function":
        declarator = `${declarator}(${parameterList(t)})`;
        t = t.returns;
        break;
      default:
        return [words(), leafName(t), declarator].filter((part) => part !== "").join(" ");
    }
  }
  return "void";
}

function parameterList(type: FunctionType): string {
  if (!type.isPrototyped && type.parameters.length === 0) return "";
  const list = type.parameters.map(typeName);
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
