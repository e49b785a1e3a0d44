import type { DebugProtocol } from "@vscode/debugprotocol";
import type { Probe } from "../../emulator/index";
import { ExpressionError } from "../expressions/ast";
import { breakpointMessages as say } from "../messages";
import type { ImageSource, SourceMap } from "../debuggee/source-map";
import type { Debuggee } from "../debuggee/debuggee";
import type { Image } from "../images/image-space";
import { hex32, linearIn } from "../values/hex";
import { probeFor, type Wish } from "./condition";
import { LogMessage } from "./log-message";
import { allOf, scopeOf } from "./scope";
import type { BreakpointTable, Site } from "./table";

/** Where breakpoints come from, as the reason of a stop names it. */
export type Origin = "breakpoint" | "function breakpoint" | "instruction breakpoint";

/** A breakpoint's place in the table. */
export interface UserSite extends Site {
  readonly id: number;
  readonly origin: Origin;
  readonly probe: Probe | undefined;
}

interface Placement {
  image: Image | undefined;
  address: number;
}

/** The user's breakpoints: each request replaces those of its kind (and file). */
export class BreakpointManager {
  private readonly placed = new Map<string, [number, UserSite][]>();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly table: BreakpointTable,
    private readonly sources: SourceMap,
    private readonly nextId: () => number,
    /** With false nothing stops: the client runs without debugging. */
    private readonly isEnabled: boolean,
    /** Takes the lines of logpoints, with where they stand. */
    private readonly log: (line: string, address: number, image: Image | undefined) => void,
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
    const bindings = files.flatMap(({ image, file }) => {
      const binding = image.symbols.addressesOf(file, wanted.line);
      return binding === undefined ? [] : [{ image, binding }];
    });
    const line = Math.min(...bindings.map(({ binding }) => binding.line));
    if (bindings.length === 0) return this.refused(say.noCode(wanted.line));
    const placements = bindings
      .filter(({ binding }) => binding.line === line)
      .flatMap(({ image, binding }) => binding.locations.map(({ address }) => ({ image, address })));
    const result = this.place(key, "breakpoint", placements, wanted);
    if (!result.verified) return result;
    const moved = line === wanted.line ? {} : { message: say.moved(wanted.line, line) };
    return { ...result, ...moved, line, source: { path } };
  }

  setFunctions(wanted: readonly DebugProtocol.FunctionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.remove("functions");
    return wanted.map((breakpoint) => {
      const placements = this.debuggee.images.images.flatMap((image) => functionAddresses(image, breakpoint.name));
      if (placements.length === 0) return this.refused(say.noFunction(breakpoint.name));
      return this.place("functions", "function breakpoint", placements, breakpoint);
    });
  }

  setInstructions(wanted: readonly DebugProtocol.InstructionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.remove("instructions");
    return wanted.map((breakpoint) => {
      const base = linearIn(breakpoint.instructionReference);
      if (base === undefined) return this.refused(say.badAddress(breakpoint.instructionReference));
      const address = (base + (breakpoint.offset ?? 0)) >>> 0;
      return this.place("instructions", "instruction breakpoint", [{ image: undefined, address }], breakpoint);
    });
  }

  /** Lines of a file, from `first` to `last`, where a breakpoint can stand. */
  possibleLines(path: string, first: number, last: number): number[] {
    const lines = this.sources.toImages(path).flatMap(({ image, file }) => image.symbols.linesWithCode(file));
    return [...new Set(lines)].filter((line) => line >= first && line <= last).sort((a, b) => a - b);
  }

  /** The user's breakpoints among the sites that stopped the machine. */
  hits(): readonly UserSite[] {
    return this.table.hits.filter((site): site is UserSite => "origin" in site);
  }

  private place(key: string, origin: Origin, placements: readonly Placement[], wish: Wish): DebugProtocol.Breakpoint {
    const id = this.nextId();
    const { images, vmm } = this.debuggee;
    try {
      const sites = placements.map(({ image, address }): [number, UserSite] => {
        const there = { address, image: image ?? images.at(address, 0, undefined) };
        const probe = probeFor(wish, address, there.image, images);
        const scope = image === undefined ? undefined : scopeOf(image, address, images, vmm);
        const message = this.messageOf(wish, there, probe);
        return [address, { id, origin, probe, condition: allOf(scope, probe, message) }];
      });
      if (this.isEnabled) for (const [address, site] of sites) this.table.add(address, site);
      this.placed.set(key, [...(this.placed.get(key) ?? []), ...sites]);
    } catch (error) {
      if (error instanceof ExpressionError) return { id, verified: false, message: error.message };
      throw error;
    }
    const [first] = placements;
    return { id, verified: true, ...(first === undefined ? {} : { instructionReference: hex32(first.address) }) };
  }

  private messageOf({ logMessage }: Wish, place: Placement, guard: Probe | undefined): LogMessage | undefined {
    if (logMessage === undefined || logMessage === "") return undefined;
    const { address, image } = place;
    return new LogMessage(logMessage, place, this.debuggee, guard, (line) => this.log(line, address, image));
  }

  private refused(message: string): DebugProtocol.Breakpoint {
    return { id: this.nextId(), verified: false, message };
  }

  private remove(key: string): void {
    for (const [address, site] of this.placed.get(key) ?? []) this.table.remove(address, site);
    this.placed.delete(key);
  }
}

/** Behind the prologue of a function in C; at the label of one in assembly. */
function functionAddresses(image: Image, name: string): Placement[] {
  const found = image.symbols.addressesOfFunction(name).map(({ address }) => ({ image, address }));
  if (found.length > 0) return found;
  const symbol = image.symbols.symbolNamed(name);
  return symbol === undefined || symbol.kind === "object" ? [] : [{ image, address: symbol.address }];
}
