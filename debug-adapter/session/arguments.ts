import { debugMessages as say } from "../messages";
import { UserError } from "../user-error";

/**
 * What a value must be: a kind, a list of one shape, or an object with named shapes. A member whose name ends in "?" is
 * optional.
 */
type Shape =
  "string" | "data" | "integer" | "count" | "boolean" | readonly [Shape] | { readonly [name: string]: Shape };

/** The most characters of a path, a condition or an expression. Each is read, and may be sent back. */
const LONGEST_STRING = 1 << 16;
/** The longest list, such as the breakpoints of a file. Each element is looked up. */
const LONGEST_LIST = 1000;

const IN_WORDS = {
  string: "a string",
  data: "a string",
  integer: "a whole number",
  count: "a whole number from 0 on",
  boolean: "true or false",
} as const;

const FORMAT = { "hex?": "boolean" } as const;
const FRAME_FORMAT = {
  ...FORMAT,
  "parameters?": "boolean",
  "parameterTypes?": "boolean",
  "parameterNames?": "boolean",
  "parameterValues?": "boolean",
  "line?": "boolean",
  "module?": "boolean",
} as const;
const SOURCE = { "path?": "string" } as const;
const BREAKPOINT = { "condition?": "string", "hitCondition?": "string", "logMessage?": "string" } as const;
const IN_THREAD = { "threadId?": "integer", "granularity?": "string" } as const;
const MEMORY = { memoryReference: "string", "offset?": "integer" } as const;

/** The arguments of requests that we read. Other arguments of the protocol are ignored. */
const SHAPES: Readonly<Record<string, Shape>> = {
  initialize: { "linesStartAt1?": "boolean", "columnsStartAt1?": "boolean" },
  setBreakpoints: { source: SOURCE, "breakpoints?": [{ line: "integer", ...BREAKPOINT }], "lines?": ["integer"] },
  setFunctionBreakpoints: { breakpoints: [{ name: "string", ...BREAKPOINT }] },
  setInstructionBreakpoints: { breakpoints: [{ instructionReference: "string", "offset?": "integer", ...BREAKPOINT }] },
  dataBreakpointInfo: {
    name: "string",
    "variablesReference?": "integer",
    "frameId?": "integer",
    "bytes?": "integer",
    "asAddress?": "boolean",
  },
  setDataBreakpoints: { breakpoints: [{ dataId: "string", "accessType?": "string", ...BREAKPOINT }] },
  setExceptionBreakpoints: { filters: ["string"] },
  breakpointLocations: { source: SOURCE, line: "integer", "endLine?": "integer" },
  continue: IN_THREAD,
  pause: IN_THREAD,
  exceptionInfo: IN_THREAD,
  next: IN_THREAD,
  stepIn: IN_THREAD,
  stepOut: IN_THREAD,
  stackTrace: { threadId: "integer", "startFrame?": "count", "levels?": "count", "format?": FRAME_FORMAT },
  scopes: { frameId: "integer" },
  variables: {
    variablesReference: "integer",
    "filter?": "string",
    "start?": "count",
    "count?": "count",
    "format?": FORMAT,
  },
  setVariable: { variablesReference: "integer", name: "string", value: "string", "format?": FORMAT },
  setExpression: { expression: "string", value: "string", "frameId?": "integer", "format?": FORMAT },
  evaluate: { expression: "string", "frameId?": "integer", "context?": "string", "format?": FORMAT },
  readMemory: { ...MEMORY, count: "count" },
  writeMemory: { ...MEMORY, data: "data" },
  disassemble: { ...MEMORY, instructionCount: "count", "instructionOffset?": "integer" },
  "ringscope.stepOutToGuest": IN_THREAD,
  "ringscope.setHexadecimal": { isOn: "boolean" },
  "ringscope.consoleInput": { console: "string", data: "data" },
  "ringscope.hypercalls": { "start?": "count", count: "count" },
};

/**
 * The arguments of a request, without the nulls that some clients send for what they leave out. Throws UserError when
 * something is missing or of another kind.
 */
export function checkArguments(command: string, args: unknown): unknown {
  const shape: Shape = (Object.hasOwn(SHAPES, command) ? SHAPES[command] : undefined) ?? {};
  const problem = problemOf(args, shape, "arguments");
  if (problem !== undefined) throw new UserError(say.badArguments(command, problem.name, problem.expected));
  return withoutNulls(args, shape);
}

function withoutNulls(value: unknown, shape: Shape): unknown {
  if (typeof shape === "string") return value;
  if (isList(shape)) return (value as unknown[]).map((each) => withoutNulls(each, shape[0]));
  const shapes = new Map(Object.entries(shape).map(([field, inner]) => [field.replace("?", ""), inner]));
  const parts = Object.entries(value ?? {}).flatMap(([key, part]: [string, unknown]): [string, unknown][] => {
    const inner = shapes.get(key);
    if (inner === undefined || part === undefined) return [[key, part]];
    return part === null ? [] : [[key, withoutNulls(part, inner)]];
  });
  return Object.fromEntries(parts);
}

interface Problem {
  name: string;
  expected: string;
}

function problemOf(value: unknown, shape: Shape, name: string): Problem | undefined {
  if (typeof shape === "string") {
    if (!fits(value, shape)) return { name, expected: IN_WORDS[shape] };
    const isLong = shape === "string" && (value as string).length > LONGEST_STRING;
    return isLong ? { name, expected: `a string of ${LONGEST_STRING} characters at most` } : undefined;
  }
  if (isList(shape)) return listProblem(value, shape[0], name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { name, expected: "an object" };
  for (const [field, inner] of Object.entries(shape)) {
    const key = field.replace("?", "");
    const part = (value as Record<string, unknown>)[key];
    if (key !== field && (part === undefined || part === null)) continue;
    const problem = problemOf(part, inner, `${name}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fits(value: unknown, shape: keyof typeof IN_WORDS): boolean {
  if (shape === "boolean") return typeof value === "boolean";
  if (shape === "string" || shape === "data") return typeof value === "string";
  return Number.isSafeInteger(value) && (shape === "integer" || (value as number) >= 0);
}

function listProblem(value: unknown, shape: Shape, name: string): Problem | undefined {
  if (!Array.isArray(value)) return { name, expected: "a list" };
  if (value.length > LONGEST_LIST) return { name, expected: `a list of ${LONGEST_LIST} at most` };
  for (const [index, each] of value.entries()) {
    const problem = problemOf(each, shape, `${name}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
