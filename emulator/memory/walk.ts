import { Cr0, Cr4, Efer, Pte } from "../base/arch";
import { S } from "../base/layout";

/** What a walk is for. The bits are those of the page-fault error code (PfError W, U and I). */
export const enum Access {
  Read = 0,
  Write = 1 << 1,
  User = 1 << 2,
  Fetch = 1 << 4,
}

/** Bits 36-62 of a PAE entry are reserved (MAXPHYADDR is 36); in the high dword. */
const PAE_RESERVED_HIGH = 0x7ffffff0;
/** Bit 63, in the high dword. */
const PAE_NX = 1 << 31;
/** Bits 13-20 of a PAE entry for a 2 MiB page. */
const PAE_RESERVED_LARGE = 0x001fe000;
/** Bits 17-21 of an entry for a 4 MiB page (PSE-36: bits 13-16 are address bits 32-35). */
const PSE_RESERVED_LARGE = 0x003e0000;
/** Bits 1-2 and 5-8 of a PDPTE. */
export const PDPTE_RESERVED = 0x000001e6;

/** From Access.Write (bit 1) to Pte.D (bit 6). */
const DIRTY_FROM_WRITE = 5;

/**
 * 32-bit words and operations on them. They are numbers, and computed at once; or generated code, and computed when it
 * runs.
 */
export interface Words<W> {
  k(value: number): W;
  and(a: W, b: W): W;
  or(a: W, b: W): W;
  shl(a: W, bits: number): W;
  shr(a: W, bits: number): W;
  /** Conditions are 0 or 1. */
  eqz(a: W): W;
  ne(a: W, b: W): W;
  gtU(a: W, b: W): W;
  /** A word of the processor's state. */
  state(at: S): W;
  /** Keeps the value for more than one use. */
  keep(value: W): W;
  /** Does one of two things. */
  if(condition: W, then: () => void, otherwise: () => void): void;
}

/** A table entry that a walk has read. */
export interface Entry<W> {
  /** 3 = PDPTE (PAE), 2 = PDE, 1 = PTE. */
  readonly level: 1 | 2 | 3;
  /** Whether the entry has 8 bytes (PAE) and not 4. */
  readonly isWide: boolean;
  readonly low: W;
  /** The high dword; 0 in an entry of 4 bytes. */
  readonly high: W;
}

/** A page that the access may use. */
export interface Page<W, E> {
  /** The physical page (physical address >>> 12), 24 bits. */
  frame: W;
  /** The entry that maps the page; undefined without paging. */
  entry: E | undefined;
  /** The low dword that the entry must get: A is set, and D for a write. */
  marked: W;
  /** The directory entry above it, in which A must be set; undefined for a large page. */
  above: E | undefined;
  isLarge: boolean;
  /** 0 or 1. */
  global: W;
  /** 0 or 1: whether a write with the same U/S would succeed and the dirty bit is set. */
  writable: W;
  /** R/W and U/S of all levels combined, at their places in an entry. */
  rights: W;
}

/** The maker of a walk. It reads the entries, and one of the three ends happens. */
export interface Walker<W, E extends Entry<W> = Entry<W>> extends Words<W> {
  readonly linear: W;
  /** Access bits. */
  readonly access: W;
  /** Whether `access` may include Access.Fetch. */
  readonly fetches: boolean;
  /** The entry `index` of the table that CR3, or an entry above, points to. */
  entry(level: 1 | 2, above: E | undefined, index: W): E;
  /** The PDPTE `index` among those that the processor has loaded (vol. 3A, 4.4.1). */
  pdpte(index: W): E;
  /** Goes on with `then` where none of the entry's reserved bits is set. */
  needClear(entry: E, low: number, high: W, then: () => void): void;
  /** Ends a walk that has found no page. `cause` is PfError.P, or 0. */
  fault(cause: W): void;
  found(page: Page<W, E>): void;
}

/**
 * The page walk (vol. 3A, chapter 4), for everything that makes one: 32-bit paging with 4 MiB pages, PAE paging with 2
 * MiB pages, or no paging. It writes nothing. The caller who has found the page sets A and D, so an access that faults
 * never does.
 */
export function describeWalk<W, E extends Entry<W>>(w: Walker<W, E>): void {
  w.if(
    w.and(w.state(S.Cr0), w.k(Cr0.Pg)),
    () => {
      w.if(
        w.and(w.state(S.Cr4), w.k(Cr4.Pae)),
        () => walkPae(w),
        () => walk32(w),
      );
    },
    () => unpaged(w),
  );
}

function unpaged<W, E extends Entry<W>>(w: Walker<W, E>): void {
  const none = w.k(0);
  w.found({
    frame: w.shr(w.linear, 12),
    entry: undefined,
    marked: none,
    above: undefined,
    isLarge: false,
    global: none,
    writable: w.k(1),
    rights: w.k(Pte.Rw | Pte.Us),
  });
}

function walk32<W, E extends Entry<W>>(w: Walker<W, E>): void {
  const pde = w.entry(2, undefined, w.shr(w.linear, 22));
  const isLarge = w.and(w.and(pde.low, w.k(Pte.Ps)), w.shl(w.and(w.state(S.Cr4), w.k(Cr4.Pse)), PS_FROM_PSE));
  present(w, pde, () => {
    w.if(
      isLarge,
      () =>
        w.needClear(pde, PSE_RESERVED_LARGE, w.k(0), () => {
          const high = w.shl(w.and(w.shr(pde.low, 13), w.k(0xf)), 20);
          const inPage = w.and(w.shr(w.linear, 12), w.k(0x3ff));
          maps(w, pde, undefined, w.or(high, w.or(w.shl(w.shr(pde.low, 22), 10), inPage)));
        }),
      () => {
        const pte = w.entry(1, pde, w.and(w.shr(w.linear, 12), w.k(0x3ff)));
        present(w, pte, () => maps(w, pte, pde, w.shr(pte.low, 12)));
      },
    );
  });
}

/** From CR4.PSE (bit 4) to an entry's PS (bit 7). */
const PS_FROM_PSE = 3;

function walkPae<W, E extends Entry<W>>(w: Walker<W, E>): void {
  const pdpte = w.pdpte(w.shr(w.linear, 30));
  present(w, pdpte, () => {
    const pde = w.entry(2, pdpte, w.and(w.shr(w.linear, 21), w.k(0x1ff)));
    presentPae(w, pde, () => {
      w.if(
        w.and(pde.low, w.k(Pte.Ps)),
        () =>
          w.needClear(pde, PAE_RESERVED_LARGE, w.k(0), () => {
            const inPage = w.and(w.shr(w.linear, 12), w.k(0x1ff));
            maps(w, pde, undefined, w.or(highFrame(w, pde), w.or(w.shl(w.shr(pde.low, 21), 9), inPage)));
          }),
        () => {
          const pte = w.entry(1, pde, w.and(w.shr(w.linear, 12), w.k(0x1ff)));
          presentPae(w, pte, () => maps(w, pte, pde, w.or(highFrame(w, pte), w.shr(pte.low, 12))));
        },
      );
    });
  });
}

/** Bits 32-35 of the address in a PAE entry, as part of a frame number. */
const highFrame = <W>(w: Words<W>, { high }: Entry<W>): W => w.shl(w.and(high, w.k(0xf)), 20);

function present<W, E extends Entry<W>>(w: Walker<W, E>, entry: E, then: () => void): void {
  w.if(w.and(entry.low, w.k(Pte.P)), then, () => w.fault(w.k(0)));
}

/** NX is reserved where EFER.NXE is not set. */
function presentPae<W, E extends Entry<W>>(w: Walker<W, E>, entry: E, then: () => void): void {
  present(w, entry, () => {
    const nx = w.shl(w.eqz(w.and(w.state(S.Efer), w.k(Efer.Nxe))), 31);
    w.needClear(entry, 0, w.or(w.k(PAE_RESERVED_HIGH), nx), then);
  });
}

/** Combines the rights of all levels (vol. 3A, 4.6), and decides whether they allow the access. */
function maps<W, E extends Entry<W>>(w: Walker<W, E>, entry: E, above: E | undefined, frame: W): void {
  const rights = w.keep(above ? w.and(entry.low, above.low) : entry.low);
  const bound = w.or(w.and(w.access, w.k(Access.User)), w.and(w.state(S.Cr0), w.k(Cr0.Wp)));
  const mayNotWrite = w.keep(w.and(w.eqz(w.and(rights, w.k(Pte.Rw))), w.ne(bound, w.k(0))));
  const writes = w.and(w.shr(w.access, 1), w.k(1));
  const isForbidden = w.gtU(w.and(w.access, w.k(Access.User)), w.and(rights, w.k(Pte.Us)));
  const noFetch = w.fetches ? isNoFetch(w, entry, above) : w.k(0);
  w.if(
    w.or(w.or(w.and(mayNotWrite, writes), isForbidden), noFetch),
    () => w.fault(w.k(Pte.P)),
    () => {
      const dirty = w.shl(w.and(w.access, w.k(Access.Write)), DIRTY_FROM_WRITE);
      const marked = w.keep(w.or(entry.low, w.or(dirty, w.k(Pte.A))));
      const global = w.and(w.and(w.shr(entry.low, 8), w.shr(w.state(S.Cr4), 7)), w.k(1));
      const writable = w.and(w.eqz(mayNotWrite), w.shr(w.and(marked, w.k(Pte.D)), 6));
      w.found({ frame, entry, marked, above, isLarge: above === undefined, global, writable, rights });
    },
  );
}

function isNoFetch<W>(w: Walker<W>, entry: Entry<W>, above: Entry<W> | undefined): W {
  if (!entry.isWide) return w.k(0);
  const high = above ? w.or(entry.high, above.high) : entry.high;
  return w.and(w.ne(w.and(high, w.k(PAE_NX)), w.k(0)), w.and(w.shr(w.access, 4), w.k(1)));
}
