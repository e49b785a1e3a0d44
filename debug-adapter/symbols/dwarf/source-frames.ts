import type { AddressRange, FunctionSymbol, Scope, SourceFrame, SourcePosition, Variable } from "../model";
import type { Type } from "../types";
import { Tag } from "./constants";
import type { DebugInfo } from "./debug-info";
import type { Die } from "./unit";
import { contains, rangesOf } from "./ranges";
import type { TypeReader } from "./type-reader";
import type { VariableReader } from "./variables";

/** A function or an inlined copy of one, with the blocks in it that hold a pc; the outermost comes first. */
export interface Activation {
  /** The subprogram or the inlined subroutine. */
  readonly die: Die;
  readonly blocks: readonly Die[];
}

/** How deep blocks and inlined copies may be nested. No source goes so deep, but corrupt information might. */
const MAX_NESTING = 256;

/**
 * The function at a pc and the inlined copies in it that hold the pc; the innermost comes first.
 * @throws SymbolError
 */
export function activationsAt(fn: Die, pc: number): Activation[] {
  const result: { die: Die; blocks: Die[] }[] = [{ die: fn, blocks: [] }];
  let parent: Die | undefined = fn;
  for (let depth = 0; parent && depth < MAX_NESTING; depth++) {
    const inner: Die | undefined = parent.children().find((d) => isNested(d) && contains(rangesOf(d), pc));
    if (inner?.tag === Tag.InlinedSubroutine) result.unshift({ die: inner, blocks: [] });
    else if (inner) result[0]?.blocks.push(inner);
    parent = inner;
  }
  return result;
}

function isNested(die: Die): boolean {
  return die.tag === Tag.LexicalBlock || die.tag === Tag.InlinedSubroutine;
}

/** A source frame whose variables are read when they are asked for. */
export class DwarfSourceFrame implements SourceFrame {
  readonly functionName: string;
  readonly isInlined: boolean;
  private parameterList: readonly Variable[] | undefined;
  private scopeList: readonly Scope[] | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly types: TypeReader,
    private readonly variables: VariableReader,
    private readonly activation: Activation,
    private readonly fn: FunctionSymbol,
    readonly position: SourcePosition | undefined,
  ) {
    this.isInlined = activation.die.tag === Tag.InlinedSubroutine;
    this.functionName = (this.isInlined ? info.nameOf(activation.die) : undefined) ?? fn.name;
  }

  get function(): FunctionSymbol {
    return this.fn;
  }

  get ranges(): readonly AddressRange[] {
    return this.isInlined ? this.info.guard([], () => rangesOf(this.activation.die)) : this.fn.ranges;
  }

  get returnType(): Type {
    return this.types.typeOf(this.activation.die);
  }

  get parameters(): readonly Variable[] {
    return (this.parameterList ??= this.read(this.activation.die, Tag.FormalParameter));
  }

  get scopes(): readonly Scope[] {
    return (this.scopeList ??= this.readScopes());
  }

  private readScopes(): Scope[] {
    const { die, blocks } = this.activation;
    return [...[...blocks].reverse(), die].map((block) => ({
      ranges: block === die ? this.ranges : this.info.guard([], () => rangesOf(block)),
      variables: this.read(block, Tag.Variable),
    }));
  }

  private read(die: Die, tag: Tag.Variable | Tag.FormalParameter): readonly Variable[] {
    return this.info.guard<readonly Variable[]>([], () => this.variables.directlyIn(die, tag));
  }
}
