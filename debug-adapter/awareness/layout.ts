import { strip, type ImageSymbols, type Member } from "../symbols/index";

/** A field of one of the hypervisor's structures. */
export interface Field {
  /** Bytes from the start of the structure. */
  offset: number;
  /** 1, 2 or 4. */
  size: 1 | 2 | 4;
}

/**
 * Finds a field by its path of member names (`["regs", "eip"]`) in a structure
 * of the image; undefined when the image has no such structure or field, or the
 * field is no word.
 */
export function fieldOf(symbols: ImageSymbols, structName: string, ...path: string[]): Field | undefined {
  let type = symbols.typeNamed(`struct ${structName}`);
  let offset = 0;
  for (const name of path) {
    const bare = type === undefined ? undefined : strip(type);
    if (bare?.kind !== "struct" && bare?.kind !== "union") return undefined;
    const found = memberNamed(bare.members, name);
    if (found === undefined) return undefined;
    offset += found.offset;
    type = found.member.type;
  }
  const size = type === undefined ? undefined : wordSize(strip(type));
  return size === undefined ? undefined : { offset, size };
}

/** A member, also of an anonymous structure inside; its offset counts from the outer structure. */
export function memberNamed(members: readonly Member[], name: string): { member: Member; offset: number } | undefined {
  for (const member of members) {
    if (member.name === name) return { member, offset: member.offset };
    if (member.name !== undefined) continue;
    const inner = strip(member.type);
    if (inner.kind !== "struct" && inner.kind !== "union") continue;
    const found = memberNamed(inner.members, name);
    if (found !== undefined) return { member: found.member, offset: member.offset + found.offset };
  }
  return undefined;
}

function wordSize(type: { kind: string; size?: number }): Field["size"] | undefined {
  const size = type.kind === "base" || type.kind === "enum" || type.kind === "pointer" ? type.size : undefined;
  return size === 1 || size === 2 || size === 4 ? size : undefined;
}
