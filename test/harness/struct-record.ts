import {
  strip,
  type ImageSymbols,
  type ReadMemory,
  type StructType,
  type Type,
} from "../../debug-adapter/symbols/index";
import { memberNamed } from "../../debug-adapter/awareness/layout";

/** A structure in the machine's memory whose members are read by name, as its image's types lay it out. */
export class StructRecord {
  private constructor(
    private readonly read: ReadMemory,
    private readonly type: StructType,
    /** Linear address of its first byte. */
    readonly address: number,
  ) {}

  /** The structure `struct NAME` at a linear address; undefined for a null pointer or when the image has no such type. */
  static at(symbols: ImageSymbols, read: ReadMemory, name: string, address: number): StructRecord | undefined {
    const type = symbols.typeNamed(`struct ${name}`);
    if (address === 0 || type?.kind !== "struct") return undefined;
    return new StructRecord(read, type, address);
  }

  /**
   * An integer, enumeration, boolean or pointer member as an unsigned number. Undefined if the member is of another
   * type or its memory is not mapped.
   */
  word(name: string): number | undefined {
    const found = memberNamed(this.type, name);
    return found && this.load(found.offset, strip(found.member.type));
  }

  /** Like `word`, for flags. */
  flag(name: string): boolean {
    return (this.word(name) ?? 0) !== 0;
  }

  /** The elements of an array member of integers or pointers, as far as memory is mapped. */
  words(name: string): number[] {
    const found = memberNamed(this.type, name);
    const array = found && strip(found.member.type);
    if (!found || array?.kind !== "array") return [];
    const element = strip(array.element);
    const size = wordSize(element);
    if (size === undefined) return [];
    const values = Array.from({ length: array.count ?? 0 }, (_, i) => this.load(found.offset + size * i, element));
    return values.filter((value) => value !== undefined);
  }

  private load(offset: number, type: Type): number | undefined {
    const size = wordSize(type);
    const bytes = size === undefined ? undefined : this.read((this.address + offset) >>> 0, size);
    if (size === undefined || bytes === undefined || bytes.length < size) return undefined;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[i] ?? 0);
    return value;
  }
}

/** Bytes of a type that fits a register. */
function wordSize(type: Type): number | undefined {
  const size = type.kind === "base" || type.kind === "enum" || type.kind === "pointer" ? type.size : 0;
  return size === 1 || size === 2 || size === 4 ? size : undefined;
}
