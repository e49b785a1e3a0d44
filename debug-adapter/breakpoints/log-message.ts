import { Probe, ProbeFailure, type Condition, type MachineView } from "../../emulator/index";
import { ExpressionError } from "../expressions/ast";
import { breakpointMessages as say } from "../messages";
import type { Debuggee } from "../debuggee/debuggee";
import type { Image } from "../images/image-space";
import { strip, type Type } from "../symbols/index";
import { formatValue } from "../values/format";
import { inMemory, integerValue } from "../values/typed-value";
import { compileAt, reasonOf } from "./condition";

/** An expression in braces, compiled. */
interface Logged {
  probe: Probe;
  type: Type;
  /** The probe gives the value's address: of what is no number of up to 32 bits. */
  isAddress: boolean;
}

interface LogPlace {
  address: number;
  image: Image | undefined;
}

/** Text, and in braces an expression. */
const PART = /\{([^{}]+)\}/;

/**
 * A logpoint's message: it is worked out inside the machine's loop each time the
 * place is reached, and nothing stops.
 */
export class LogMessage implements Condition {
  private readonly parts: readonly (string | Logged)[];

  /**
   * Throws ExpressionError with what is wrong with the text.
   * @param guard the breakpoint's condition; where it could not be evaluated the machine stops, as at any breakpoint
   * @param write takes each line
   */
  constructor(
    text: string,
    place: LogPlace,
    private readonly debuggee: Debuggee,
    private readonly guard: Probe | undefined,
    private readonly write: (line: string) => void,
  ) {
    // Every second piece stood in braces.
    this.parts = text.split(PART).map((piece, n) => (n % 2 === 0 ? piece : this.compile(piece, place)));
  }

  private compile(expression: string, { address, image }: LogPlace): Logged {
    const at = (text: string) => compileAt(text, address, image, this.debuggee.images);
    try {
      const { code, type } = at(expression);
      return { probe: new Probe(code, undefined), type, isAddress: false };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const object = attempt(() => at(`&(${expression})`));
      const pointer = object === undefined ? undefined : strip(object.type);
      if (object === undefined || pointer?.kind !== "pointer") {
        throw new ExpressionError(say.badLogMessage(expression, error.message));
      }
      return { probe: new Probe(object.code, undefined), type: pointer.target, isAddress: true };
    }
  }

  stops(view: MachineView): boolean {
    if (this.guard !== undefined && this.guard.outcome.failure !== ProbeFailure.None) return true;
    this.write(this.parts.map((part) => (typeof part === "string" ? part : this.text(part, view))).join(""));
    return false;
  }

  private text({ probe, type, isAddress }: Logged, view: MachineView): string {
    probe.stops(view);
    const { value, failure, linear } = probe.outcome;
    if (failure !== ProbeFailure.None) return `<${reasonOf(failure, linear)}>`;
    const { readMemory, images, machine, domain } = this.debuggee;
    const symbolize = (address: number): string | undefined => images.nameAt(address, machine.cpl, domain);
    const logged = isAddress ? inMemory(type, value) : integerValue(type, BigInt(value));
    return formatValue(logged, { readMemory, symbolize, hex: false });
  }
}

/** Undefined where the expression cannot be used. */
function attempt<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
