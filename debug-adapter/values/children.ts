import {
  flatMembers,
  isStruct,
  sizeOf,
  strip,
  typeName,
  type ReadMemory,
  type StructType,
  type Type,
} from "../symbols/index";
import { ExpressionError } from "./expression-error";
import { addressOf, inMemory, memberOf, partOf, readInteger, shownAs, type TypedValue } from "./typed-value";
import { activeVariant } from "./variants";

/** A part of a value as the user unfolds it. */
export interface Child {
  name: string;
  value: TypedValue;
  /** An expression for the part, made from the one for the whole. */
  expression: string;
}

/** How many parts a value has. */
export interface ChildCount {
  named: number;
  indexed: number;
}

/** How deep references to references are followed. C++ has none, but corrupt information might. */
const MAX_REFERENCES = 8;

const NONE: ChildCount = { named: 0, indexed: 0 };

/** The number of parts that `childrenOf` would give. A pointer to a structure unfolds to that structure's members. */
export function countChildren(type: Type, depth = 0): ChildCount {
  const bare = strip(type);
  switch (bare.kind) {
    case "struct":
    case "union":
    case "class":
      return { named: memberCount(bare), indexed: 0 };
    case "array":
      return sizeOf(bare.element) === undefined ? NONE : { named: 0, indexed: bare.count ?? 0 };
    case "reference":
      return depth < MAX_REFERENCES ? countChildren(bare.target, depth + 1) : NONE;
    case "pointer": {
      const target = strip(bare.target);
      if (target.kind === "void" || target.kind === "function" || sizeOf(target) === undefined) return NONE;
      return isStruct(target) ? { named: memberCount(target), indexed: 0 } : { named: 1, indexed: 0 };
    }
    default:
      return NONE;
  }
}

/**
 * The parts [start, start + count) of a value.
 * @param expression an expression for the whole value; by C's precedence it must need no brackets before an operator
 * that follows
 */
export function childrenOf(
  value: TypedValue,
  expression: string,
  start: number,
  count: number,
  readMemory: ReadMemory,
): Child[] {
  const bare = strip(value.type);
  if (bare.kind === "reference") {
    const target = pointeeOf(value, bare.target, readMemory);
    if (target === undefined || strip(target.type).kind === "reference") return [];
    return childrenOf(target, expression, start, count, readMemory);
  }
  if (bare.kind === "array")
    return elements(value, bare.element, bare.count ?? 0, expression, start, count, readMemory);
  if (bare.kind === "pointer") {
    const pointee = pointeeOf(value, bare.target, readMemory);
    if (pointee === undefined) return [];
    const target = strip(bare.target);
    if (isStruct(target)) return members(pointee, target, `${expression}->`, readMemory).slice(start, start + count);
    return [{ name: `*${lastName(expression)}`, value: pointee, expression: `*${expression}` }];
  }
  return isStruct(bare) ? members(value, bare, `${expression}.`, readMemory).slice(start, start + count) : [];
}

function pointeeOf(value: TypedValue, target: Type, readMemory: ReadMemory): TypedValue | undefined {
  try {
    const address = Number(readInteger(value, readMemory));
    return address === 0 ? undefined : shownAs(inMemory(target, address), value);
  } catch (error) {
    // A pointer that cannot be read has no parts. Its own row tells why.
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** The members of the variant that is present. */
function variantMembers(object: TypedValue, type: StructType, prefix: string, readMemory: ReadMemory): Child[] {
  try {
    const data = activeVariant(object, type, readMemory)?.data;
    const bare = data && strip(data.type);
    return data && bare && isStruct(bare) ? members(data, bare, prefix, readMemory) : [];
  } catch (error) {
    // A value that cannot be read has no parts. Its own row tells why.
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

/** The number of members, or of the most that one of the variants has. */
function memberCount(type: StructType): number {
  const sizes = (type.variants?.cases ?? []).map(({ member }) => {
    const data = strip(member.type);
    return isStruct(data) && data !== type ? flatMembers(data).length : 0;
  });
  return Math.max(flatMembers(type).length, ...sizes);
}

function members(object: TypedValue, type: StructType, prefix: string, readMemory: ReadMemory): Child[] {
  if (type.variants !== undefined) return variantMembers(object, type, prefix, readMemory);
  return flatMembers(type).map(({ member, offset }) => {
    const value = memberOf(object, member, offset, readMemory);
    // A base class has no name in an expression, because its members are the object's.
    if (member.virtualBase !== undefined)
      return { name: typeName(member.type), value, expression: `*(${typeName(member.type)}*)${addressOf(value) ?? 0}` };
    const name = member.name ?? "?";
    return { name, value, expression: prefix + name };
  });
}

function elements(
  value: TypedValue,
  element: Type,
  length: number,
  expression: string,
  start: number,
  count: number,
  readMemory: ReadMemory,
): Child[] {
  const size = sizeOf(element);
  if (size === undefined) return [];
  const children: Child[] = [];
  for (let i = start; i < Math.min(length, start + count); i++) {
    children.push({
      name: `[${i}]`,
      value: partOf(value, element, i * size, readMemory),
      expression: `${expression}[${i}]`,
    });
  }
  return children;
}

function lastName(expression: string): string {
  return /^\w+$/.test(expression) ? expression : `(${expression})`;
}
