import type { BaseType, Type } from "../symbols/index";
import { sizeOf, strip } from "../symbols/index";
import { signedness } from "../values/typed-value";
import type { TypeName } from "./ast";

const base = (name: string, size: number, encoding: BaseType["encoding"]): BaseType => ({
  kind: "base",
  name,
  size,
  encoding,
});

/** C's arithmetic types on i386. */
export const INT = base("int", 4, "signed");
export const UINT = base("unsigned int", 4, "unsigned");
export const LLONG = base("long long int", 8, "signed");
export const ULLONG = base("long long unsigned int", 8, "unsigned");
export const BOOL = base("bool", 1, "boolean");
export const FLOAT = base("float", 4, "float");
export const DOUBLE = base("double", 8, "float");
export const LDOUBLE = base("long double", 12, "float");
const VOID: Type = { kind: "void" };

const BASE_TYPES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...[
    INT,
    UINT,
    LLONG,
    ULLONG,
    base("char", 1, "signed-char"),
    base("signed char", 1, "signed-char"),
    base("unsigned char", 1, "unsigned-char"),
    base("short int", 2, "signed"),
    base("short unsigned int", 2, "unsigned"),
    base("long int", 4, "signed"),
    base("long unsigned int", 4, "unsigned"),
    base("_Bool", 1, "boolean"),
    FLOAT,
    DOUBLE,
    LDOUBLE,
  ].map((type): [string, Type] => [type.name, type]),
  ["void", VOID],
]);

/** The type that a cast's type name means; `lookup` is the image's. Undefined for an unknown name. */
export function resolveType(name: TypeName, lookup: (name: string) => Type | undefined): Type | undefined {
  const spelled = name.tag === undefined ? name.name : `${name.tag} ${name.name}`;
  let type = BASE_TYPES.get(spelled) ?? lookup(spelled);
  if (type === undefined) return undefined;
  for (let i = 0; i < name.pointers; i++) type = pointerTo(type);
  return type;
}

export function pointerTo(target: Type): Type {
  return { kind: "pointer", size: 4, target };
}

export function isPointer(type: Type): boolean {
  return strip(type).kind === "pointer";
}

/** The type to which a pointer or an array leads; undefined for other types. */
export function elementOf(type: Type): Type | undefined {
  const bare = strip(type);
  return bare.kind === "pointer" ? bare.target : bare.kind === "array" ? bare.element : undefined;
}

export function isFloat(type: Type): boolean {
  const bare = strip(type);
  return bare.kind === "base" && bare.encoding === "float";
}

/** The type of an operation on numbers if at least one of them is a floating point number. */
export function commonFloat(a: Type, b: Type): BaseType {
  const size = Math.max(...[a, b].filter(isFloat).map((type) => sizeOf(type) ?? 8));
  return size <= 4 ? FLOAT : size <= 8 ? DOUBLE : LDOUBLE;
}

/** C's integer promotions; undefined for a type that is not an integer. */
export function promote(type: Type): BaseType | undefined {
  const signed = signedness(type);
  if (signed === undefined || isPointer(type)) return undefined;
  const size = sizeOf(type) ?? 4;
  if (size < 4) return INT;
  if (size === 4) return signed ? INT : UINT;
  return signed ? LLONG : ULLONG;
}

/** C's usual arithmetic conversions of two promoted types. */
export function commonType(a: BaseType, b: BaseType): BaseType {
  const size = Math.max(a.size, b.size);
  const unsigned = [a, b].some((type) => type.size === size && type.encoding === "unsigned");
  if (size === 8) return unsigned ? ULLONG : LLONG;
  return unsigned ? UINT : INT;
}
