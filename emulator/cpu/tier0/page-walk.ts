import { Cr0, Cr4, Efer, Pte } from "../../base/arch";
import { CODE_PAGES, RAM, S, WRITTEN_PAGES } from "../../base/layout";
import { type Code, type Label, Op } from "../../base/wasm/code";
import * as x from "../../base/wasm/expr";
import type { Expr, Var } from "../../base/wasm/expr";
import { keep, local, set, store32 } from "../../base/wasm/statements";
import { Access, PAE_NX, PAE_RESERVED_LARGE, PSE_RESERVED_LARGE } from "../../memory/paging";

/** What a walk has found; nothing is written yet. */
export interface Found {
  /** Physical page, in RAM. */
  frame: Var;
  large: Var;
  global: Var;
  /** As Paging.writable: what a write entry of the TLB needs. */
  writable: Var;
}

/** Where a walk goes that finds no page for the access. */
export interface WalkExits {
  /** For memory/paging.ts to say what comes of it. */
  refused: Label;
  /** The page-fault error code, P and what the access is; leaves the function. */
  fault(code: Expr): void;
}

/** One entry of a table in RAM. */
interface Entry {
  /** Its address in this memory. */
  at: Var;
  low: Var;
}

/**
 * The page walk of memory/paging.ts as generated code, which must agree with it
 * to the last bit, for tables and pages in RAM: `find` looks, `mark` sets
 * accessed and dirty bits. Reserved bits and table entries among code are refused.
 */
export class PageWalk {
  /** The entry that maps the page, and where it stands; 0 without paging. */
  private readonly entry: Var;
  private readonly entryAt: Var;
  /** The entry above it, and where it stands; 0 for a large page. */
  private readonly directory: Var;
  private readonly directoryAt: Var;
  private readonly rights: Var;
  private readonly noExecute: Var;
  private readonly marked: Var;
  private readonly found: Found;

  /** @param access Access bits; @param fetches whether Access.Fetch is among them */
  constructor(
    private readonly c: Code,
    private readonly linear: Var,
    private readonly access: Var,
    private readonly fetches: boolean,
    private readonly exits: WalkExits,
  ) {
    this.entry = local(c);
    this.entryAt = local(c);
    this.directory = local(c);
    this.directoryAt = local(c);
    this.rights = local(c);
    this.noExecute = local(c);
    this.marked = local(c);
    this.found = { frame: local(c), large: local(c), global: local(c), writable: local(c) };
  }

  find(): Found {
    const { c, found } = this;
    this.if(
      x.and(x.word(S.Cr0), x.k(Cr0.Pg)),
      () => {
        this.if(
          x.and(x.word(S.Cr4), x.k(Cr4.Pae)),
          () => this.findPae(),
          () => this.find32(),
        );
        this.finish();
      },
      () => {
        set(c, found.frame, x.shr(this.linear, x.k(12)));
        set(c, found.writable, x.k(1));
      },
    );
    this.refuseIf(x.geU(found.frame, x.shr(ramBytes(), x.k(12))));
    return found;
  }

  /** Sets A, and D for a write. Nothing may be refused behind it. */
  mark(): void {
    const { c, entry, entryAt, directory, directoryAt, marked } = this;
    this.if(entryAt, () => {
      const old = keep(c, x.and(x.ne(directoryAt, x.k(0)), x.eqz(x.and(directory, x.k(Pte.A)))));
      const isNew = keep(c, x.ne(marked, entry));
      this.refuseIf(x.choose(old, isCode(directoryAt), x.k(0)));
      this.refuseIf(x.choose(isNew, isCode(entryAt), x.k(0)));
      this.if(old, () => {
        store32(c, directoryAt, x.or(directory, x.k(Pte.A)));
        noteWritten(c, frameAt(directoryAt));
      });
      this.if(isNew, () => {
        store32(c, entryAt, marked);
        noteWritten(c, frameAt(entryAt));
      });
    });
  }

  // ---- the two formats

  private find32(): void {
    const { c, linear, found } = this;
    const slot = x.and(x.shr(linear, x.k(20)), x.k(0xffc));
    const pde = this.read(x.add(x.and(x.word(S.Cr3), x.k(0xfffff000)), slot));
    this.if(
      x.and(x.and(pde.low, x.k(Pte.Ps)), x.shl(x.and(x.word(S.Cr4), x.k(Cr4.Pse)), x.k(3))),
      () => {
        this.refuseIf(x.and(pde.low, x.k(PSE_RESERVED_LARGE)));
        this.leadsTo(pde, pde.low);
        set(c, found.large, x.k(1));
        const high = x.shl(x.and(x.shr(pde.low, x.k(13)), x.k(0xf)), x.k(20));
        const page = x.or(x.shl(x.shr(pde.low, x.k(22)), x.k(10)), x.and(x.shr(linear, x.k(12)), x.k(0x3ff)));
        set(c, found.frame, x.or(high, page));
      },
      () => {
        const pte = this.read(x.add(x.and(pde.low, x.k(0xfffff000)), x.and(x.shr(linear, x.k(10)), x.k(0xffc))));
        this.goesThrough(pde);
        this.leadsTo(pte, x.and(pde.low, pte.low));
        set(c, found.frame, x.shr(pte.low, x.k(12)));
      },
    );
  }

  private findPae(): void {
    const { c, linear, found } = this;
    const pdpte = keep(c, x.shl(x.shr(linear, x.k(30)), x.k(3)));
    const directory = keep(c, x.load32(pdpte, S.Pdpte));
    this.needPresent(directory);
    this.refuseIf(x.load32(pdpte, S.Pdpte + 4));
    const pde = this.read(x.add(x.and(directory, x.k(0xfffff000)), x.and(x.shr(linear, x.k(18)), x.k(0xff8))));
    const pdeHigh = this.high(pde);
    this.if(
      x.and(pde.low, x.k(Pte.Ps)),
      () => {
        this.refuseIf(x.and(pde.low, x.k(PAE_RESERVED_LARGE)));
        this.leadsTo(pde, pde.low);
        set(c, this.noExecute, pdeHigh);
        set(c, found.large, x.k(1));
        set(c, found.frame, x.or(x.shl(x.shr(pde.low, x.k(21)), x.k(9)), x.and(x.shr(linear, x.k(12)), x.k(0x1ff))));
      },
      () => {
        const pte = this.read(x.add(x.and(pde.low, x.k(0xfffff000)), x.and(x.shr(linear, x.k(9)), x.k(0xff8))));
        const pteHigh = this.high(pte);
        this.goesThrough(pde);
        this.leadsTo(pte, x.and(pde.low, pte.low));
        set(c, this.noExecute, x.or(pdeHigh, pteHigh));
        set(c, found.frame, x.shr(pte.low, x.k(12)));
      },
    );
  }

  /** The high dword of a PAE entry: no more than the bit NX, and that under EFER.NXE; the rest is reserved or beyond RAM. */
  private high({ at }: Entry): Var {
    const high = keep(this.c, x.load32(at, 4));
    const nx = x.shl(x.and(x.word(S.Efer), x.k(Efer.Nxe)), x.k(NX_FROM_NXE));
    this.refuseIf(x.and(high, x.not(nx)));
    return high;
  }

  // ---- entries

  /** The low dword of an entry at a physical address; a fault when it is not present. */
  private read(physical: Expr): Entry {
    const { c } = this;
    const at = keep(c, physical);
    this.refuseIf(x.geU(at, ramBytes()));
    set(c, at, x.add(at, x.k(RAM)));
    const low = keep(c, x.load32(at));
    this.needPresent(low);
    return { at, low };
  }

  private needPresent(entry: Var): void {
    this.if(x.eqz(x.and(entry, x.k(Pte.P))), () => this.fault(x.k(0)));
  }

  private goesThrough({ at, low }: Entry): void {
    set(this.c, this.directoryAt, at);
    set(this.c, this.directory, low);
  }

  private leadsTo({ at, low }: Entry, rights: Expr): void {
    set(this.c, this.entryAt, at);
    set(this.c, this.entry, low);
    set(this.c, this.rights, rights);
  }

  // ---- rights

  /** Paging.denies and Paging.finish, but for the marks. */
  private finish(): void {
    const { c, access, entry, marked, rights, found } = this;
    const readOnly = keep(c, x.eqz(x.and(rights, x.k(Pte.Rw))));
    const bound = x.or(x.and(access, x.k(Access.User)), x.and(x.word(S.Cr0), x.k(Cr0.Wp)));
    const mayNotWrite = keep(c, x.and(readOnly, x.ne(bound, x.k(0))));
    const writes = x.and(x.shr(access, x.k(1)), x.k(1));
    const noUser = x.gtU(x.and(access, x.k(Access.User)), x.and(rights, x.k(Pte.Us)));
    this.if(x.or(x.and(mayNotWrite, writes), noUser), () => this.fault(x.k(Pte.P)));
    if (this.fetches) this.if(x.and(this.noExecute, x.k(PAE_NX)), () => this.fault(x.k(Pte.P)));
    const dirty = x.shl(x.and(access, x.k(Access.Write)), x.k(DIRTY_FROM_WRITE));
    set(c, marked, x.or(entry, x.or(dirty, x.k(Pte.A))));
    const pge = x.and(x.shr(entry, x.k(8)), x.shr(x.word(S.Cr4), x.k(7)));
    set(c, found.global, x.and(pge, x.k(1)));
    set(c, found.writable, x.and(x.eqz(mayNotWrite), x.shr(x.and(marked, x.k(Pte.D)), x.k(6))));
  }

  // ---- statements

  /** The I bit of the error code is TypeScript's: fetches that fault are refused. */
  private fault(cause: Expr): void {
    this.exits.fault(x.or(this.access, cause));
  }

  private refuseIf(condition: Expr): void {
    condition(this.c);
    this.c.brIf(this.exits.refused);
  }

  private if(condition: Expr, then: () => void, otherwise?: () => void): void {
    const { c } = this;
    condition(c);
    c.if();
    then();
    if (otherwise) {
      c.else();
      otherwise();
    }
    c.end();
  }
}

/** From EFER.NXE (bit 11) to an entry's NX (bit 31 of its high dword). */
const NX_FROM_NXE = 20;
/** From Access.Write (bit 1) to Pte.D (bit 6). */
const DIRTY_FROM_WRITE = 5;

const ramBytes = (): Expr => x.sub(x.word(S.RamEnd), x.k(RAM));

/** Whether code was made from the page of an address in this memory. */
const isCode = (at: Expr): Expr => codePage(frameAt(at));

/** The physical page of an address in this memory. */
export const frameAt = (at: Expr): Expr => x.shr(x.sub(at, x.k(RAM)), x.k(12));

/** WrittenPages.note. */
export function noteWritten(c: Code, frame: Expr): void {
  frame(c);
  c.i32(1);
  c.memory(Op.I32Store8, WRITTEN_PAGES);
}

/** Not 0 where code was made from a physical page. */
export const codePage = (frame: Expr): Expr => x.load8(frame, CODE_PAGES);
