import type { AddressRange } from "../model";
import { At, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import { lastAtOrBelow } from "./line-table";
import { rangesOf } from "./ranges";
import { integerName } from "./type-names";
import { scopeName, Scopes, SCOPED_LANGUAGES, spellings } from "./scopes";
import type { Die } from "./unit";

/** A subprogram that has code. */
export interface FunctionDie {
  readonly die: Die;
  readonly name: string;
  readonly ranges: readonly AddressRange[];
}

interface CodeRange extends AddressRange {
  readonly owner: FunctionDie;
}

/** An enumeration, and the namespaces and classes that contain it: `ns::Class::`. */
export interface ScopedEnumeration {
  readonly die: Die;
  readonly scope: string;
}

/** What is at the top level of all units, by name and by address. */
interface TopLevel {
  readonly functions: FunctionDie[];
  readonly functionsByName: Map<string, FunctionDie[]>;
  readonly variablesByName: Map<string, Die[]>;
  /** All enumerations, including those without a name. */
  readonly enumerations: ScopedEnumeration[];
}

/**
 * The top level of an image, which is walked once: unit by unit until a type is found, and wholly for everything else.
 */
export class DieIndex {
  private readonly top: TopLevel = {
    functions: [],
    functionsByName: new Map(),
    variablesByName: new Map(),
    enumerations: [],
  };
  /** Definitions by `struct x`, `union x`, `enum x`, or the name of a base type or typedef. */
  private readonly types = new Map<string, Die>();
  private readonly integers = new Map<string, Die>();
  private readonly scopes = new Scopes();
  private code: readonly CodeRange[] | undefined;
  private nested: { readonly functions: readonly FunctionDie[]; readonly code: readonly CodeRange[] } | undefined;
  private unitsWalked = 0;

  constructor(private readonly info: DebugInfo) {}

  get functions(): readonly FunctionDie[] {
    return this.whole().functions;
  }

  get functionsByName(): ReadonlyMap<string, FunctionDie[]> {
    return this.whole().functionsByName;
  }

  get variablesByName(): ReadonlyMap<string, Die[]> {
    return this.whole().variablesByName;
  }

  get enumerations(): readonly ScopedEnumeration[] {
    return this.whole().enumerations;
  }

  functionAt(pc: number): FunctionDie | undefined {
    this.code ??= codeOf(this.functions);
    return ownerAt(this.code, pc) ?? ownerAt(this.withNested().code, pc);
  }

  /** Functions inside functions: GNU C's own, lambdas and methods of local classes in C++. */
  get nestedFunctions(): readonly FunctionDie[] {
    return this.withNested().functions;
  }

  private withNested() {
    if (!this.nested) {
      const functions: FunctionDie[] = [];
      for (const fn of this.functions) {
        this.info.guard(undefined, () => this.findNested(fn.die, 0, functions));
      }
      this.nested = { functions, code: codeOf(functions) };
    }
    return this.nested;
  }

  private findNested(parent: Die, depth: number, found: FunctionDie[]): void {
    if (depth > MAX_NESTING) return;
    for (const die of parent.children()) {
      if (!MAY_HOLD_FUNCTIONS.has(die.tag)) continue;
      const fn = die.tag === Tag.Subprogram ? this.functionOf(die) : undefined;
      if (fn) found.push(fn);
      this.findNested(die, depth + 1, found);
    }
  }

  /** The first definition of a named type; integer types in any of C's spellings. */
  typeNamed(name: string): Die | undefined {
    while (!this.types.has(name) && this.walkNext());
    return this.types.get(name) ?? this.integers.get(integerName(name) ?? "");
  }

  private whole(): TopLevel {
    while (this.walkNext());
    return this.top;
  }

  /** Walks the next unit. False after the last unit. */
  private walkNext(): boolean {
    const unit = this.info.units[this.unitsWalked];
    if (unit === undefined) return false;
    this.unitsWalked++;
    this.info.guard(undefined, () => {
      if (SCOPED_LANGUAGES.has(unit.root.number(At.Language) ?? 0)) this.scopes.collect(unit.root);
      this.walk(unit.root, 0, "");
    });
    return true;
  }

  private walk(parent: Die, depth: number, prefix: string): void {
    for (const die of parent.children()) {
      switch (die.tag) {
        case Tag.Subprogram:
          this.info.guard(undefined, () => this.addFunction(die));
          break;
        case Tag.Variable:
          this.info.guard(undefined, () => this.addVariable(die));
          break;
        case Tag.Namespace:
          // The depth is bounded: no source nests namespaces so deep, but corrupt information might.
          if (depth < 64) this.walk(die, depth + 1, prefix + scopeName(die));
          break;
        default:
          this.addType(die, prefix);
          if (this.scopes.has(die.unit)) this.addInner(die, prefix, depth);
      }
    }
  }

  private addFunction(die: Die): void {
    const entry = this.functionOf(die);
    if (!entry) return;
    this.top.functions.push(entry);
    for (const key of spellings(entry.name)) add(this.top.functionsByName, key, entry);
  }

  /** The function of a subprogram, if it has code in the image. */
  private functionOf(die: Die): FunctionDie | undefined {
    if (!die.has(At.LowPc) && !die.has(At.Ranges)) return undefined;
    const ranges = rangesOf(die, this.info.rangeBudget).filter((range) => this.info.isLoaded(range.low));
    const name = this.qualifiedName(die);
    return ranges.length === 0 || name === undefined ? undefined : { die, name, ranges };
  }

  private addVariable(die: Die): void {
    if (!die.has(At.Location) && !die.has(At.ConstValue)) return;
    const name = this.qualifiedName(die);
    if (name === undefined) return;
    for (const key of spellings(name)) add(this.top.variablesByName, key, die);
  }

  /** Whether its language has namespaces or classes. */
  isScoped(die: Die): boolean {
    return this.scopes.has(die.unit);
  }

  /** The name with the namespaces and classes in which it is declared. */
  private qualifiedName(die: Die): string | undefined {
    const name = this.info.nameOf(die);
    return name === undefined ? undefined : this.scopes.prefixOf(this.info.root(die)) + name;
  }

  /** Types and enumerations inside a class. */
  private addInner(die: Die, prefix: string, depth: number): void {
    if (!IS_CLASS.has(die.tag) || die.name === undefined || depth >= 64) return;
    const inner = prefix + scopeName(die);
    for (const child of die.children()) {
      this.addType(child, inner);
      this.addInner(child, inner, depth + 1);
    }
  }

  private addType(die: Die, scope: string): void {
    const prefix = prefixOf(die.tag);
    if (prefix === undefined || die.flag(At.Declaration)) return;
    if (die.tag === Tag.EnumerationType) this.top.enumerations.push({ die, scope });
    const { name } = die;
    if (name === undefined) return;
    const isScoped = this.scopes.has(die.unit);
    for (const key of isScoped ? spellings(scope + name) : [name]) {
      // The names of types in C++ and Rust need no word before them.
      for (const word of isScoped ? new Set([prefix, ""]) : [prefix]) {
        if (!this.types.has(word + key)) this.types.set(word + key, die);
      }
    }
    const integer = die.tag === Tag.BaseType ? integerName(name) : undefined;
    if (integer !== undefined) this.integers.set(integer, die);
  }
}

/** How deep blocks may be nested. No source goes so deep, but corrupt information might. */
const MAX_NESTING = 256;

const IS_CLASS = new Set([Tag.StructureType, Tag.ClassType, Tag.UnionType]);

const MAY_HOLD_FUNCTIONS = new Set([Tag.Subprogram, Tag.LexicalBlock, Tag.StructureType, Tag.ClassType, Tag.UnionType]);

function ownerAt(code: readonly CodeRange[], pc: number): FunctionDie | undefined {
  const range = code[lastAtOrBelow(code, pc, (r) => r.low)];
  return range && pc < range.high ? range.owner : undefined;
}

function codeOf(functions: readonly FunctionDie[]): CodeRange[] {
  const ranges = functions.flatMap((owner) => owner.ranges.map(({ low, high }) => ({ low, high, owner })));
  return ranges.sort((a, b) => a.low - b.low);
}

/** The word that C puts before the names of such types; undefined for tags that are not named types. */
export function prefixOf(tag: Tag): string | undefined {
  switch (tag) {
    case Tag.StructureType:
      return "struct ";
    case Tag.UnionType:
      return "union ";
    case Tag.ClassType:
      return "class ";
    case Tag.EnumerationType:
      return "enum ";
    case Tag.Typedef:
    case Tag.BaseType:
      return "";
    default:
      return undefined;
  }
}

export function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
