import type { Insn } from "../../isa/insn";
import { handlerOf } from "./catalogue";

const NONE = -0x80000000;

/** `handlerOf` without its strings: remembers the answer for each encoding and variant. */
export class HandlerCache {
  private readonly known = new Map<number, number>();

  /** The handler's number (catalogue.ts), or undefined where a fused one does not exist. */
  find(insn: Insn, flags: boolean, fusedCc: number): number | undefined {
    const indexed = !insn.checked && insn.mem.index >= 0;
    const variant = { indexed, flags, fusedCc };
    if (insn.mnemonic !== insn.spec.mnemonic) return handlerOf(insn, variant);
    const key = this.key(insn, indexed, flags, fusedCc);
    let number = this.known.get(key);
    if (number === undefined) {
      number = handlerOf(insn, variant) ?? NONE;
      this.known.set(key, number);
    }
    return number === NONE ? undefined : number;
  }

  private key(insn: Insn, indexed: boolean, flags: boolean, fusedCc: number): number {
    let key = insn.spec.id * 2 + (insn.opSize === 2 ? 1 : 0);
    key = key * 2 + (insn.addrSize === 2 ? 1 : 0);
    key = key * 3 + (insn.rep === "" ? 0 : insn.rep === "rep" ? 1 : 2);
    key = key * 2 + (insn.operands.some((o) => o.kind === "m") ? 1 : 0);
    key = key * 2 + (insn.checked ? 1 : 0);
    key = key * 2 + (indexed ? 1 : 0);
    key = key * 2 + (flags ? 1 : 0);
    return key * 17 + fusedCc + 1;
  }
}
