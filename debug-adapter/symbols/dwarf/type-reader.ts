import type {
  ArrayType,
  BaseType,
  DynamicCount,
  Encoding,
  EnumType,
  FunctionType,
  PointerType,
  QualifiedType,
  ReferenceType,
  StructType,
  Type,
  TypedefType,
  VoidType,
} from "../types";
import { strip } from "../types";
import { At, Ate, Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import { prefixOf, type DieIndex } from "./die-index";
import type { Die, Unit } from "./unit";
import { readMembers, readVariants } from "./members";
import { locationFrom } from "./location-attribute";

const VOID: VoidType = { kind: "void" };
const POINTER_SIZE = 4;

/** Makes a type from each DIE, once. */
export class TypeReader {
  private readonly known = new Map<Unit, Map<number, Type>>();

  constructor(
    private readonly info: DebugInfo,
    private readonly index: () => DieIndex,
  ) {}

  /** The type that DW_AT_type of the DIE (or of its abstract origin) names; void if it has none. */
  typeOf(die: Die): Type {
    return this.info.guard<Type>(VOID, () => {
      const holder = this.info.holder(die, At.Type);
      const target = holder && this.info.reference(holder, At.Type);
      return target ? this.read(target) : VOID;
    });
  }

  /** The type that a type's DIE describes. For a declaration it is the definition, if any unit has it. */
  read(die: Die): Type {
    const definition = this.definitionOf(die);
    let ofUnit = this.known.get(definition.unit);
    if (!ofUnit) this.known.set(definition.unit, (ofUnit = new Map<number, Type>()));
    let type = ofUnit.get(definition.offset);
    if (!type) {
      type = this.make(definition);
      ofUnit.set(definition.offset, type);
    }
    return type;
  }

  /** The type of a function's DIE. */
  functionType(die: Die): FunctionType {
    return new LazyFunction(this, this.info, die);
  }

  private definitionOf(die: Die): Die {
    if (die.has(At.Signature)) return this.info.reference(die, At.Signature) ?? die;
    if (!die.flag(At.Declaration)) return die;
    const prefix = prefixOf(die.tag);
    const { name } = die;
    return (prefix !== undefined && name !== undefined && this.index().typeNamed(prefix + name)) || die;
  }

  private make(die: Die): Type {
    switch (die.tag) {
      case Tag.BaseType:
        return baseType(die);
      case Tag.PointerType:
        return new LazyPointer(this, die);
      case Tag.ReferenceType:
      case Tag.RvalueReferenceType:
        return new LazyReference(this, die);
      case Tag.PtrToMemberType:
        // It is an offset in the class, or -1. Pointers to member functions have two words, which gcc writes as a
        // structure.
        return {
          kind: "base",
          name: "member pointer",
          size: die.number(At.ByteSize) ?? POINTER_SIZE,
          encoding: "signed",
        };
      case Tag.StructureType:
        return new LazyStruct(this, this.info, die, "struct");
      case Tag.UnionType:
        return new LazyStruct(this, this.info, die, "union");
      case Tag.ClassType:
        return new LazyStruct(this, this.info, die, "class");
      case Tag.ArrayType:
        return this.arrayType(die);
      case Tag.EnumerationType:
        return new LazyEnum(this, this.info, die);
      case Tag.Typedef:
        return new LazyTypedef(this, die);
      case Tag.ConstType:
        return new LazyQualified(this, die, "const");
      case Tag.VolatileType:
        return new LazyQualified(this, die, "volatile");
      case Tag.RestrictType:
        return new LazyQualified(this, die, "restrict");
      case Tag.AtomicType:
        return new LazyQualified(this, die, "atomic");
      case Tag.SubroutineType:
      case Tag.Subprogram:
        return this.functionType(die);
      default:
        return VOID;
    }
  }

  /** Makes one array inside the other for each dimension. */
  private arrayType(die: Die): Type {
    const counts = die.children().filter((d) => d.tag === Tag.SubrangeType || d.tag === Tag.EnumerationType);
    const inner = counts.pop();
    let type: Type = new LazyArray(this, die, inner && countOf(inner), inner && dynamicCount(inner, this.info));
    for (const dimension of counts.reverse()) {
      type = {
        kind: "array",
        element: type,
        count: countOf(dimension),
        dynamic: dynamicCount(dimension, this.info),
      };
    }
    return type;
  }
}

/** The number of elements in a dimension; undefined if it is open, or known only at run time. */
function countOf(die: Die): number | undefined {
  const count = die.number(At.Count);
  if (count !== undefined) return count;
  const upper = die.number(At.UpperBound);
  // gcc writes an upper bound of -1 for `x[0]`, perhaps as an unsigned word.
  return upper === undefined ? undefined : (upper + 1) >>> 0;
}

/** The count that a variable or an expression gives; undefined for a count that is known, and if there is none. */
function dynamicCount(die: Die, info: DebugInfo): DynamicCount | undefined {
  const at = die.has(At.Count) ? At.Count : At.UpperBound;
  const value = die.attribute(at);
  if (value === undefined || value.kind === "constant") return undefined;
  const plus = at === At.UpperBound ? 1 : 0;
  const variable = value.kind === "reference" ? info.reference(die, at) : undefined;
  const place = variable ? info.holder(variable, At.Location)?.attribute(At.Location) : value;
  const location = place && locationFrom(place, (variable ?? die).unit);
  return location && { location, isVariable: variable !== undefined, plus };
}

function baseType(die: Die): BaseType {
  return {
    kind: "base",
    name: die.name ?? "",
    size: die.number(At.ByteSize) ?? 0,
    encoding: encodingOf(die.number(At.Encoding) ?? 0),
  };
}

function encodingOf(encoding: Ate): Encoding {
  switch (encoding) {
    case Ate.ComplexFloat:
      return "complex";
    case Ate.GnuComplexInteger:
      return "complex-integer";
    case Ate.Boolean:
      return "boolean";
    case Ate.Float:
      return "float";
    case Ate.Signed:
      return "signed";
    case Ate.SignedChar:
      return "signed-char";
    case Ate.Unsigned:
      return "unsigned";
    case Ate.UnsignedChar:
    case Ate.Utf:
      return "unsigned-char";
    default:
      return "other";
  }
}

class LazyPointer implements PointerType {
  readonly kind = "pointer";
  readonly size: number;
  constructor(
    private readonly reader: TypeReader,
    private readonly die: Die,
  ) {
    this.size = die.number(At.ByteSize) ?? POINTER_SIZE;
  }
  get target(): Type {
    return this.reader.typeOf(this.die);
  }
}

class LazyReference implements ReferenceType {
  readonly kind = "reference";
  readonly size = POINTER_SIZE;
  readonly isRvalue: boolean;
  constructor(
    private readonly reader: TypeReader,
    private readonly die: Die,
  ) {
    this.isRvalue = die.tag === Tag.RvalueReferenceType;
  }
  get target(): Type {
    return this.reader.typeOf(this.die);
  }
}

class LazyTypedef implements TypedefType {
  readonly kind = "typedef";
  readonly name: string;
  constructor(
    private readonly reader: TypeReader,
    private readonly die: Die,
  ) {
    this.name = die.name ?? "";
  }
  get target(): Type {
    return this.reader.typeOf(this.die);
  }
}

class LazyQualified implements QualifiedType {
  constructor(
    private readonly reader: TypeReader,
    private readonly die: Die,
    readonly kind: QualifiedType["kind"],
  ) {}
  get target(): Type {
    return this.reader.typeOf(this.die);
  }
}

class LazyArray implements ArrayType {
  readonly kind = "array";
  constructor(
    private readonly reader: TypeReader,
    private readonly die: Die,
    readonly count: number | undefined,
    readonly dynamic: DynamicCount | undefined,
  ) {}
  get element(): Type {
    return this.reader.typeOf(this.die);
  }
}

class LazyStruct implements StructType {
  readonly name: string | undefined;
  readonly size: number;
  readonly isIncomplete: boolean;
  private list: StructType["members"] | undefined;
  constructor(
    private readonly reader: TypeReader,
    private readonly info: DebugInfo,
    private readonly die: Die,
    readonly kind: StructType["kind"],
  ) {
    this.name = die.name;
    this.size = die.number(At.ByteSize) ?? 0;
    this.isIncomplete = die.flag(At.Declaration);
  }
  get members(): StructType["members"] {
    return (this.list ??= this.info.guard([], () => readMembers(this.die, this.reader)));
  }
  get variants(): StructType["variants"] {
    return this.info.guard(undefined, () => readVariants(this.die, this.reader));
  }
}

class LazyEnum implements EnumType {
  readonly kind = "enum";
  readonly name: string | undefined;
  readonly size: number;
  private list: EnumType["enumerators"] | undefined;
  constructor(
    private readonly reader: TypeReader,
    private readonly info: DebugInfo,
    private readonly die: Die,
  ) {
    this.name = die.name;
    this.size = die.number(At.ByteSize) ?? 4;
  }
  get isSigned(): boolean {
    const underlying = strip(this.reader.typeOf(this.die));
    if (underlying.kind === "base") return underlying.encoding.startsWith("signed");
    return this.raw().some(({ value }) => value < 0n);
  }
  /** Their values are in the range of the enumeration's type: compilers write each constant in the shortest form. */
  get enumerators(): EnumType["enumerators"] {
    return (this.list ??= this.inRange());
  }
  private inRange(): EnumType["enumerators"] {
    const { isSigned } = this;
    const bits = Math.min(8 * this.size, 64);
    const wrap = (value: bigint): bigint => (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
    return this.raw().map(({ name, value }) => ({ name, value: wrap(value) }));
  }
  private raw(): EnumType["enumerators"] {
    return this.info.guard([], () =>
      this.die
        .children()
        .filter((d) => d.tag === Tag.Enumerator)
        .map(readEnumerator),
    );
  }
}

function readEnumerator(die: Die): { name: string; value: bigint } {
  const value = die.attribute(At.ConstValue);
  return { name: die.name ?? "", value: value?.kind === "constant" ? BigInt(value.value) : 0n };
}

class LazyFunction implements FunctionType {
  readonly kind = "function";
  private list: readonly Type[] | undefined;
  constructor(
    private readonly reader: TypeReader,
    private readonly info: DebugInfo,
    private readonly die: Die,
  ) {}
  get returns(): Type {
    return this.reader.typeOf(this.die);
  }
  get parameters(): readonly Type[] {
    return (this.list ??= this.children(Tag.FormalParameter).map((d) => this.reader.typeOf(d)));
  }
  get isVariadic(): boolean {
    return this.children(Tag.UnspecifiedParameters).length > 0;
  }
  get isPrototyped(): boolean {
    return this.info.guard(false, () => this.info.holder(this.die, At.Prototyped)?.flag(At.Prototyped) ?? false);
  }
  private children(tag: Tag): readonly Die[] {
    return this.info.guard<readonly Die[]>([], () => this.die.children().filter((d) => d.tag === tag));
  }
}
