import type { RecordedWords, RecordSink } from "../cpu/recorders";
import type { Condition, Disposable, MachineView } from "./api";
import type { Processor } from "./processor";

type Hit = (machine: MachineView) => void;

/** This is an object so that the same listener can be there twice. */
interface TracePoint {
  readonly hit: Hit;
}

/** What `MachineApi.record` is called with. */
export interface Recorder {
  readonly spans: readonly RecordedWords[];
  readonly sink: RecordSink;
}

interface Site {
  stops: boolean;
  condition: Condition | undefined;
  readonly points: Set<TracePoint>;
  readonly recorders: Set<Recorder>;
}

/** Breakpoints and trace points by linear address. The processor only knows at which addresses to come back. */
export class Breakpoints {
  private readonly sites = new Map<number, Site>();

  constructor(private readonly processor: Pick<Processor, "breakpoints" | "recorders">) {}

  set(linear: number, condition: Condition | undefined): void {
    const site = this.site(linear);
    site.stops = true;
    site.condition = condition;
    this.chooseRecorder(linear, site);
  }

  clear(linear: number): void {
    const site = this.sites.get(linear);
    if (site === undefined) return;
    site.stops = false;
    site.condition = undefined;
    this.left(linear, site);
  }

  trace(linear: number, hit: Hit): Disposable {
    const site = this.site(linear);
    const point: TracePoint = { hit };
    site.points.add(point);
    this.chooseRecorder(linear, site);
    return {
      dispose: () => {
        site.points.delete(point);
        this.left(linear, site);
      },
    };
  }

  /** @param given an object of its own for each call */
  record(linear: number, given: Recorder): Disposable {
    const site = this.site(linear);
    site.recorders.add(given);
    this.chooseRecorder(linear, site);
    return {
      dispose: () => {
        site.recorders.delete(given);
        this.left(linear, site);
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
    for (const recorder of site.recorders) noteHere(machine, recorder);
    for (const point of site.points) point.hit(machine);
    return site.stops && (site.condition === undefined || site.condition.stops(machine));
  }

  private site(linear: number): Site {
    let site = this.sites.get(linear);
    if (site === undefined) {
      site = { stops: false, condition: undefined, points: new Set(), recorders: new Set() };
      this.sites.set(linear, site);
      this.processor.breakpoints.add(linear);
    }
    return site;
  }

  /** Leaves a recorder that is alone at its instruction to generated code. Otherwise `reached` notes its words. */
  private chooseRecorder(linear: number, { stops, points, recorders }: Site): void {
    const [first] = recorders;
    const isAlone = !stops && points.size === 0 && recorders.size === 1;
    if (first !== undefined && isAlone) this.processor.recorders.put(linear, first.spans, first.sink);
    else this.processor.recorders.remove(linear);
  }

  /** Is called when a user of the site has gone. */
  private left(linear: number, site: Site): void {
    if (this.sites.get(linear) !== site) return;
    this.chooseRecorder(linear, site);
    if (site.stops || site.points.size > 0 || site.recorders.size > 0) return;
    this.sites.delete(linear);
    this.processor.breakpoints.remove(linear);
  }
}

/** Notes a recorder's words with the machine stopped before its instruction. */
function noteHere(machine: MachineView, { spans, sink }: Recorder): void {
  const load = (linear: number): number => Math.max(0, machine.probeLoad(linear >>> 0, 4));
  const esp = machine.registers.get("esp");
  const words = spans.flatMap(({ path, count }) => {
    const first = path.reduce((base, offset, n) => (n === 0 ? base : load(base)) + offset, esp);
    return Array.from({ length: count }, (_, n) => load(first + 4 * n));
  });
  sink(machine.instructions, Uint32Array.from(words), 0);
}
