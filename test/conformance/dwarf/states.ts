import type { ImageSymbols, ReadMemory } from "../../../debug-adapter/symbols/index";
import type { CoreMemory } from "./core-file";

/** Registers of one imagined moment. */
export interface RandomState {
  readonly registers: Record<string, number>;
}

const STACK = 0xb0000000;
const STACK_BYTES = 0x10000;
/** Where gdb sees this byte in code not made by gcc it asks no frame description: the return address is at ESP. */
const RET = 0xc3;

/** A seeded generator (xorshift32): the same states in each run. */
export function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/**
 * Moments in which the image might be: EIP anywhere in its functions, ESP in a
 * stack of random words, many of them code and stack addresses, as are the registers.
 */
export function randomStates(
  image: ImageSymbols,
  count: number,
): { states: RandomState[]; memory: CoreMemory[]; read: ReadMemory } {
  const random = generator(0x52494e47);
  const code = image.functionNames().flatMap((name) => image.functionsNamed(name).flatMap((fn) => fn.ranges));
  const codeAddress = (): number => {
    const range = code[random(code.length)] ?? { low: 0, high: 1 };
    return range.low + random(range.high - range.low);
  };
  const instruction = (): number => {
    const address = codeAddress();
    return image.readStatic(address, 1)?.[0] === RET ? instruction() : address;
  };
  const stackAddress = (): number => STACK + 4 * random(STACK_BYTES / 4);
  const word = (): number => {
    switch (random(4)) {
      case 0:
        return codeAddress();
      case 1:
        return stackAddress();
      case 2:
        return random(256);
      default:
        return random(2 ** 32);
    }
  };
  const stack = new Uint32Array(Array.from({ length: STACK_BYTES / 4 }, word));
  const memory = image.segments.map((s) => ({
    address: s.virtual,
    bytes: image.readStatic(s.virtual, s.memorySize) ?? new Uint8Array(0),
  }));
  memory.push({ address: STACK, bytes: new Uint8Array(stack.buffer) });
  const states = Array.from({ length: count }, () => {
    const esp = STACK + 4 * (1024 + random(4096));
    const [eax, ecx, edx, ebx, esi, edi] = [word(), word(), word(), word(), word(), word()];
    return {
      registers: { eip: instruction(), esp, ebp: esp + 4 * random(256), eax, ecx, edx, ebx, esi, edi },
    };
  });
  return { states, memory, read: reader(memory) };
}

function reader(memory: readonly CoreMemory[]): ReadMemory {
  return (address, length) => {
    const part = memory.find((m) => address >= m.address && address < m.address + m.bytes.length);
    return part?.bytes.subarray(address - part.address, address - part.address + length);
  };
}
