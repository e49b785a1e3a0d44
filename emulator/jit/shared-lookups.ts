import { Gpr } from "../base/arch";
import { TlbKind } from "../base/layout";
import type { Code } from "../base/wasm/code";
import * as x from "../base/wasm/expr";
import type { Expr, Var } from "../base/wasm/expr";
import { keep } from "../base/wasm/statements";
import { pageSlot } from "../cpu/tier0/tlb-slot";
import type { Insn } from "../isa/insn";

/** From how many accesses on a shared look-up is worth its price. */
const FEWEST = 3;
/** How many bytes the accesses of a look-up may span. A wider range would often cross the end of a page. */
const MOST_SPAN = 256;
const PAGE_BYTES = 0x1000;
const WORD = 4;

/** Which of an instruction's accesses: that of its memory operand, or that of the stack pointer (PUSH, POP, CALL, RET). */
export type AccessOf = "operand" | "stack";

interface Access {
  insn: Insn;
  of: AccessOf;
  base: Gpr;
  /** The distances of its first byte and of the one after its last from the base, from ESP as it was at the block's start. */
  first: number;
  end: number;
  writes: boolean;
}

/**
 * Accesses of a block at constant distances from a register that does not change from the first to the last of them, or
 * from ESP while only constants are added to it.
 */
interface Group {
  base: Gpr;
  accesses: Access[];
  /** How far ESP has moved since the block's start when the group begins; 0 for other registers. */
  moved: number;
  /** The distances of the first byte and of the one after the last. */
  first: number;
  end: number;
  writes: boolean;
}

/**
 * Where an access finds its byte: at `offset` from `host`, an address in the machine's memory. If `host` is 0, the
 * look-up found nothing.
 */
export interface SharedHost {
  host: Var;
  offset: number;
}

/** Instructions that write only their first operand, where that is a register. */
const PLAIN = new Set([
  ..."mov add sub and or xor adc sbb inc dec neg not shl shr sar rol ror rcl rcr shld shrd lea movzx movsx setcc cmov".split(
    " ",
  ),
  ..."imul2 imul3 bswap cmp test bt bts btr btc bsf bsr jcc jmp nop clc stc cmc cld std".split(" "),
]);
/** Instructions that only read their memory operand. */
const READERS = new Set(
  "cmp test bt push callind jmpind mul imul1 imul2 imul3 div idiv movzx movsx cmov bsf bsr".split(" "),
);

/**
 * One TLB look-up for several accesses of a block, above all to a stack frame. It comes before the first of them, and
 * each of them then tests only its outcome. This is sound because nothing inside a block changes what a page is mapped
 * to.
 */
export class SharedLookups {
  private readonly starts = new Map<Insn, Group[]>();
  private readonly shared: Record<AccessOf, Map<Insn, { group: Group; offset: number }>> = {
    operand: new Map(),
    stack: new Map(),
  };
  private readonly hosts = new Map<Group, Var>();

  /** @param tlb the addresses of the data TLBs that the mode uses */
  constructor(
    private readonly c: Code,
    private readonly read: (reg: Gpr) => Expr,
    private readonly tlb: { read: number; write: number },
  ) {}

  beginBlock(insns: readonly Insn[]): void {
    for (const group of new Grouping(insns).groups()) {
      const { insn } = group.accesses[0];
      this.starts.set(insn, [...(this.starts.get(insn) ?? []), group]);
      for (const access of group.accesses)
        this.shared[access.of].set(access.insn, { group, offset: access.first - group.first });
    }
  }

  endBlock(): void {
    for (const { index } of this.hosts.values()) this.c.release(index);
    this.hosts.clear();
    this.starts.clear();
    this.shared.operand.clear();
    this.shared.stack.clear();
  }

  /** Makes the look-ups that begin with the instruction. */
  beginInsn(insn: Insn): void {
    for (const group of this.starts.get(insn) ?? []) this.hosts.set(group, this.lookUp(group));
  }

  /** The shared look-up of one of the instruction's accesses, if it has one. */
  of(insn: Insn, access: AccessOf): SharedHost | undefined {
    const shared = this.shared[access].get(insn);
    const host = shared && this.hosts.get(shared.group);
    return host && { host, offset: shared.offset };
  }

  private lookUp({ base, moved, first, end, writes }: Group): Var {
    const { c } = this;
    const low = keep(c, x.add(this.read(base), x.k(first - moved)));
    const entry = keep(c, x.load32(pageSlot(low), writes ? this.tlb.write : this.tlb.read));
    const fits = x.leU(x.and(low, x.k(PAGE_BYTES - 1)), x.k(PAGE_BYTES - (end - first)));
    const host = keep(
      c,
      x.select(x.and(x.and(entry, x.k(TlbKind.Plain)), fits), x.sub(x.add(low, entry), x.k(TlbKind.Plain)), x.k(0)),
    );
    c.release(low.index);
    c.release(entry.index);
    return host;
  }
}

/** Goes through a block once, and gathers its accesses into groups. */
class Grouping {
  private readonly found: Group[] = [];
  private readonly open = new Map<Gpr, Group>();
  /** How far ESP has moved since the block's start, as far as that is known. */
  private moved = 0;

  constructor(private readonly insns: readonly Insn[]) {}

  groups(): Group[] {
    for (const insn of this.insns) {
      for (const access of [operandAccess(insn, this.moved), stackAccess(insn, this.moved)])
        if (access) this.add(access);
      this.pass(insn);
    }
    return this.found.filter(({ accesses }) => accesses.length >= FEWEST);
  }

  private add(access: Access): void {
    const { base, first, end, writes } = access;
    const group = this.open.get(base);
    if (group && widen(group, access)) return;
    const moved = base === Gpr.Esp ? this.moved : 0;
    const made = { base, moved, accesses: [access], first, end, writes };
    this.found.push(made);
    this.open.set(base, made);
  }

  /** Ends the groups of the registers that the instruction changes. */
  private pass(insn: Insn): void {
    const by = stackMove(insn);
    const [to] = insn.operands;
    if (by === undefined && !PLAIN.has(insn.mnemonic)) return this.open.clear();
    this.moved += by ?? 0;
    const isKept = insn.mnemonic === "push" || to?.kind !== "r" || (by !== undefined && insn.mnemonic !== "pop");
    if (!isKept) this.open.delete(to.size === 1 ? to.reg & 3 : to.reg);
  }
}

function widen(group: Group, access: Access): boolean {
  const [first, end] = [Math.min(group.first, access.first), Math.max(group.end, access.end)];
  if (end - first > MOST_SPAN) return false;
  group.accesses.push(access);
  Object.assign(group, { first, end, writes: group.writes || access.writes });
  return true;
}

/** The access of the memory operand, if it is at a constant distance from a register. */
function operandAccess(insn: Insn, moved: number): Access | undefined {
  const { base, index, disp } = insn.mem;
  const at = insn.operands.findIndex(({ kind }) => kind === "m");
  if (at < 0 || insn.checked || insn.addrSize !== WORD || base < 0 || index >= 0) return undefined;
  if (!(PLAIN.has(insn.mnemonic) || READERS.has(insn.mnemonic)) || insn.mnemonic === "lea" || insn.mnemonic === "nop")
    return undefined;
  const first = base === (Gpr.Esp as number) ? disp + moved : disp;
  const writes = at === 0 && !READERS.has(insn.mnemonic);
  return { insn, of: "operand", base: base as Gpr, first, end: first + insn.operands[at].size, writes };
}

/** The access of PUSH, POP into a register, CALL and RET to the stack, if that is flat. */
function stackAccess(insn: Insn, moved: number): Access | undefined {
  const { mnemonic, opSize, operands } = insn;
  if (insn.checked) return undefined;
  const writes = mnemonic === "push" || mnemonic === "call" || mnemonic === "callind";
  const reads = (mnemonic === "pop" && operands[0].kind === "r") || mnemonic === "ret";
  if (!writes && !reads) return undefined;
  const first = writes ? moved - opSize : moved;
  return { insn, of: "stack", base: Gpr.Esp, first, end: first + opSize, writes };
}

/** By how much an instruction moves a flat stack's ESP, where it changes nothing else but a register that is popped. */
function stackMove(insn: Insn): number | undefined {
  const { mnemonic, opSize, operands, mem } = insn;
  const [to, from] = operands;
  const isEsp = to?.kind === "r" && to.size === WORD && to.reg === (Gpr.Esp as number);
  if (insn.checked) return undefined;
  if (mnemonic === "push") return -opSize;
  if (mnemonic === "pop") return to.kind === "r" && to.reg !== (Gpr.Esp as number) ? opSize : undefined;
  if (!isEsp) return undefined;
  if (mnemonic === "add" && from.kind === "i") return insn.imm;
  if (mnemonic === "sub" && from.kind === "i") return -insn.imm;
  return mnemonic === "lea" && insn.addrSize === WORD && mem.base === (Gpr.Esp as number) && mem.index < 0
    ? mem.disp
    : undefined;
}
