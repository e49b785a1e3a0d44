import type { Stateful, StateStream } from "../base/state-stream";
import { NEVER } from "../devices/timers";
import type { InputDevice, InputRecord } from "./api";

/**
 * All input from outside enters through this log. Each input is recorded with the instruction count and the tick at
 * which it entered. Given such a record, the log lets the same input in at the same instant.
 */
export class InputLog implements Stateful {
  readonly records: InputRecord[] = [];
  private nextReplay = 0;
  /** The number of inputs so far. A machine whose state was loaded has no records of the inputs before that. */
  private entered = 0;

  /** @param deliver takes the bytes to their device */
  constructor(
    private readonly deliver: (device: InputDevice, bytes: Uint8Array) => void,
    private readonly replay: readonly InputRecord[],
  ) {}

  /** How far the log has come. When a state is loaded, inputs that entered after it are removed from the log. */
  passState(stream: StateStream): void {
    this.nextReplay = stream.number(this.nextReplay);
    this.entered = stream.number(this.entered);
    this.records.length = Math.min(this.entered, this.records.length);
  }

  enter(instructions: number, ticks: number, device: InputDevice, bytes: Uint8Array): void {
    this.entered++;
    this.records.push({ instructions, ticks, device, bytes });
    this.deliver(device, bytes);
  }

  /** Lets in all recorded input whose instant has come. */
  replayDue(instructions: number, ticks: number): void {
    for (;;) {
      const record = this.replay[this.nextReplay];
      if (record === undefined || record.instructions > instructions || record.ticks > ticks) return;
      this.nextReplay++;
      this.enter(instructions, ticks, record.device, record.bytes);
    }
  }

  /** The instruction count of the next recorded input, or NEVER. */
  get nextInstructions(): number {
    return this.replay[this.nextReplay]?.instructions ?? NEVER;
  }

  /** The tick of the next recorded input for a machine halted at `instructions`, or NEVER. */
  nextTick(instructions: number): number {
    const record = this.replay[this.nextReplay];
    return record !== undefined && record.instructions <= instructions ? record.ticks : NEVER;
  }
}
