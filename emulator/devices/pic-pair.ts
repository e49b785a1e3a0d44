import type { InterruptSource } from "../base/ports";
import type { Stateful, StateStream } from "../base/state-stream";
import { Pic } from "./pic";
import type { PortBus } from "./port-bus";

const MASTER_PORT = 0x20;
const SLAVE_PORT = 0xa0;
/** The master's input that the slave's INT pin drives. */
const CASCADE = 2;

/** A function that drives one interrupt request line. */
export type IrqLine = (level: boolean) => void;

/** The two cascaded 8259As of a PC, IRQ 0-7 and 8-15, which drive the processor's INTR pin. */
export class PicPair implements InterruptSource, Stateful {
  private readonly master = new Pic(1 << CASCADE);
  private readonly slave = new Pic();

  /** @param onRequest called when INTR rises */
  constructor(onRequest: () => void) {
    this.slave.onOutput = (level) => this.master.setLine(CASCADE, level);
    this.master.onOutput = (level) => {
      if (level) onRequest();
    };
  }

  attach(bus: PortBus): void {
    bus.attach(MASTER_PORT, 2, this.master);
    bus.attach(SLAVE_PORT, 2, this.slave);
  }

  /** The line of IRQ 0-15. IRQ 2 is the cascade, and has no line. */
  line(irq: number): IrqLine {
    if (irq < 8) return (level) => this.master.setLine(irq, level);
    return (level) => this.slave.setLine(irq - 8, level);
  }

  passState(stream: StateStream): void {
    this.master.passState(stream);
    this.slave.passState(stream);
  }

  pending(): boolean {
    return this.master.output;
  }

  acknowledge(): number {
    const line = this.master.acknowledgeLine();
    if (line !== CASCADE) return this.master.vector(line);
    return this.slave.vector(this.slave.acknowledgeLine());
  }
}
