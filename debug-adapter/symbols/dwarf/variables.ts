import type { Location, Variable } from "../model";
import { sizeOf, type Type } from "../types";
import { At, Op, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import { locationFrom } from "./location-attribute";
import type { Die } from "./unit";
import type { TypeReader } from "./type-reader";

/** Makes variables and their locations from DIEs. */
export class VariableReader {
  constructor(
    private readonly info: DebugInfo,
    private readonly types: TypeReader,
  ) {}

  /**
   * The variables directly in a function, an inlined copy or a block, in source order. A variable that only the
   * abstract function still has was optimised out.
   */
  directlyIn(die: Die, tag: Tag.Variable | Tag.FormalParameter): Variable[] {
    const own = die.children().filter((d) => d.tag === tag);
    const origin = this.info.reference(die, At.AbstractOrigin);
    if (!origin) return this.variables(own);
    const rest = new Map(own.map((d) => [this.info.reference(d, At.AbstractOrigin)?.offset ?? -d.offset, d]));
    const ordered: Die[] = [];
    for (const abstract of origin.children().filter((d) => d.tag === tag)) {
      ordered.push(rest.get(abstract.offset) ?? abstract);
      rest.delete(abstract.offset);
    }
    return this.variables([...ordered, ...rest.values()]);
  }

  /** The variables among DIEs that have a name. Mere declarations (`extern` in a block) are left out. */
  private variables(dies: readonly Die[]): Variable[] {
    return dies.flatMap((die) => (die.flag(At.Declaration) ? [] : (this.variable(die, kindOf(die)) ?? [])));
  }

  variable(die: Die, kind: Variable["kind"]): Variable | undefined {
    const name = this.info.nameOf(die);
    if (name === undefined) return undefined;
    const type = this.types.typeOf(die);
    const location = this.locationOf(die, type);
    const declared = this.info.declaredAt(die);
    const external = this.info.holder(die, At.External)?.flag(At.External) ?? false;
    const isStatic = kind === "global" ? !external : isAddress(location);
    return { name, kind, type, location, declared, isStatic };
  }

  private locationOf(die: Die, type: Type): Location {
    const value = this.info.holder(die, At.Location)?.attribute(At.Location);
    return (value && locationFrom(value, die.unit)) ?? this.constantOf(die, type);
  }

  private constantOf(die: Die, type: Type): Location {
    const value = this.info.holder(die, At.ConstValue)?.attribute(At.ConstValue);
    switch (value?.kind) {
      case "constant":
        return { kind: "constant", bytes: littleEndian(BigInt(value.value), sizeOf(type) ?? 4) };
      case "block":
        return { kind: "constant", bytes: value.value };
      case "string":
        return { kind: "constant", bytes: new TextEncoder().encode(`${value.value}\0`) };
      default:
        return { kind: "none" };
    }
  }
}

function kindOf(die: Die): "parameter" | "local" {
  return die.tag === Tag.FormalParameter ? "parameter" : "local";
}

function isAddress(location: Location): boolean {
  if (location.kind !== "expression") return false;
  const [op] = location.expression as Iterable<Op>;
  return op === Op.Addr || op === Op.Addrx || op === Op.GnuAddrIndex;
}

function littleEndian(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
