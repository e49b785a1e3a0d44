import { debugMessages as say } from "../messages";
import type { LaunchConfiguration } from "../protocol";
import { UserError } from "../user-error";
import { bytesIn, DEFAULT_MEMORY, ENGINES, splitModule } from "./parse";
import type { HypervisorChoice, LaunchPlan } from "./plan";

/** A launch configuration, checked. */
export interface DebugPlan extends LaunchPlan {
  stopOnEntry: boolean;
  sourceRoots: readonly string[];
  sourceMap: Readonly<Record<string, string>>;
  symbols: readonly string[];
  console: "output" | "event";
  noDebug: boolean;
  /** Which parts of the configuration have no effect, in words. */
  warnings: readonly string[];
}

/** The most characters of a path or a command line; this is far more than any system allows. */
const LONGEST = 1 << 16;

const isString = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST;
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

const isStringRecord = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isString);

/** The kind of value that each attribute must have, in the user's words. */
const ATTRIBUTES: {
  [Name in keyof Required<LaunchConfiguration>]: { expected: string; holds(value: unknown): boolean };
} = {
  program: { expected: "the path of a file", holds: (value) => isString(value) && value.trim() !== "" },
  commandLine: { expected: "a string", holds: isString },
  domains: {
    expected: 'a list of strings "FILE ARGS"',
    holds: (value) => isStrings(value) && value.every((text) => splitModule(text) !== undefined),
  },
  memory: { expected: "a size such as 128M", holds: (value) => isString(value) && bytesIn(value) !== undefined },
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

/**
 * Checks the arguments of a launch request. Unknown attributes are ignored with a warning, since clients send some of
 * their own (`host`, `cwd`, `env`), and null for what is not set. Throws UserError for what is wrong.
 */
export function checkLaunch(raw: object): DebugPlan {
  const configuration: Record<string, unknown> = {};
  const unknown: string[] = [];
  const empty: string[] = [];
  for (const [name, value] of Object.entries(raw) as [string, unknown][]) {
    if (CLIENTS.has(name) || name.startsWith("__") || value === undefined) continue;
    if (!isAttribute(name)) unknown.push(name);
    else if (value === null) empty.push(name);
    else if (ATTRIBUTES[name].holds(value)) configuration[name] = value;
    else throw new UserError(say.wrongAttribute(name, ATTRIBUTES[name].expected, value));
  }
  const warnings = [
    ...(unknown.length === 0 ? [] : [say.unknownAttributes(unknown, Object.keys(ATTRIBUTES))]),
    ...(empty.length === 0 ? [] : [say.nullAttributes(empty)]),
  ];
  return planOf(configuration, warnings);
}

function isAttribute(name: string): name is keyof LaunchConfiguration {
  return Object.hasOwn(ATTRIBUTES, name);
}

function planOf(configuration: Partial<LaunchConfiguration>, warnings: readonly string[]): DebugPlan {
  if (configuration.program === undefined) throw new UserError(say.noProgram());
  const { memory = DEFAULT_MEMORY, domains = [], vmm } = configuration;
  return {
    kernel: { file: configuration.program, args: configuration.commandLine ?? "" },
    domains: domains.map(splitModule).filter((domain) => domain !== undefined),
    modules: [],
    hypervisor: hypervisorChoice(vmm),
    memoryBytes: bytesIn(memory) ?? 0,
    engine: configuration.engine ?? "auto",
    stopOnEntry: configuration.stopOnEntry ?? false,
    sourceRoots: configuration.sourceRoots ?? [],
    sourceMap: configuration.sourceMap ?? {},
    symbols: configuration.symbols ?? [],
    console: configuration.console ?? "output",
    noDebug: configuration.noDebug ?? false,
    warnings,
  };
}

function hypervisorChoice(vmm: string | undefined): HypervisorChoice {
  if (vmm === undefined) return { kind: "if-needed", args: "" };
  return vmm === "none" ? { kind: "none" } : { kind: "image", file: vmm, args: "" };
}
