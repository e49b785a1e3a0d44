import type { Gpr } from "../base/arch";
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

/**
 * Accesses of a block at constant distances from a register that does not change from the first to the last of them.
 */
interface Group {
  base: Gpr;
  insns: Insn[];
  /** The displacements of the first byte and of the one after the last. */
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
  private readonly groups = new Map<Insn, Group>();
  private readonly hosts = new Map<Group, Var>();

  /** @param tlb the addresses of the data TLBs that the mode uses */
  constructor(
    private readonly c: Code,
    private readonly read: (reg: Gpr) => Expr,
    private readonly tlb: { read: number; write: number },
  ) {}

  beginBlock(insns: readonly Insn[]): void {
    for (const group of groupsOf(insns)) {
      const [first] = group.insns;
      this.starts.set(first, [...(this.starts.get(first) ?? []), group]);
      for (const insn of group.insns) this.groups.set(insn, group);
    }
  }

  endBlock(): void {
    for (const { index } of this.hosts.values()) this.c.release(index);
    this.hosts.clear();
    this.starts.clear();
    this.groups.clear();
  }

  /** Makes the look-ups that begin with the instruction. */
  beginInsn(insn: Insn): void {
    for (const group of this.starts.get(insn) ?? []) this.hosts.set(group, this.lookUp(group));
  }

  /** The shared look-up of the instruction's memory operand, if it has one. */
  of(insn: Insn): SharedHost | undefined {
    const group = this.groups.get(insn);
    const host = group && this.hosts.get(group);
    return group && host && { host, offset: insn.mem.disp - group.first };
  }

  private lookUp({ base, first, end, writes }: Group): Var {
    const { c } = this;
    const low = keep(c, x.add(this.read(base), x.k(first)));
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

function groupsOf(insns: readonly Insn[]): Group[] {
  const found: Group[] = [];
  const open = new Map<Gpr, Group>();
  for (const insn of insns) {
    const range = rangeOf(insn);
    if (range) {
      const group = open.get(insn.mem.base);
      if (!group || !widen(group, insn, range)) {
        const made = {
          base: insn.mem.base as Gpr,
          insns: [insn],
          first: range.first,
          end: range.end,
          writes: range.writes,
        };
        found.push(made);
        open.set(made.base, made);
      }
    }
    if (PLAIN.has(insn.mnemonic)) {
      const [to] = insn.operands;
      if (to?.kind === "r") open.delete(to.size === 1 ? to.reg & 3 : to.reg);
    } else open.clear();
  }
  return found.filter((group) => group.insns.length >= FEWEST);
}

function widen(group: Group, insn: Insn, range: { first: number; end: number; writes: boolean }): boolean {
  const [first, end] = [Math.min(group.first, range.first), Math.max(group.end, range.end)];
  if (end - first > MOST_SPAN) return false;
  group.insns.push(insn);
  Object.assign(group, { first, end, writes: group.writes || range.writes });
  return true;
}

/** The range that the memory operand covers, if it is at a constant distance from a register. */
function rangeOf(insn: Insn): { first: number; end: number; writes: boolean } | undefined {
  const { base, index, disp } = insn.mem;
  const at = insn.operands.findIndex(({ kind }) => kind === "m");
  if (at < 0 || insn.checked || insn.addrSize !== WORD || base < 0 || index >= 0) return undefined;
  if (!(PLAIN.has(insn.mnemonic) || READERS.has(insn.mnemonic)) || insn.mnemonic === "lea" || insn.mnemonic === "nop")
    return undefined;
  return { first: disp, end: disp + insn.operands[at].size, writes: at === 0 && !READERS.has(insn.mnemonic) };
}
