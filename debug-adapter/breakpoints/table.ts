import type { Condition, MachineView } from "../../emulator/index";

/** Something that wants to know when an address is reached. */
export interface Site {
  /** If it does not hold, the machine goes on and nothing is told. */
  readonly condition?: Condition | undefined;
}

/** The part of the machine that holds breakpoints. */
export interface BreakpointMachine {
  setBreakpoint(linear: number, condition?: Condition): void;
  clearBreakpoint(linear: number): void;
}

/** Shares the one breakpoint that the machine has for each address among many sites. */
export class BreakpointTable {
  private readonly sites = new Map<number, Set<Site>>();
  /** The sites whose conditions held when the machine last stopped on a breakpoint, or was asked by `test`. */
  private hit: Site[] = [];

  constructor(private readonly machine: BreakpointMachine) {}

  get hits(): readonly Site[] {
    return this.hit;
  }

  add(linear: number, site: Site): void {
    const there = this.sites.get(linear);
    if (there !== undefined) {
      there.add(site);
      return;
    }
    this.sites.set(linear, new Set([site]));
    this.machine.setBreakpoint(linear, { stops: (view) => this.test(linear, view) });
  }

  remove(linear: number, site: Site): void {
    const there = this.sites.get(linear);
    if (there?.delete(site) !== true || there.size > 0) return;
    this.sites.delete(linear);
    this.machine.clearBreakpoint(linear);
  }

  /** Whether any site at the address wants to stop now. Counts a hit for each. */
  test(linear: number, view: MachineView): boolean {
    const there = this.sites.get(linear);
    this.hit = there === undefined ? [] : [...there].filter((site) => site.condition?.stops(view) ?? true);
    return this.hit.length > 0;
  }
}
