import { Tag } from "./constants";
import type { Die, Unit } from "./unit";

/** Languages with namespaces or classes: C++ of 1998, 2003, 2011, 2014, 2017 and 2020, and Rust (DWARF 5, 7.12). */
export const SCOPED_LANGUAGES: ReadonlySet<number> = new Set([0x04, 0x19, 0x1a, 0x21, 0x2a, 0x2b, 0x1c]);

/** How deep namespaces and classes may be nested. No source goes so deep, but corrupt information might. */
const MAX_NESTING = 64;

/** `name::`, or nothing for a namespace without a name, whose names are used as they are. */
export function scopeName(die: Die): string {
  const { name } = die;
  return name === undefined ? "" : `${name}::`;
}

/** Where functions and variables are declared, in units of languages that have namespaces and classes. */
export class Scopes {
  private readonly prefixes = new Map<Unit, Map<number, string>>();

  has(unit: Unit): boolean {
    return this.prefixes.has(unit);
  }

  /** Notes all declarations of a unit. */
  collect(root: Die): void {
    const found = new Map<number, string>();
    this.prefixes.set(root.unit, found);
    this.walk(root, "", 0, found);
  }

  /** `ns::Class::` of a DIE that declares something; "" outside of all scopes. */
  prefixOf(declaration: Die): string {
    return this.prefixes.get(declaration.unit)?.get(declaration.offset) ?? "";
  }

  private walk(parent: Die, prefix: string, depth: number, found: Map<number, string>): void {
    if (depth > MAX_NESTING) return;
    for (const die of parent.children()) {
      switch (die.tag) {
        case Tag.Namespace:
        case Tag.StructureType:
        case Tag.ClassType:
        case Tag.UnionType:
          if (die.hasChildren) this.walk(die, prefix + scopeName(die), depth + 1, found);
          break;
        case Tag.Subprogram:
        case Tag.Variable:
        case Tag.Member:
          if (prefix !== "") found.set(die.offset, prefix);
          break;
        default:
      }
    }
  }
}

/** The names by which `a::b::c<int>` is found: whole, without outer scopes, and without the template's arguments. */
export function spellings(name: string): string[] {
  const parts = partsOf(name);
  const keys = parts.map((_, i) => parts.slice(i).join("::"));
  const last = parts.at(-1) ?? name;
  const bare = /^operator/.test(last) ? last : last.replace(/<.*>$/, "");
  if (bare !== last) keys.push(...parts.map((_, i) => [...parts.slice(i, -1), bare].join("::")));
  return [...new Set(keys)];
}

/** The parts between `::` outside of angle brackets. */
function partsOf(name: string): string[] {
  if (!name.includes("::")) return [name];
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < name.length; at++) {
    const char = name[at];
    if (char === "<") depth++;
    else if (char === ">") depth--;
    else if (char === ":" && name[at + 1] === ":" && depth === 0) {
      parts.push(name.slice(from, at));
      from = at + 2;
      at++;
    }
  }
  return [...parts, name.slice(from)];
}
