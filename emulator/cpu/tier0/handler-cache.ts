import type { Insn } from "../../isa/insn";
import { coldKey, coldName, hotKey, NO_OPERANDS } from "./shapes";

const NONE = -0x80000000;

/** Finds the handler for an instruction, and remembers the answer for each encoding and variant. */
export class HandlerCache {
  private readonly known = new Map<number, number>();

  /** @param numbers the numbers of the image's handlers, by key */
  constructor(private readonly numbers: ReadonlyMap<string, number>) {}

  /**
   * The number of the best hot handler, or else that of the handler out of line (negative: -1 - index), which every
   * decodable instruction has. Undefined only where a fused handler is asked for and there is none.
   */
  find(insn: Insn, flags: boolean, fusedCc: number): number | undefined {
    const indexed = !insn.checked && insn.mem.index >= 0 && !NO_OPERANDS.has(insn.mnemonic);
    if (insn.mnemonic !== insn.spec.mnemonic) return this.search(insn, indexed, flags, fusedCc);
    const key = this.key(insn, indexed, flags, fusedCc);
    let number = this.known.get(key);
    if (number === undefined) {
      number = this.search(insn, indexed, flags, fusedCc) ?? NONE;
      this.known.set(key, number);
    }
    return number === NONE ? undefined : number;
  }

  private search(insn: Insn, indexed: boolean, flags: boolean, fusedCc: number): number | undefined {
    const { numbers } = this;
    const key = coldKey(insn);
    const exact = numbers.get(hotKey(key, { indexed, flags, fusedCc }));
    if (exact !== undefined || fusedCc >= 0) return exact;
    const flagged = flags ? undefined : numbers.get(hotKey(key, { indexed, flags: true, fusedCc }));
    const number = flagged ?? numbers.get(coldName(key));
    if (number === undefined) throw new Error(`no handler for ${key}`);
    return number;
  }

  private key(insn: Insn, indexed: boolean, flags: boolean, fusedCc: number): number {
    let key = insn.spec.id * 2 + (insn.opSize === 2 ? 1 : 0);
    key = key * 2 + (insn.addrSize === 2 ? 1 : 0);
    key = key * 3 + (insn.rep === "" ? 0 : insn.rep === "rep" ? 1 : 2);
    key = key * 2 + (insn.hasMemory ? 1 : 0);
    key = key * 2 + (insn.checked ? 1 : 0);
    key = key * 2 + (indexed ? 1 : 0);
    key = key * 2 + (flags ? 1 : 0);
    return key * 17 + fusedCc + 1;
  }
}
