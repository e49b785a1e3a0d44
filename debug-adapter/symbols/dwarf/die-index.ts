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

/** What stands at the top level of all units, by name and by address; made by one walk over the image. */
export class DieIndex {
  readonly functions: FunctionDie[] = [];
  readonly functionsByName = new Map<string, FunctionDie[]>();
  readonly variablesByName = new Map<string, Die[]>();
  /** Definitions by `struct x`, `union x`, `enum x`, a base type's or a typedef's name. */
  private readonly types = new Map<string, Die>();
  /** All enumerations, also those without a name. */
  readonly enumerations: Die[] = [];
  private readonly integers = new Map<string, Die>();
  private readonly code: readonly CodeRange[];

  constructor(private readonly info: DebugInfo) {
    for (const unit of info.units) info.guard(undefined, () => this.walk(unit, unit.root, 0));
    this.code = this.functions
      .flatMap((owner) => owner.ranges.map(({ low, high }) => ({ low, high, owner })))
      .sort((a, b) => a.low - b.low);
  }

  functionAt(pc: number): FunctionDie | undefined {
    const range = this.code[lastAtOrBelow(this.code, pc, (r) => r.low)];
    return range && pc < range.high ? range.owner : undefined;
  }

  /** The definition of a named type; integer types in any of C's spellings. */
  typeNamed(name: string): Die | undefined {
    return this.types.get(name) ?? this.integers.get(integerName(name) ?? "");
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
    if (!die.has(At.LowPc) && !die.has(At.Ranges)) return;
    const ranges = rangesOf(die).filter((range) => this.info.isLoaded(range.low));
    const name = this.info.nameOf(die);
    if (ranges.length === 0 || name === undefined) return;
    const entry = { die, name, ranges };
    this.functions.push(entry);
    add(this.functionsByName, name, entry);
  }

  private addVariable(die: Die): void {
    if (!die.has(At.Location) && !die.has(At.ConstValue)) return;
    const name = this.info.nameOf(die);
    if (name !== undefined) add(this.variablesByName, name, die);
  }

  private addType(die: Die): void {
    const prefix = prefixOf(die.tag);
    if (prefix === undefined || die.flag(At.Declaration)) return;
    if (die.tag === Tag.EnumerationType) this.enumerations.push(die);
    const { name } = die;
    if (name === undefined || this.types.has(prefix + name)) return;
    this.types.set(prefix + name, die);
    const integer = die.tag === Tag.BaseType ? integerName(name) : undefined;
    if (integer !== undefined) this.integers.set(integer, die);
  }
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
