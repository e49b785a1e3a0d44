import type { DebugProtocol } from "@vscode/debugprotocol";
import { ExpressionError } from "../values/expression-error";
import { breakpointMessages as say } from "../messages";
import type { ImageSource, SourceMap } from "../debuggee/source-map";
import type { Debuggee } from "../debuggee/debuggee";
import type { Image } from "../images/image-space";
import { placeOf } from "../debuggee/reference";
import { beginning, inlinedCalls } from "../stack/inlined-calls";
import type { SourceFrame } from "../symbols/index";
import { hex32 } from "../values/hex";
import type { Check, LiveEvaluator } from "./check";
import { checkFor, type Wish } from "./condition";
import { LogMessage, type LogSink } from "./log-message";
import { allOf, scopeOf } from "./scope";
import type { BreakpointTable, Site } from "./table";

/** The kind of a breakpoint, as the reason of a stop names it. */
export type Origin = "breakpoint" | "function breakpoint" | "instruction breakpoint";

/** A breakpoint's place in the table. */
export interface UserSite extends Site {
  readonly id: number;
  readonly origin: Origin;
  readonly check: Check | undefined;
  /** Whether a frame at the place is the one that the breakpoint was asked for in; undefined: any is. */
  readonly isIn: ((frame: SourceFrame) => boolean) | undefined;
}

interface Placement {
  image: Image | undefined;
  address: number;
}

/** How many lines one answer offers. */
const MOST_LINES = 10_000;

/** The user's breakpoints: each request replaces those of its kind (and file). */
export class BreakpointManager {
  private readonly placed = new Map<string, [number, UserSite][]>();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly table: BreakpointTable,
    private readonly sources: SourceMap,
    private readonly nextId: () => number,
    /** If false, nothing stops: the client runs without debugging. */
    private readonly isEnabled: boolean,
    private readonly live: LiveEvaluator,
    /** Takes the lines of logpoints. */
    private readonly log: LogSink,
  ) {}

  setSource(path: string, wanted: readonly DebugProtocol.SourceBreakpoint[]): DebugProtocol.Breakpoint[] {
    const key = `source ${path}`;
    this.remove(key);
    const files = this.sources.toImages(path);
    return wanted.map((breakpoint) => {
      if (files.length === 0) return this.refused(say.noSuchSource(path));
      return this.atLine(key, files, breakpoint, path);
    });
  }

  private atLine(
    key: string,
    files: readonly ImageSource[],
    wanted: DebugProtocol.SourceBreakpoint,
    path: string,
  ): DebugProtocol.Breakpoint {
    const bindings = bindingsOf(files, wanted.line);
    const line = lineOf(bindings);
    if (bindings.length === 0) return this.refused(say.noCode(wanted.line));
    const placements = bindings
      .filter(({ binding }) => binding.line === line)
      .flatMap(({ image, binding }) => binding.locations.map(({ address }) => ({ image, address })));
    const result = this.place(key, "breakpoint", placements, wanted, ({ position }) => position?.line === line);
    if (!result.verified) return result;
    const moved = line === wanted.line ? {} : { message: say.moved(wanted.line, line) };
    return { ...result, ...moved, line, source: { path } };
  }

  setFunctions(wanted: readonly DebugProtocol.FunctionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.remove("functions");
    return wanted.map((breakpoint) => {
      const placements = this.debuggee.images.withEarly.flatMap((image) => functionAddresses(image, breakpoint.name));
      if (placements.length === 0) return this.refused(say.noFunction(breakpoint.name));
      const { name } = breakpoint;
      const isIn = ({ functionName }: SourceFrame) => functionName === name || functionName.endsWith(`::${name}`);
      return this.place("functions", "function breakpoint", placements, breakpoint, isIn);
    });
  }

  setInstructions(wanted: readonly DebugProtocol.InstructionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.remove("instructions");
    return wanted.map((breakpoint) => {
      const place = placeOf(breakpoint.instructionReference, this.debuggee);
      if (place === undefined) return this.refused(say.badAddress(breakpoint.instructionReference));
      const { linear, space } = place;
      const address = (linear + (breakpoint.offset ?? 0)) >>> 0;
      // A reference without a name means the address, whichever vCPU runs there.
      const image = space.name === undefined ? undefined : this.debuggee.images.inSpace(address, space.domain);
      return this.place("instructions", "instruction breakpoint", [{ image, address }], breakpoint);
    });
  }

  /** The lines of a file, from `first` to `last`, on which a breakpoint can be set; at most the first ten thousand. */
  possibleLines(path: string, first: number, last: number): number[] {
    const files = this.sources.toImages(path);
    const lines = files.flatMap(({ image, file }) => image.symbols.linesWithCode(file));
    return [...new Set(lines)]
      .filter((line) => line >= first && line <= last)
      .sort((a, b) => a - b)
      .slice(0, MOST_LINES)
      .filter((line) => lineOf(bindingsOf(files, line)) === line);
  }

  /** The user's breakpoints among the sites that stopped the machine. */
  hits(): readonly UserSite[] {
    return this.table.hits.filter((site): site is UserSite => "origin" in site);
  }

  /** Inlined calls at the pc that are still to come, at the line that a breakpoint stopped at: 0 for one inside of the innermost. */
  hiddenCalls(): number {
    const { machine, images, domain } = this.debuggee;
    const isIn = this.hits().find((site) => site.isIn !== undefined)?.isIn;
    const frames = images.at(machine.pc, machine.cpl, domain)?.symbols.framesAt(machine.pc) ?? [];
    const most = beginning(inlinedCalls(frames, machine.pc));
    const wanted = isIn === undefined ? -1 : frames.findIndex(isIn);
    return wanted <= most ? Math.max(wanted, 0) : 0;
  }

  private place(
    key: string,
    origin: Origin,
    placements: readonly Placement[],
    wish: Wish,
    isIn?: UserSite["isIn"],
  ): DebugProtocol.Breakpoint {
    const id = this.nextId();
    const { images, vmm } = this.debuggee;
    const problems: string[] = [];
    try {
      const sites = placements.map(({ image, address }): [number, UserSite] => {
        const there = { address, image: image ?? images.at(address, 0, undefined) };
        const check = checkFor(wish, address, there.image, images, this.live);
        const scope = image === undefined ? undefined : scopeOf(image, address, images, vmm);
        const message = this.messageOf(wish, there, check);
        problems.push(...(message?.problems ?? []));
        return [address, { id, origin, check, isIn, condition: allOf(scope, check, message) }];
      });
      if (this.isEnabled) for (const [address, site] of sites) this.table.add(address, site);
      this.placed.set(key, [...(this.placed.get(key) ?? []), ...sites]);
    } catch (error) {
      if (error instanceof ExpressionError) return { id, verified: false, message: error.message };
      throw error;
    }
    const [first] = placements;
    return {
      id,
      verified: true,
      ...(first === undefined ? {} : { instructionReference: hex32(first.address) }),
      ...(problems.length === 0 ? {} : { message: [...new Set(problems)].join("; ") }),
    };
  }

  private messageOf({ logMessage }: Wish, place: Placement, guard: Check | undefined): LogMessage | undefined {
    if (logMessage === undefined || logMessage === "") return undefined;
    return new LogMessage(logMessage, place, this.debuggee, this.live, guard, this.log);
  }

  private refused(message: string): DebugProtocol.Breakpoint {
    return { id: this.nextId(), verified: false, message };
  }

  private remove(key: string): void {
    for (const [address, site] of this.placed.get(key) ?? []) this.table.remove(address, site);
    this.placed.delete(key);
  }
}

interface Binding {
  image: Image;
  binding: NonNullable<ReturnType<Image["symbols"]["addressesOf"]>>;
}

/** What a line stands for in each image that was made from its file. */
function bindingsOf(files: readonly ImageSource[], line: number): Binding[] {
  return files.flatMap(({ image, file }) => {
    const binding = image.symbols.addressesOf(file, line);
    return binding === undefined ? [] : [{ image, binding }];
  });
}

/** The first line with code of all images. */
function lineOf(bindings: readonly Binding[]): number {
  return Math.min(...bindings.map(({ binding }) => binding.line));
}

/** The addresses of a function: after the prologue of one in C, at the label of one in assembly. */
function functionAddresses(image: Image, name: string): Placement[] {
  const found = image.symbols.addressesOfFunction(name).map(({ address }) => ({ image, address }));
  if (found.length > 0) return found;
  const symbol = image.symbols.symbolNamed(name);
  return symbol === undefined || symbol.kind === "object" ? [] : [{ image, address: symbol.address }];
}
