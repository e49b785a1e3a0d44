import type { DebugProtocol } from "@vscode/debugprotocol";
import type { ControlName, SegmentName } from "../../emulator/index";
import { ExpressionError } from "../values/expression-error";
import { evaluate } from "../expressions/evaluate";
import { parseExpression } from "../expressions/parser";
import { UINT } from "../expressions/types";
import { isLive, type AddressSpace } from "../awareness/address-space";
import { referenceTo } from "../debuggee/reference";
import { debugMessages as say, expressionMessages } from "../messages";
import { sizeOf, strip, typeName, type ReadMemory, type Variable } from "../symbols/index";
import { childrenOf, countChildren } from "../values/children";
import { fieldsOf, registerText, tableText, type TableName } from "../values/control";
import { describeSegment } from "../values/descriptor";
import { formatValue, type FormatContext } from "../values/format";
import { REGISTER_NAMES } from "../values/registers";
import { addressOf, readInteger, type TypedValue } from "../values/typed-value";
import { FrameEnvironment, localValue, type EvaluationFrame } from "./frame-environment";
import { UserError } from "../user-error";
import type { Debuggee } from "../debuggee/debuggee";

/** The most rows that one request gets, since an array may have billions. */
const MAX_ROWS = 4096;
/** How many references are kept. If a client asks for more before the machine goes on, the oldest become invalid. */
const MAX_CONTAINERS = 100_000;

/** Rows of the Variables view under one reference. */
interface Container {
  rows(request: { start: number; count: number; hex: boolean | undefined }): DebugProtocol.Variable[];
  /** For an array: how many elements it has, which are all of its rows. */
  readonly elements?: number;
  /** An expression by which the row of that name is changed; undefined if nothing can be changed. */
  expressionFor(name: string): string | undefined;
  /** The row of that name as it is now, if it is not shown as a value of the program. */
  row?(name: string): DebugProtocol.Variable | undefined;
  readonly frame: EvaluationFrame;
}

const SEGMENTS: readonly SegmentName[] = ["cs", "ss", "ds", "es", "fs", "gs", "ldtr", "tr"];
const CONTROLS: readonly ControlName[] = ["cr0", "cr2", "cr3", "cr4"];

const { registerLost } = expressionMessages;
/** The type of `$eax` in an expression. */
const REGISTER_TYPE = typeName(UINT);

type Frame = NonNullable<EvaluationFrame>;

/** Scopes, variables and their parts, by the references that the client holds while the machine is stopped. */
export class Variables {
  private readonly containers = new Map<number, Container>();
  private next = 1;

  constructor(private readonly debuggee: Debuggee) {}

  /** Forgets everything when the machine goes on. References are never given a second time. */
  clear(): void {
    this.containers.clear();
  }

  scopes(frame: Frame): DebugProtocol.Scope[] {
    const { source } = frame;
    const scopes: DebugProtocol.Scope[] = [];
    if (source !== undefined && source.function.hasDebugInfo) {
      scopes.push(this.scope("Locals", this.locals(frame), { presentationHint: "locals", expensive: false }));
    }
    scopes.push(this.scope("Registers", this.registers(frame), { presentationHint: "registers", expensive: false }));
    // The processor holds the registers of the vCPU that runs. Of another vCPU only what its frames tell is known.
    if (!isLive(frame.machine.space)) return scopes;
    scopes.push(this.scope("Segments", this.segments(frame), { presentationHint: "registers", expensive: false }));
    scopes.push(
      this.scope("Control Registers", this.controls(frame), { presentationHint: "registers", expensive: false }),
    );
    return scopes;
  }

  rows(
    reference: number,
    filter: string | undefined,
    start: number,
    count: number,
    hex: boolean | undefined,
  ): DebugProtocol.Variable[] {
    const container = this.containers.get(reference);
    if (container === undefined) throw new UserError(say.staleVariable());
    const { elements } = container;
    if ((filter === "named" && elements !== undefined) || (filter === "indexed" && elements === undefined)) return [];
    const wanted = count === 0 ? Infinity : count;
    const rows = container.rows({ start, count: Math.min(wanted, MAX_ROWS), hex });
    const left = Math.min((elements ?? 0) - start, wanted) - rows.length;
    return rows.length < MAX_ROWS || left <= 0 ? rows : [...rows, { ...REST, value: `<${say.moreElements(left)}>` }];
  }

  /** A row's value, and the expression with that value. Throws UserError and ExpressionError. */
  value(reference: number, name: string): { expression: string; value: TypedValue; space: AddressSpace } {
    const { expression, parsed, environment } = this.named(reference, name);
    return { expression, value: evaluate(parsed(expression), environment), space: environment.space };
  }

  private named(reference: number, name: string) {
    const container = this.containers.get(reference);
    if (container === undefined) throw new UserError(say.staleVariable());
    const expression = container.expressionFor(name);
    if (expression === undefined) throw new UserError(say.noSuchVariable(name));
    const environment = new FrameEnvironment(this.debuggee, container.frame);
    const parsed = (source: string) => parseExpression(source, (type) => environment.typeNamed(type) !== undefined);
    return { container, expression, environment, parsed };
  }

  /** Changes a row and returns it anew. Throws UserError and ExpressionError. */
  set(reference: number, name: string, text: string, hex: boolean | undefined): DebugProtocol.Variable {
    const { container, expression, environment, parsed } = this.named(reference, name);
    evaluate({ kind: "assign", target: parsed(expression), value: parsed(text) }, environment);
    const own = container.row?.(name);
    if (own !== undefined) return own;
    const value = evaluate(parsed(expression), environment);
    return this.row(name, value, expression, container.frame, hex);
  }

  /** A value as the client shows it, with a reference to its parts. Without an expression its parts are not shown. */
  row(
    name: string,
    value: TypedValue,
    expression: string | undefined,
    frame: EvaluationFrame,
    hex: boolean | undefined,
  ): DebugProtocol.Variable {
    const counts = countChildren(value.type);
    const total = counts.named + counts.indexed;
    const isReadable = total > 0 && !isNowhere(value);
    const address = this.memoryReference(value, frame);
    return {
      name,
      value: formatValue(value, this.context(frame, hex)),
      type: typeName(value.type),
      ...(expression === undefined ? {} : { evaluateName: expression }),
      variablesReference: isReadable && expression !== undefined ? this.add(this.parts(value, expression, frame)) : 0,
      ...(counts.indexed > 0 ? { indexedVariables: counts.indexed } : {}),
      ...(counts.indexed === 0 && counts.named > 0 ? { namedVariables: counts.named } : {}),
      ...(address === undefined ? {} : { memoryReference: this.reference(address, frame) }),
    };
  }

  private reference(address: number, frame: EvaluationFrame): string {
    return referenceTo(address, frame?.machine.space ?? this.debuggee.space);
  }

  /** The value of a frame's parameter or local in one line. */
  localText(frame: Frame, variable: Variable, hex: boolean | undefined): string {
    return formatValue(localValue(frame, variable), this.context(frame, hex));
  }

  context(frame: EvaluationFrame, hex: boolean | undefined): FormatContext {
    return { readMemory: this.memoryOf(frame), hex, symbolize: (address) => this.symbolize(address, frame) };
  }

  private memoryOf(frame: EvaluationFrame): ReadMemory {
    return frame?.machine.readMemory ?? this.debuggee.readMemory;
  }

  private symbolize(address: number, frame: EvaluationFrame): string | undefined {
    const { images, machine, domain } = this.debuggee;
    if (frame === undefined) return images.nameAt(address, machine.cpl, domain);
    return images.nameAt(address, frame.machine.ring, frame.machine.space.domain);
  }

  /** The address to which a pointer points, or where the value itself is. */
  private memoryReference(value: TypedValue, frame: EvaluationFrame): number | undefined {
    if (strip(value.type).kind !== "pointer") return addressOf(value);
    try {
      return Number(readInteger(value, this.memoryOf(frame)));
    } catch (error) {
      if (error instanceof ExpressionError) return undefined;
      throw error;
    }
  }

  private scope(
    name: string,
    container: Container,
    more: Omit<DebugProtocol.Scope, "name" | "variablesReference">,
  ): DebugProtocol.Scope {
    return { name, variablesReference: this.add(container), ...more };
  }

  private add(container: Container): number {
    this.containers.set(this.next, container);
    this.containers.delete(this.next - MAX_CONTAINERS);
    return this.next++;
  }

  private parts(value: TypedValue, expression: string, frame: EvaluationFrame): Container {
    const whole = /^[\w$.>[\]-]+$/.test(expression) ? expression : `(${expression})`;
    const children = (start: number, count: number, readMemory: ReadMemory) =>
      childrenOf(value, whole, start, count, readMemory);
    const readMemory = this.memoryOf(frame);
    const { indexed } = countChildren(value.type);
    return {
      frame,
      ...(indexed > 0 ? { elements: indexed } : {}),
      rows: ({ start, count, hex }) =>
        children(start, count, readMemory).map((child) =>
          this.row(child.name, child.value, child.expression, frame, hex),
        ),
      expressionFor: (name) => {
        const index = Number(/^\[(\d+)\]$/.exec(name)?.[1]);
        const found = indexed > 0 ? children(index, 1, readMemory) : children(0, Infinity, readMemory);
        return found.find((child) => child.name === name)?.expression;
      },
    };
  }

  /**
   * Parameters, then locals from the innermost block outwards. A name that an inner block hides is shown in brackets.
   */
  private locals(frame: Frame): Container {
    const named = new Map<string, TypedValue>();
    const hidden: [string, TypedValue][] = [];
    const scopes = frame.source?.scopes ?? [];
    const visible = [...scopes.flatMap((scope) => scope.variables)];
    const parameters = frame.source?.parameters ?? [];
    const shadowing = new Set(visible.map((variable) => variable.name));
    for (const variable of [...parameters.filter(({ name }) => !shadowing.has(name)), ...visible, ...parameters]) {
      const value = localValue(frame, variable);
      if (!named.has(variable.name)) named.set(variable.name, value);
      else if (!parameters.includes(variable) || shadowing.has(variable.name))
        hidden.push([`${variable.name} (outer)`, value]);
    }
    return {
      frame,
      rows: ({ start, count, hex }) => [
        ...[...named].slice(start, start + count).map(([name, value]) => this.row(name, value, name, frame, hex)),
        ...hidden.map(([name, value]) => this.row(name, value, undefined, frame, hex)),
      ],
      expressionFor: (name) => (named.has(name) ? name : undefined),
    };
  }

  private registers(frame: Frame): Container {
    const environment = new FrameEnvironment(this.debuggee, frame);
    const row = (name: (typeof REGISTER_NAMES)[number]): DebugProtocol.Variable => {
      const value = environment.registerValue(name);
      const isFlags = name === "eflags" && value !== undefined;
      return {
        name,
        value: value === undefined ? `<${registerLost(name)}>` : registerText(name, value),
        type: REGISTER_TYPE,
        evaluateName: `$${name}`,
        variablesReference: isFlags ? this.add(this.fields(name, value, frame)) : 0,
        ...(value === undefined || isFlags ? {} : { memoryReference: this.reference(value, frame) }),
      };
    };
    return {
      frame,
      rows: () => REGISTER_NAMES.map(row),
      row: (name) => {
        const known = REGISTER_NAMES.find((register) => register === name);
        return known && row(known);
      },
      expressionFor: (name) => ((REGISTER_NAMES as readonly string[]).includes(name) ? `$${name}` : undefined),
    };
  }

  private segments(frame: Frame): Container {
    const row = (name: SegmentName): DebugProtocol.Variable => {
      const { summary, fields } = describeSegment(name, this.debuggee.machine.segment(name));
      const reference = this.add(readOnly(frame, () => fields.map((field) => ({ ...field, variablesReference: 0 }))));
      return { name, value: summary, type: "selector", evaluateName: `$${name}`, variablesReference: reference };
    };
    return readOnly(frame, () => SEGMENTS.map(row));
  }

  private controls(frame: Frame): Container {
    const { machine } = this.debuggee;
    const row = (name: ControlName): DebugProtocol.Variable => {
      const value = machine.registers.get(name);
      const hasFields = fieldsOf(name, value).length > 0;
      return {
        name,
        value: registerText(name, value),
        type: REGISTER_TYPE,
        evaluateName: `$${name}`,
        variablesReference: hasFields ? this.add(this.fields(name, value, frame)) : 0,
      };
    };
    const table = (name: TableName): DebugProtocol.Variable => ({
      name,
      evaluateName: `$${name}`,
      value: tableText(machine[name]),
      type: "table register",
      variablesReference: 0,
      memoryReference: this.reference(machine[name].base, frame),
    });
    return readOnly(frame, () => [...CONTROLS.map(row), table("gdtr"), table("idtr")]);
  }

  private fields(register: string, value: number, frame: Frame): Container {
    return readOnly(frame, () =>
      fieldsOf(register, value).map((field) => ({
        name: field.name,
        value: String(field.value),
        variablesReference: 0,
      })),
    );
  }
}

/** Takes the place of elements that were left out. */
const REST = { name: "...", variablesReference: 0 } as const;

function readOnly(frame: Frame, rows: Container["rows"]): Container {
  return { frame, rows, expressionFor: () => undefined };
}

function isNowhere(value: TypedValue): boolean {
  return value.place.kind === "optimizedOut" || value.place.kind === "unavailable" || sizeOf(value.type) === undefined;
}
