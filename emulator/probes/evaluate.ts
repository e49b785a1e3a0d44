import { Op, type ProbeTarget } from "./bytecode";

/** The depth of the stack that `evaluateProbe` has. The compiler refuses an expression that would need more. */
export const PROBE_STACK = 64;

/** Why a probe had no result. */
export const enum ProbeFailure {
  None,
  /** A load met a page that is not mapped. */
  Unmapped,
  DivideByZero,
}

/** The outcome of one evaluation. The caller uses it again, so that a hit allocates nothing. */
export interface ProbeOutcome {
  /** Unsigned 32-bit result; meaningless after a failure. */
  value: number;
  failure: ProbeFailure;
  /** The linear address that could not be read, for Unmapped. */
  linear: number;
}

const stack = new Int32Array(PROBE_STACK);

/** Runs `code` to its End. The code is trusted: jumps and stack depth are the compiler's responsibility. */
export function evaluateProbe(code: Int32Array, target: ProbeTarget, outcome: ProbeOutcome): void {
  outcome.failure = ProbeFailure.None;
  let top = -1;
  let at = 0;
  for (;;) {
    const op: Op = code[at++];
    switch (op) {
      case Op.Push:
        stack[++top] = code[at++];
        break;
      case Op.Register:
        stack[++top] = target.probeRegister(code[at++]);
        break;
      case Op.Load8U:
      case Op.Load8S:
      case Op.Load16U:
      case Op.Load16S:
      case Op.Load32: {
        const linear = stack[top] >>> 0;
        const value = load(op, linear, target);
        if (value === UNMAPPED) {
          outcome.failure = ProbeFailure.Unmapped;
          outcome.linear = linear;
          return;
        }
        stack[top] = value;
        break;
      }
      case Op.Not:
        stack[top] = stack[top] === 0 ? 1 : 0;
        break;
      case Op.Invert:
        stack[top] = ~stack[top];
        break;
      case Op.Negate:
        stack[top] = -stack[top];
        break;
      case Op.Jump:
        at = code[at];
        break;
      case Op.JumpIfZero:
        at = stack[top--] === 0 ? code[at] : at + 1;
        break;
      case Op.JumpIfNotZero:
        at = stack[top--] !== 0 ? code[at] : at + 1;
        break;
      case Op.End:
        outcome.value = stack[top] >>> 0;
        return;
      default: {
        const b = stack[top--];
        if (b === 0 && op >= Op.DivU && op <= Op.RemS) {
          outcome.failure = ProbeFailure.DivideByZero;
          return;
        }
        stack[top] = binary(op, stack[top], b);
      }
    }
  }
}

/** No 32-bit word, signed or unsigned, equals it. */
const UNMAPPED = 2 ** 33;

function load(op: Op, linear: number, target: ProbeTarget): number {
  const size = op === Op.Load32 ? 4 : op >= Op.Load16U ? 2 : 1;
  const value = target.probeLoad(linear, size);
  if (value < 0) return UNMAPPED;
  if (op === Op.Load8S) return (value << 24) >> 24;
  if (op === Op.Load16S) return (value << 16) >> 16;
  return value | 0;
}

/** a op b on signed words. The caller stores the result modulo 2^32, and has excluded a divisor of 0. */
function binary(op: Op, a: number, b: number): number {
  switch (op) {
    case Op.Add:
      return a + b;
    case Op.Sub:
      return a - b;
    case Op.Mul:
      return Math.imul(a, b);
    case Op.DivU:
      return (a >>> 0) / (b >>> 0);
    case Op.DivS:
      return a / b;
    case Op.RemU:
      return (a >>> 0) % (b >>> 0);
    case Op.RemS:
      return a % b;
    case Op.And:
      return a & b;
    case Op.Or:
      return a | b;
    case Op.Xor:
      return a ^ b;
    case Op.Shl:
      return a << b;
    case Op.ShrU:
      return a >>> b;
    case Op.ShrS:
      return a >> b;
    case Op.Eq:
      return a === b ? 1 : 0;
    case Op.Ne:
      return a !== b ? 1 : 0;
    case Op.LtU:
      return a >>> 0 < b >>> 0 ? 1 : 0;
    case Op.LtS:
      return a < b ? 1 : 0;
    case Op.LeU:
      return a >>> 0 <= b >>> 0 ? 1 : 0;
    default:
      return a <= b ? 1 : 0;
  }
}
