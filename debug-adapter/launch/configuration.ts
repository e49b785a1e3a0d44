import { debugMessages as say } from "../messages";
import type { LaunchConfiguration } from "../protocol";
import { UserError } from "../user-error";

/** A launch configuration, checked. */
export interface LaunchPlan {
  program: string;
  commandLine: string;
  domains: readonly { file: string; commandLine: string }[];
  memoryBytes: number;
  stopOnEntry: boolean;
  engine: NonNullable<LaunchConfiguration["engine"]>;
  /** A file, "none" for the bare machine, or undefined for the built-in one. */
  vmm: string | undefined;
  sourceRoots: readonly string[];
  sourceMap: Readonly<Record<string, string>>;
  symbols: readonly string[];
  console: "output" | "event";
  noDebug: boolean;
}

const DEFAULT_MEMORY = "128M";
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const isString = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

const isStringRecord = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isString);

const ENGINES = ["auto", "interpreter", "compiled"] as const;

/** What each attribute must be, in the user's words. */
const ATTRIBUTES: {
  [Name in keyof Required<LaunchConfiguration>]: { expected: string; holds(value: unknown): boolean };
} = {
  program: { expected: "the path of a file", holds: (value) => isString(value) && value.trim() !== "" },
  commandLine: { expected: "a string", holds: isString },
  domains: {
    expected: 'a list of strings "FILE ARGS"',
    holds: (value) => isStrings(value) && value.every((text) => text.trim() !== ""),
  },
  memory: { expected: "a size such as 128M", holds: (value) => isString(value) && bytesOf(value) !== undefined },
  stopOnEntry: { expected: "true or false", holds: isBoolean },
  engine: {
    expected: '"auto", "interpreter" or "compiled"',
    holds: (value) => ENGINES.some((engine) => engine === value),
  },
  vmm: { expected: 'the path of a file, or "none"', holds: (value) => isString(value) && value.trim() !== "" },
  sourceRoots: { expected: "a list of folders", holds: isStrings },
  sourceMap: { expected: "an object of folders by folders", holds: isStringRecord },
  symbols: { expected: "a list of files and folders", holds: isStrings },
  console: { expected: '"output" or "event"', holds: (value) => value === "output" || value === "event" },
  noDebug: { expected: "true or false", holds: isBoolean },
};

/** Attributes that clients add to every configuration. */
const CLIENTS = new Set([
  ...["name", "type", "request", "presentation", "preLaunchTask", "postDebugTask", "internalConsoleOptions"],
  ...["debugServer", "serverReadyAction", "suppressMultipleSessionWarning", "linux", "osx", "windows"],
]);

/** Checks the arguments of a launch request. Throws UserError for what is unknown or wrong. */
export function checkLaunch(raw: object): LaunchPlan {
  for (const [name, value] of Object.entries(raw)) {
    if (CLIENTS.has(name) || name.startsWith("__") || value === undefined) continue;
    const attribute = ATTRIBUTES[name as keyof LaunchConfiguration] as (typeof ATTRIBUTES)["program"] | undefined;
    if (attribute === undefined) throw new UserError(say.unknownAttribute(name, Object.keys(ATTRIBUTES)));
    if (!attribute.holds(value)) throw new UserError(say.wrongAttribute(name, attribute.expected, value));
  }
  const configuration = raw as Partial<LaunchConfiguration>;
  if (configuration.program === undefined) throw new UserError(say.noProgram());
  return {
    program: configuration.program,
    commandLine: configuration.commandLine ?? "",
    domains: (configuration.domains ?? []).map(splitModule),
    memoryBytes: bytesOf(configuration.memory ?? DEFAULT_MEMORY) ?? 0,
    stopOnEntry: configuration.stopOnEntry ?? false,
    engine: configuration.engine ?? "auto",
    vmm: configuration.vmm,
    sourceRoots: configuration.sourceRoots ?? [],
    sourceMap: configuration.sourceMap ?? {},
    symbols: configuration.symbols ?? [],
    console: configuration.console ?? "output",
    noDebug: configuration.noDebug ?? false,
  };
}

function bytesOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([KMG]?)$/i.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit?.toUpperCase() ?? ""] ?? 0);
}

function splitModule(text: string): { file: string; commandLine: string } {
  const [, file = "", commandLine = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  return { file, commandLine };
}
