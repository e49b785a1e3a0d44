import type { LiveEvaluator } from "../breakpoints/check";
import type { Debuggee } from "../debuggee/debuggee";
import { evaluate, truth } from "../expressions/evaluate";
import { frameRows } from "../stack/stack";
import { formatValue } from "../values/format";
import { FrameEnvironment, type EvaluationFrame } from "./frame-environment";

/** The innermost frame of what the processor executes now. */
function innermost(debuggee: Debuggee): EvaluationFrame {
  const [machine] = debuggee.liveFrames(1);
  const [row] = machine === undefined ? [] : frameRows(machine);
  return row?.kind === "frame" ? { ...row } : undefined;
}

/** Evaluates in the innermost frame, wherever the machine is. */
export function liveEvaluator(debuggee: Debuggee): LiveEvaluator {
  const here = (): FrameEnvironment => new FrameEnvironment(debuggee, innermost(debuggee));
  return {
    value: (expression) => evaluate(expression, here()),
    holds: (expression) => {
      const environment = here();
      return truth(evaluate(expression, environment), environment);
    },
    text: (value) => {
      const { readMemory, images, machine, domain } = debuggee;
      const symbolize = (address: number): string | undefined => images.nameAt(address, machine.cpl, domain);
      return formatValue(value, { readMemory, symbolize, hex: undefined });
    },
  };
}
