import type { SourceFrame, SourcePosition } from "../symbols/index";
import { hypercallName } from "../trace/index";
import { hex32 } from "../values/hex";
import { describeCrossing } from "./crossing";
import type { MachineFrame } from "./unwinder";

/** A row of the call stack. */
export type StackRow =
  | { kind: "separator"; text: string }
  | {
      kind: "frame";
      name: string;
      machine: MachineFrame;
      /** The source-level frame; undefined for code that belongs to no image. */
      source: SourceFrame | undefined;
      position: SourcePosition | undefined;
      /** Whether nobody wrote the code: a slot of the hypercall page, or code without source. */
      isSubtle: boolean;
    };

export type FrameRow = Extract<StackRow, { kind: "frame" }>;

/** The rows of a stack, innermost first. There is a separator wherever a frame did not call but was interrupted. */
export function stackRows(frames: readonly MachineFrame[]): StackRow[] {
  return frames.flatMap((frame) => {
    const rows = frameRows(frame);
    return frame.crossing === undefined
      ? rows
      : [...rows, { kind: "separator", text: describeCrossing(frame.crossing) }];
  });
}

/** One row for each function at the frame's pc; inlined ones come first. */
export function frameRows(frame: MachineFrame): StackRow[] {
  const { slot } = frame;
  if (slot !== undefined) {
    const name = `hypercall page: ${hypercallName(slot.number) ?? slot.number}`;
    return [{ kind: "frame", name, machine: frame, source: undefined, position: undefined, isSubtle: true }];
  }
  const lookup = frame.isReturnAddress ? frame.pc - 1 : frame.pc;
  const sources = frame.image?.symbols.framesAt(lookup) ?? [];
  if (sources.length === 0) {
    return [
      {
        kind: "frame",
        name: placeName(frame, lookup),
        machine: frame,
        source: undefined,
        position: undefined,
        isSubtle: true,
      },
    ];
  }
  return sources.map((source) => ({
    kind: "frame",
    name: source.functionName,
    machine: frame,
    source,
    position: source.position,
    isSubtle: source.position === undefined,
  }));
}

function placeName(frame: MachineFrame, linear: number): string {
  const found = frame.image?.symbols.symbolAt(linear);
  if (found === undefined) return hex32(frame.pc);
  return found.offset === 0 ? found.symbol.name : `${found.symbol.name}+0x${found.offset.toString(16)}`;
}
