import type { AddressRange } from "../model";
import { At, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import { lastAtOrBelow } from "./line-table";
import { rangesOf } from "./ranges";
import { integerName } from "./type-names";
import type { Die, Unit } from "./unit";

/** A subprogram with code of its own. */
export interface FunctionDie {
  readonly die: Die;
  readonly name: string;
  readonly ranges: readonly AddressRange[];
}

interface CodeRange extends AddressRange {
  readonly owner: FunctionDie;
}

/** What stands at the top level of all units, by name and by address. */
interface TopLevel {
  readonly functions: FunctionDie[];
  readonly functionsByName: Map<string, FunctionDie[]>;
  readonly variablesByName: Map<string, Die[]>;
  /** All enumerations, also those without a name. */
  readonly enumerations: Die[];
}

/** The top level of an image, walked once: unit by unit until a type is found, the whole of it for all else. */
export class DieIndex {
  private readonly top: TopLevel = {
    functions: [],
    functionsByName: new Map(),
    variablesByName: new Map(),
    enumerations: [],
  };
  /** Definitions by `struct x`, `union x`, `enum x`, a base type's or a typedef's name. */
  private readonly types = new Map<string, Die>();
  private readonly integers = new Map<string, Die>();
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

  get enumerations(): readonly Die[] {
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

  /** False behind the last unit. */
  private walkNext(): boolean {
    const unit = this.info.units[this.unitsWalked];
    if (unit === undefined) return false;
    this.unitsWalked++;
    this.info.guard(undefined, () => this.walk(unit, unit.root, 0));
    return true;
  }

  private walk(unit: Unit, parent: Die, depth: number): void {
    for (const die of parent.children()) {
      switch (die.tag) {
        case Tag.Subprogram:
          this.info.guard(undefined, () => this.addFunction(die));
          break;
        case Tag.Variable:
          this.info.guard(undefined, () => this.addVariable(die));
          break;
        case Tag.Namespace:
          // Depth: no one nests namespaces so deep; corrupt information might.
          if (depth < 64) this.walk(unit, die, depth + 1);
          break;
        default:
          this.addType(die);
      }
    }
  }

  private addFunction(die: Die): void {
    const entry = this.functionOf(die);
    if (!entry) return;
    this.top.functions.push(entry);
    add(this.top.functionsByName, entry.name, entry);
  }

  /** The function of a subprogram that has code in the image. */
  private functionOf(die: Die): FunctionDie | undefined {
    if (!die.has(At.LowPc) && !die.has(At.Ranges)) return undefined;
    const ranges = rangesOf(die).filter((range) => this.info.isLoaded(range.low));
    const name = this.info.nameOf(die);
    return ranges.length === 0 || name === undefined ? undefined : { die, name, ranges };
  }

  private addVariable(die: Die): void {
    if (!die.has(At.Location) && !die.has(At.ConstValue)) return;
    const name = this.info.nameOf(die);
    if (name !== undefined) add(this.top.variablesByName, name, die);
  }

  private addType(die: Die): void {
    const prefix = prefixOf(die.tag);
    if (prefix === undefined || die.flag(At.Declaration)) return;
    if (die.tag === Tag.EnumerationType) this.top.enumerations.push(die);
    const { name } = die;
    if (name === undefined || this.types.has(prefix + name)) return;
    this.types.set(prefix + name, die);
    const integer = die.tag === Tag.BaseType ? integerName(name) : undefined;
    if (integer !== undefined) this.integers.set(integer, die);
  }
}

/** Blocks inside each other: no source goes so deep, corrupt information might. */
const MAX_NESTING = 256;

const MAY_HOLD_FUNCTIONS = new Set([Tag.Subprogram, Tag.LexicalBlock, Tag.StructureType, Tag.ClassType, Tag.UnionType]);

function ownerAt(code: readonly CodeRange[], pc: number): FunctionDie | undefined {
  const range = code[lastAtOrBelow(code, pc, (r) => r.low)];
  return range && pc < range.high ? range.owner : undefined;
}

function codeOf(functions: readonly FunctionDie[]): CodeRange[] {
  const ranges = functions.flatMap((owner) => owner.ranges.map(({ low, high }) => ({ low, high, owner })));
  return ranges.sort((a, b) => a.low - b.low);
}

/** The word that C puts before the names of such types; undefined for tags that are no named type. */
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
