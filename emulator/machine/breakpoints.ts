import type { Condition, Disposable, MachineView } from "./api";
import type { Processor } from "./processor";

type Hit = (machine: MachineView) => void;

/** This is an object so that the same listener can be there twice. */
interface TracePoint {
  readonly hit: Hit;
}

interface Site {
  stops: boolean;
  condition: Condition | undefined;
  readonly points: Set<TracePoint>;
}

/** Breakpoints and trace points by linear address. The processor only knows at which addresses to come back. */
export class Breakpoints {
  private readonly sites = new Map<number, Site>();

  constructor(private readonly processor: Pick<Processor, "breakpoints">) {}

  set(linear: number, condition: Condition | undefined): void {
    const site = this.site(linear);
    site.stops = true;
    site.condition = condition;
  }

  clear(linear: number): void {
    const site = this.sites.get(linear);
    if (site === undefined) return;
    site.stops = false;
    site.condition = undefined;
    this.dropIfUnused(linear, site);
  }

  trace(linear: number, hit: Hit): Disposable {
    const site = this.site(linear);
    const point: TracePoint = { hit };
    site.points.add(point);
    return {
      dispose: () => {
        site.points.delete(point);
        this.dropIfUnused(linear, site);
      },
    };
  }

  has(linear: number): boolean {
    return this.sites.has(linear);
  }

  /**
   * Is called with the machine stopped before the instruction at `linear`. Tells the trace points, and answers whether
   * to stop.
   */
  reached(linear: number, machine: MachineView): boolean {
    const site = this.sites.get(linear);
    if (site === undefined) return false;
    for (const point of site.points) point.hit(machine);
    return site.stops && (site.condition === undefined || site.condition.stops(machine));
  }

  private site(linear: number): Site {
    let site = this.sites.get(linear);
    if (site === undefined) {
      site = { stops: false, condition: undefined, points: new Set() };
      this.sites.set(linear, site);
      this.processor.breakpoints.add(linear);
    }
    return site;
  }

  private dropIfUnused(linear: number, site: Site): void {
    if (site.stops || site.points.size > 0 || this.sites.get(linear) !== site) return;
    this.sites.delete(linear);
    this.processor.breakpoints.remove(linear);
  }
}
