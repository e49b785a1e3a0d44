import type { DebugProtocol } from "@vscode/debugprotocol";
import { disassemblyWindow, type Row } from "../disassembly/window";
import { evaluate } from "../expressions/evaluate";
import { parseExpression } from "../expressions/parser";
import type { Expression } from "../expressions/ast";
import { debugMessages as say } from "../messages";
import type { StackRow } from "../stack/stack";
import { hex32, linearIn } from "../values/hex";
import { readInteger, signedness } from "../values/typed-value";
import { FrameEnvironment } from "./frame-environment";
import { UserError } from "../user-error";
import type { Target } from "./target";

/** What one request may have disassembled: many pages of a view, and done in a fraction of a second. */
const MAX_INSTRUCTIONS = 10_000;

/** Bytes that are watched at an address when the client does not say. */
const WORD = 4;

/** Answers to what the client asks about a machine that stands. Lines count from 1. Each may throw UserError and ExpressionError. */

export function stackTrace(
  target: Target,
  args: DebugProtocol.StackTraceArguments,
): DebugProtocol.StackTraceResponse["body"] {
  const stack = target.halted?.stack(args.threadId);
  if (stack === undefined) throw new UserError(say.noThread(args.threadId));
  const start = args.startFrame ?? 0;
  const levels = args.levels ?? 0;
  const shown = stack.slice(start, levels === 0 ? undefined : start + levels);
  return { stackFrames: shown.map(({ id, row }) => stackFrame(target, id, row)), totalFrames: stack.length };
}

function stackFrame(target: Target, id: number, row: StackRow): DebugProtocol.StackFrame {
  if (row.kind === "separator") return { id, name: row.text, line: 0, column: 0, presentationHint: "label" };
  const { machine, position, source } = row;
  const frame: DebugProtocol.StackFrame = {
    id,
    name: source?.isInlined === true ? `${row.name} (inlined)` : row.name,
    line: position?.line ?? 0,
    column: position === undefined ? 0 : Math.max(position.column, 1),
    instructionPointerReference: hex32(machine.pc),
    presentationHint: row.isSubtle ? "subtle" : "normal",
    ...(machine.image === undefined ? {} : { moduleId: machine.image.name }),
  };
  const path = position === undefined ? undefined : target.sources.toClient(position.file);
  if (path !== undefined) return { ...frame, source: { name: lastPart(path), path } };
  if (position === undefined) return frame;
  // The debug information names a file that is not here: its name is still worth showing.
  return { ...frame, source: { name: lastPart(position.file), presentationHint: "deemphasize" } };
}

/** A path's own name, without folders. */
export function lastPart(path: string): string {
  return path.replace(/^.*[\\/]/, "");
}

/** What an expression gives, and whether it changed something. */
export interface Evaluation {
  body: DebugProtocol.EvaluateResponse["body"];
  hasEffect: boolean;
}

export function evaluateIn(target: Target, args: DebugProtocol.EvaluateArguments): Evaluation {
  const { text, hex } = withFormat(args.expression, args.format?.hex);
  const frame = args.frameId === undefined ? target.halted?.innermost() : target.frame(args.frameId);
  const environment = new FrameEnvironment(target.debuggee, frame);
  const expression = parseExpression(text, (name) => environment.typeNamed(name)?.kind === "typedef");
  if (args.context === "hover" && hasEffect(expression)) throw new UserError(say.hoverAssigns());
  const value = evaluate(expression, environment);
  // A number that cannot be read is an error, not a value that says so.
  if (signedness(value.type) !== undefined) readInteger(value, environment.readMemory);
  const isWord = expression.kind === "register" && expression.name !== "cpl";
  const row = target.variables.row(text, value, text, frame, hex ?? isWord);
  const { name: _name, value: result, evaluateName: _expression, ...rest } = row;
  return { body: { ...rest, result }, hasEffect: hasEffect(expression) };
}

/** `expression,x` shows numbers in hexadecimal, `,d` in decimal, whatever else is asked for. */
function withFormat(expression: string, hex: boolean | undefined): { text: string; hex: boolean | undefined } {
  const match = /^(.*),\s*([xd])\s*$/s.exec(expression);
  return match === null ? { text: expression, hex } : { text: match[1] ?? "", hex: match[2] === "x" };
}

/** Whether an assignment stands anywhere in the expression. */
function hasEffect(expression: Expression): boolean {
  if (expression.kind === "assign") return true;
  const parts: unknown[] = Object.values(expression);
  return parts.some(
    (part) => typeof part === "object" && part !== null && "kind" in part && hasEffect(part as Expression),
  );
}

export function setExpression(
  target: Target,
  args: DebugProtocol.SetExpressionArguments,
): DebugProtocol.SetExpressionResponse["body"] {
  const assignment = `${args.expression} = ${args.value}`;
  const { result, ...rest } = evaluateIn(target, { ...args, expression: assignment, context: "repl" }).body;
  return { ...rest, value: result };
}

export function dataBreakpointInfo(
  target: Target,
  args: DebugProtocol.DataBreakpointInfoArguments,
): DebugProtocol.DataBreakpointInfoResponse["body"] {
  const { dataBreakpoints, variables } = target;
  const { name, bytes } = args;
  if (args.asAddress === true) return dataBreakpoints.ofMemory(name, addressIn(name, 0), bytes ?? WORD);
  if (args.variablesReference !== undefined) {
    const { expression, value } = variables.value(args.variablesReference, name);
    return dataBreakpoints.ofValue(expression, value, bytes);
  }
  const frame = args.frameId === undefined ? target.halted?.innermost() : target.frame(args.frameId);
  const environment = new FrameEnvironment(target.debuggee, frame);
  const expression = parseExpression(name, (text) => environment.typeNamed(text)?.kind === "typedef");
  if (hasEffect(expression)) throw new UserError(say.inquiryAssigns());
  const value = evaluate(expression, environment);
  return dataBreakpoints.ofValue(name, value, bytes);
}

export function readMemory(
  target: Target,
  args: DebugProtocol.ReadMemoryArguments,
): DebugProtocol.ReadMemoryResponse["body"] {
  const linear = addressIn(args.memoryReference, args.offset ?? 0);
  const bytes = target.debuggee.machine.memory.readLinear(linear, args.count);
  const missing = args.count - bytes.length;
  return {
    address: hex32(linear),
    data: Buffer.from(bytes).toString("base64"),
    ...(missing > 0 ? { unreadableBytes: missing } : {}),
  };
}

export function writeMemory(
  target: Target,
  args: DebugProtocol.WriteMemoryArguments,
): DebugProtocol.WriteMemoryResponse["body"] {
  const linear = addressIn(args.memoryReference, args.offset ?? 0);
  const bytes = Buffer.from(args.data, "base64");
  const { memory } = target.debuggee.machine;
  const writable = memory.readLinear(linear, bytes.length).length;
  if (writable < bytes.length && args.allowPartial !== true)
    throw new UserError(say.cannotWriteAll(hex32(linear + writable)));
  return { bytesWritten: memory.writeLinear(linear, bytes.subarray(0, writable)) };
}

function addressIn(reference: string, offset: number): number {
  const base = linearIn(reference);
  if (base === undefined) throw new UserError(say.badReference(reference));
  return (base + offset) >>> 0;
}

export function disassembleAt(
  target: Target,
  args: DebugProtocol.DisassembleArguments,
): DebugProtocol.DisassembleResponse["body"] {
  const address = addressIn(args.memoryReference, args.offset ?? 0);
  const { debuggee, execution } = target;
  const symbolsAt = (linear: number) => debuggee.images.at(linear, debuggee.machine.cpl, debuggee.domain)?.symbols;
  const offset = args.instructionOffset ?? 0;
  // Instructions are found one from another: the way to a far window is as long as the window.
  if (Math.abs(offset) + args.instructionCount > MAX_INSTRUCTIONS)
    throw new UserError(say.tooManyInstructions(MAX_INSTRUCTIONS));
  const rows = disassemblyWindow(address, offset, args.instructionCount, {
    readMemory: debuggee.readMemory,
    bitness: execution.bitness,
    functionStart: (linear) => symbolsAt(linear)?.functionAt(linear)?.entry,
  });
  const name = (linear: number): string | undefined => {
    const found = symbolsAt(linear)?.symbolAt(linear);
    if (found === undefined || found.symbol.kind === "object") return undefined;
    return found.offset === 0 ? found.symbol.name : `${found.symbol.name}+0x${found.offset.toString(16)}`;
  };
  let previous = "";
  const instructions = rows.map((row) => {
    const position = symbolsAt(row.address)?.lineAt(row.address);
    const path = position === undefined ? undefined : target.sources.toClient(position.file);
    const place = position === undefined || path === undefined ? "" : `${path}:${position.line}`;
    const isNew = place !== "" && place !== previous;
    previous = place === "" ? previous : place;
    const start = args.resolveSymbols === false ? undefined : name(row.address);
    return {
      ...instructionOf(row, name),
      ...(start === undefined || start.includes("+") ? {} : { symbol: start }),
      ...(isNew && position !== undefined && path !== undefined
        ? { location: { name: lastPart(path), path }, line: position.line }
        : {}),
    };
  });
  return { instructions };
}

function instructionOf(row: Row, name: (linear: number) => string | undefined): DebugProtocol.DisassembledInstruction {
  const target = row.target === undefined ? undefined : name(row.target);
  const label = target === undefined ? "" : ` <${target}>`;
  const bytes = Array.from(row.bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const isInvalid = row.text === undefined;
  return {
    address: hex32(row.address),
    ...(bytes === "" ? {} : { instructionBytes: bytes }),
    instruction: isInvalid ? (bytes === "" ? "(not mapped)" : "(invalid)") : `${row.text}${label}`,
    ...(isInvalid ? { presentationHint: "invalid" as const } : {}),
  };
}

export function modules(target: Target): DebugProtocol.Module[] {
  return target.debuggee.images.images.map(({ name, path, owner, symbols }) => {
    const low = Math.min(...symbols.segments.map((segment) => segment.virtual));
    const high = Math.max(...symbols.segments.map((segment) => segment.virtual + segment.memorySize));
    return {
      id: name,
      name: owner.kind === "guest" ? `${name} (domain ${owner.domain})` : name,
      path,
      symbolStatus: symbols.hasDebugInfo ? "Symbols loaded." : "No debug information.",
      addressRange: `${hex32(low)}..${hex32(high - 1)}`,
    };
  });
}
