import type { Location } from "../location";
import type { AttributeValue } from "./forms";
import type { Unit } from "./unit";

/** The location that an attribute describes; undefined if it describes none. */
export function locationFrom(value: AttributeValue, unit: Unit): Location | undefined {
  const context = unit.index;
  switch (value.kind) {
    case "expression":
    case "block":
      return value.value.length === 0 ? { kind: "none" } : { kind: "expression", expression: value.value, context };
    case "sectionOffset":
      return { kind: "list", offset: value.value, context };
    case "constant":
      return { kind: "list", offset: Number(value.value), context };
    case "listIndex":
      return { kind: "list", offset: unit.indexedList("loclists", value.value), context };
    default:
      return undefined;
  }
}
