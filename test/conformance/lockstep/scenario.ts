import { Touch, type Watch } from "../../../emulator/memory/watches";
import { Rng } from "../../differential/rng";
import { makeProgram, type Program } from "./program";
import { At, CODE_BYTES, DATA_PAGES, makeSetting, PAGE, type Setting } from "./setting";
import { isMapped } from "./tables";

/** A random program and what is done to it while it runs: all of it follows from the seed. */

/** What happens between two instructions. */
export type Action =
  | { kind: "interrupt" }
  | { kind: "break" | "unbreak"; linear: number }
  | { kind: "watch" | "unwatch"; watch: Watch }
  /** Bytes are written from outside: by a debugger, or by a device. */
  | { kind: "write"; physical: number; bytes: readonly number[] }
  /** The page's entry is masked, and the page flushed, or not: then the TLBs go on as they were. */
  | { kind: "protect"; linear: number; mask: number; flush: boolean };

export interface Step {
  actions: readonly Action[];
  /** Instructions that follow, or fewer up to a breakpoint. */
  count: number;
}

export interface Scenario {
  seed: number;
  setting: Setting;
  program: Program;
  data: Uint8Array;
  steps: readonly Step[];
}

const STEPS = 40;
/** Seeds from here on let programs run longer: those of the long form. */
export const LONG_SEEDS = 1_000_000;
const LONGEST = 16_000;
const LONGEST_LONG = 28_000;
/** The first step: enough for what is hot to be compiled. */
const WARM_UP = 4000;

class Director {
  private readonly stops = new Set<number>();
  private watch: Watch | undefined;

  constructor(
    private readonly rng: Rng,
    private readonly setting: Setting,
    private readonly program: Program,
    private readonly longest: number,
  ) {}

  steps(): Step[] {
    return Array.from({ length: STEPS }, (_, n) => ({
      actions: n === 0 ? [] : this.actions(),
      count: n === 0 ? WARM_UP : this.count(),
    }));
  }

  /** Short stretches stop inside compiled loops, long ones let them run; down to one instruction. */
  private count(): number {
    const { rng } = this;
    if (rng.oneIn(3)) return 1 + rng.below(rng.oneIn(3) ? 4 : 80);
    return 1 + rng.below(rng.oneIn(3) ? this.longest : 1200);
  }

  private actions(): Action[] {
    const { rng, program } = this;
    const actions: Action[] = [];
    if (rng.oneIn(3)) actions.push({ kind: "interrupt" });
    if (rng.oneIn(12)) actions.push(this.breakpoint());
    if (this.setting.watched && rng.oneIn(this.watch ? 2 : 8)) actions.push(this.watchpoint());
    if (rng.oneIn(8) && program.soft.length > 0) actions.push(this.patch());
    if (rng.oneIn(10))
      actions.push({ kind: "write", physical: At.Data + rng.below(DATA_PAGES * PAGE - 4), bytes: this.bytes(4) });
    if (rng.oneIn(8) && isMapped(this.setting)) actions.push(this.protect());
    return actions;
  }

  private bytes(length: number): number[] {
    return Array.from({ length }, () => this.rng.below(256));
  }

  /** Two at a time at the most: the oldest goes. */
  private breakpoint(): Action {
    const { rng, stops } = this;
    const [oldest] = stops;
    if (oldest !== undefined && (stops.size === 2 || rng.oneIn(2))) {
      stops.delete(oldest);
      return { kind: "unbreak", linear: oldest };
    }
    const offset = isMapped(this.setting) && rng.oneIn(6) ? At.Alias - At.Code : 0;
    const linear = rng.pick(this.program.starts) + offset;
    stops.add(linear);
    return { kind: "break", linear };
  }

  /** One at a time, and not for long: in the data, or where stacks, code and descriptors are. */
  private watchpoint(): Action {
    const { rng, watch } = this;
    if (watch) {
      this.watch = undefined;
      return { kind: "unwatch", watch };
    }
    const linear = rng.oneIn(3)
      ? rng.pick([At.KernelStack, At.UserStack, At.Code + PAGE, At.Gdt + 0x68]) - rng.below(0x60)
      : At.Data + rng.below(DATA_PAGES * PAGE);
    this.watch = {
      linear,
      length: rng.oneIn(16) ? PAGE : rng.pick([1, 2, 4, 4, 16]),
      touches: rng.pick([Touch.Read, Touch.Write, Touch.Read | Touch.Write]),
    };
    return { kind: "watch", watch: this.watch };
  }

  /** New bytes for an immediate, all or some of them; an INC becomes a DEC. */
  private patch(): Action {
    const { rng } = this;
    const { linear, kind } = rng.pick(this.program.soft);
    if (kind === "opcode") return { kind: "write", physical: linear, bytes: [rng.pick([0x42, 0x4a])] };
    return { kind: "write", physical: linear, bytes: this.bytes(rng.pick([1, 2, 4])) };
  }

  private protect(): Action {
    const { rng } = this;
    const [first, bytes] = rng.pick([
      [At.Data, DATA_PAGES * PAGE],
      [At.Data, DATA_PAGES * PAGE],
      [At.Code, CODE_BYTES],
      [At.Alias, CODE_BYTES],
    ] as const);
    return {
      kind: "protect",
      linear: first + rng.below(bytes >>> 12) * PAGE,
      mask: rng.pick([~1, ~1, ~2, ~4, ~0x60]),
      flush: rng.oneIn(2),
    };
  }
}

/** Neighbouring seeds of the generator begin alike: this puts them far apart. */
function scatter(seed: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
}

export function makeScenario(seed: number): Scenario {
  const rng = new Rng(scatter(seed));
  const setting = makeSetting(rng);
  const program = makeProgram(rng, setting);
  const data = Uint8Array.from({ length: DATA_PAGES * PAGE }, () => rng.u32());
  const steps = new Director(rng, setting, program, seed >= LONG_SEEDS ? LONGEST_LONG : LONGEST).steps();
  return { seed, setting, program, data, steps };
}
