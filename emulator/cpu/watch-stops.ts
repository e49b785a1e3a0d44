import { S } from "../base/layout";
import type { State } from "../base/state";
import type { MemorySystem } from "../memory/memory-system";
import type { Touched, Watch } from "../memory/watches";
import type { Marks } from "./marks";
import type { Modes } from "./mode";
import type { Recorders } from "./recorders";

/** Memory whose accesses end a run, as the processor's users set it. */
export class WatchStops {
  /**
   * Called before an access that touches a watch: for each instruction and each watch, before the first such access.
   */
  onTouch: (watch: Watch) => void = () => undefined;
  /** The linear address of the instruction that touched a watch. */
  private toucher = 0;
  /** Whether there are other watches than the compiler knows of. */
  private changed = false;

  constructor(
    private readonly state: State,
    private readonly memory: MemorySystem,
    private readonly modes: Modes,
    private readonly marks: Marks,
    private readonly recorders: Recorders,
  ) {
    memory.watches.onTouch = (watch) => this.touching(watch);
  }

  add(watch: Watch): void {
    this.memory.watches.add(watch);
    this.flag(watch);
  }

  remove(watch: Watch): void {
    this.memory.watches.remove(watch);
    this.flag(watch);
  }

  private flag(watch: Watch): void {
    this.memory.tlb.rewatch(watch);
    this.changed = true;
    this.marks.leave();
  }

  /** Whether watches have come or gone; it can be taken once. Watches that are set one by one may end as they began. */
  takeChanged(): boolean {
    const { changed } = this;
    this.changed = false;
    return changed;
  }

  private touching(watch: Watch): void {
    this.toucher = (this.modes.current.csBase + this.state.get(S.InsnEip)) >>> 0;
    this.recorders.drain();
    this.onTouch(watch);
  }

  /**
   * What the last stop for a watch was for, and the linear address of the instruction that did it. It can be taken
   * once.
   */
  take(): { instruction: number; touched: readonly Touched[] } {
    return { instruction: this.toucher, touched: this.memory.watches.take() };
  }
}
