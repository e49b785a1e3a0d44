import type { DebugProtocol } from "@vscode/debugprotocol";
import { auditFrames } from "../awareness/frame-audit";
import { byteText, disassemblyWindow, type Row } from "../disassembly/window";
import { evaluate } from "../expressions/evaluate";
import { parseExpression } from "../expressions/parser";
import { assigns } from "../expressions/ast";
import { debugMessages as say } from "../messages";
import type { AuditBody } from "../protocol";
import type { StackRow } from "../stack/stack";
import { isLive, type AddressSpace } from "../awareness/address-space";
import { isTableName, registerText, tableText, type TableName } from "../values/control";
import { placeOf, referenceTo, type MemoryPlace } from "../debuggee/reference";
import { hex32 } from "../values/hex";
import { readInteger, signedness, type TypedValue } from "../values/typed-value";
import { frameName } from "./frame-name";
import { FrameEnvironment } from "./frame-environment";
import { base64Bytes, base64Text } from "../text";
import { UserError } from "../user-error";
import type { IdentifiedRow } from "./halted-state";
import type { Target } from "./target";

/** How many instructions one request may have disassembled: many pages of a view, in a fraction of a second. */
const MAX_INSTRUCTIONS = 10_000;

/** How many bytes of memory one request may read. Their text is a third longer, and is copied a few times. */
const MAX_BYTES = 16 << 20;

/** How many bytes are watched at an address if the client does not tell. */
const WORD = 4;

/**
 * Answers to what the client asks about a stopped machine. Lines count from 1. Each function may throw UserError and
 * ExpressionError.
 */

export function stackTrace(
  target: Target,
  args: DebugProtocol.StackTraceArguments,
): DebugProtocol.StackTraceResponse["body"] {
  const stack = target.halted?.stack(args.threadId);
  if (stack === undefined) throw new UserError(say.noThread(args.threadId));
  const start = args.startFrame ?? 0;
  const levels = args.levels ?? 0;
  const shown = stack.slice(start, levels === 0 ? undefined : start + levels);
  const guests = target.exception === undefined ? 0 : firstOfGuest(stack);
  const { format } = args;
  const stackFrames = shown.map(({ id, row }, i) =>
    stackFrame(target, id, row, { format, isBeside: start + i < guests }),
  );
  return { stackFrames, totalFrames: stack.length };
}

/**
 * The row at which the guest's source begins in a stack; 0 if there is none. The guest's action is the reason for which
 * the hypervisor stopped, so the hypervisor's own frames above it are shown as subtle, and clients show the guest's
 * line.
 */
function firstOfGuest(stack: readonly IdentifiedRow[]): number {
  const isGuests = ({ row }: IdentifiedRow): boolean =>
    row.kind === "frame" && row.position !== undefined && row.machine.image?.owner.kind === "guest";
  return Math.max(stack.findIndex(isGuests), 0);
}

function stackFrame(
  target: Target,
  id: number,
  row: StackRow,
  { format, isBeside }: { format: DebugProtocol.StackFrameFormat | undefined; isBeside: boolean },
): DebugProtocol.StackFrame {
  if (row.kind === "separator") return { id, name: row.text, line: 0, column: 0, presentationHint: "label" };
  const { machine, position } = row;
  const frame: DebugProtocol.StackFrame = {
    id,
    name: frameName(row, format, (parameter) => target.variables.localText(row, parameter, format?.hex)),
    line: position?.line ?? 0,
    column: position === undefined ? 0 : Math.max(position.column, 1),
    instructionPointerReference: referenceTo(machine.pc, machine.space),
    presentationHint: row.isSubtle || isBeside ? "subtle" : "normal",
    ...(machine.image === undefined ? {} : { moduleId: machine.image.name }),
  };
  const path = position === undefined ? undefined : target.sources.toClient(position.file);
  // VS Code shows the first frame whose source is not "deemphasized", whatever the frame's own hint is.
  const hint = isBeside ? { presentationHint: "deemphasize" as const } : {};
  if (path !== undefined) return { ...frame, source: { name: lastPart(path), path, ...hint } };
  if (position === undefined) return frame;
  // The debug information names a file that is not on this host. Its name is still worth showing.
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
  const expression = parseExpression(text, (name) => environment.typeNamed(name) !== undefined);
  if (args.context === "hover" && assigns(expression)) throw new UserError(say.hoverAssigns());
  const table = expression.kind === "register" && isTableName(expression.name) ? expression.name : undefined;
  if (table !== undefined && isLive(environment.space)) return ofTable(target, table, environment.space);
  const value = evaluate(expression, environment);
  // A number that cannot be read is an error, and not a value that says so.
  if (signedness(value.type) !== undefined) readInteger(value, environment.readMemory);
  const isWord = expression.kind === "register" && expression.name !== "cpl";
  const row = target.variables.row(text, value, text, frame, hex ?? (isWord ? true : undefined));
  const { name: _name, value: result, evaluateName: _expression, ...rest } = row;
  // A register with fields is shown as in its row, unless a form is asked for.
  const fields = isWord && hex !== false ? registerText(expression.name, wordOf(value, environment)) : result;
  return { body: { ...rest, result: fields }, hasEffect: assigns(expression) };
}

/** GDTR and IDTR are a base and a limit, which C has no value for. */
function ofTable({ debuggee }: Target, name: TableName, space: AddressSpace): Evaluation {
  const table = debuggee.machine[name];
  const body = { result: tableText(table), variablesReference: 0, memoryReference: referenceTo(table.base, space) };
  return { body, hasEffect: false };
}

function wordOf(value: TypedValue, { readMemory }: FrameEnvironment): number {
  return Number(BigInt.asUintN(32, readInteger(value, readMemory)));
}

/** `expression,x` shows numbers in hexadecimal and `,d` in decimal, whatever form is asked for otherwise. */
function withFormat(expression: string, hex: boolean | undefined): { text: string; hex: boolean | undefined } {
  const match = /^(.*),\s*([xd])\s*$/s.exec(expression);
  return match === null ? { text: expression, hex } : { text: match[1] ?? "", hex: match[2] === "x" };
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
  if (args.asAddress === true) return dataBreakpoints.ofMemory(name, placeIn(target, name, 0), bytes ?? WORD);
  if (args.variablesReference !== undefined) {
    const { expression, value, space } = variables.value(args.variablesReference, name);
    return dataBreakpoints.ofValue(expression, value, space, bytes);
  }
  const frame = args.frameId === undefined ? target.halted?.innermost() : target.frame(args.frameId);
  const environment = new FrameEnvironment(target.debuggee, frame);
  const expression = parseExpression(name, (text) => environment.typeNamed(text) !== undefined);
  if (assigns(expression)) throw new UserError(say.inquiryAssigns());
  const value = evaluate(expression, environment);
  return dataBreakpoints.ofValue(name, value, environment.space, bytes);
}

export function readMemory(
  target: Target,
  args: DebugProtocol.ReadMemoryArguments,
): DebugProtocol.ReadMemoryResponse["body"] {
  if (args.count > MAX_BYTES) throw new UserError(say.tooMuchMemory(MAX_BYTES));
  const { linear, space } = placeIn(target, args.memoryReference, args.offset ?? 0);
  const bytes = space.readMemory(linear, args.count) ?? new Uint8Array();
  target.memoryViews.opened(args.memoryReference, placeIn(target, args.memoryReference, 0));
  const missing = args.count - bytes.length;
  return {
    address: hex32(linear),
    data: base64Text(bytes),
    ...(missing > 0 ? { unreadableBytes: missing } : {}),
  };
}

export function writeMemory(
  target: Target,
  args: DebugProtocol.WriteMemoryArguments,
): DebugProtocol.WriteMemoryResponse["body"] {
  const { linear, space } = placeIn(target, args.memoryReference, args.offset ?? 0);
  const bytes = base64Bytes(args.data);
  if (bytes === undefined) throw new UserError(say.notBase64());
  const writable = space.readMemory(linear, bytes.length)?.length ?? 0;
  if (writable < bytes.length && args.allowPartial !== true)
    throw new UserError(say.cannotWriteAll(hex32(linear + writable)));
  return { bytesWritten: space.writeMemory(linear, bytes.subarray(0, writable)) };
}

function placeIn({ debuggee }: Target, reference: string, offset: number): MemoryPlace {
  const place = placeOf(reference, debuggee);
  if (place === undefined) throw new UserError(say.badReference(reference));
  return { ...place, linear: (place.linear + offset) >>> 0 };
}

export function disassembleAt(
  target: Target,
  args: DebugProtocol.DisassembleArguments,
): DebugProtocol.DisassembleResponse["body"] {
  const { linear: address, space } = placeIn(target, args.memoryReference, args.offset ?? 0);
  const { debuggee, execution } = target;
  const symbolsAt = (linear: number) => debuggee.images.inSpace(linear, space.domain)?.symbols;
  const offset = args.instructionOffset ?? 0;
  // Instructions are found one after the other, so reaching a distant window takes as long as disassembling up to it.
  if (Math.abs(offset) + args.instructionCount > MAX_INSTRUCTIONS)
    throw new UserError(say.tooManyInstructions(MAX_INSTRUCTIONS));
  const rows = disassemblyWindow(address, offset, args.instructionCount, {
    readMemory: space.readMemory,
    bitness: isLive(space) ? execution.bitness : 32,
    stretch: (linear) => symbolsAt(linear)?.stretchAt(linear),
    disassembler: target.disassembler,
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
    instruction: isInvalid ? (bytes === "" ? "(not mapped)" : byteText(row.bytes)) : `${row.text}${label}`,
    ...(isInvalid ? { presentationHint: "invalid" as const } : {}),
  };
}

/** Counts the references and uses of all frames again. */
export function audit(target: Target): AuditBody {
  const { machine, vmm, images } = target.debuggee;
  if (vmm === undefined || images.vmm === undefined) throw new UserError(say.nothingToAudit());
  if (machine.cpl === 0) throw new UserError(say.auditInside());
  const { difference, ...counts } = auditFrames(images.vmm.symbols, vmm, machine);
  return difference === undefined ? counts : { ...counts, difference };
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
