/** The batch file and its results, as test/differential/native/batch.h lays them out. Addresses are linear. */

export const CODE_BASE = 0x20000000;
export const CODE_MAX = 0x00200000;
/** Read-write; the page below it is not there. */
export const WINDOW_BASE = 0x20400000;
export const WINDOW_BYTES = 0x2000;
/** Directly above the window; the page above it is not there. */
export const READ_ONLY_BASE = WINDOW_BASE + WINDOW_BYTES;
export const READ_ONLY_BYTES = 0x1000;
export const PATCH_BYTES = 16;

/** Selectors of the flat segments of a 32-bit program on 64-bit Linux. */
export const FLAT_CS = 0x23;
export const FLAT_DS = 0x2b;

const MAGIC = 0x31424452;
const HEADER_WORDS = 4;
const LDT_WORDS = 4;
const CASE_WORDS = 23;
const RESULT_WORDS = 17;

/** Bytes of the window that a case starts with. */
export interface Patch {
  /** Offset in the window. */
  at: number;
  bytes: Uint8Array;
}

export interface Selectors {
  ds: number;
  es: number;
  fs: number;
  gs: number;
  cs: number;
  ss: number;
}

export const FLAT: Readonly<Selectors> = { ds: FLAT_DS, es: FLAT_DS, fs: 0, gs: 0, cs: FLAT_CS, ss: FLAT_DS };

/** Everything a case starts from. */
export interface Case {
  /** Index of its code in the batch's `codes`. */
  code: number;
  /** ModRM order. */
  gpr: number[];
  eflags: number;
  selectors: Selectors;
  /** At most two, each of PATCH_BYTES bytes. */
  patches: Patch[];
}

/** A descriptor of the LDT, in modify_ldt's terms. */
export interface LdtEntry {
  base: number;
  limit: number;
  /** user_desc's bits: seg_32bit, contents, read_exec_only, limit_in_pages, seg_not_present, useable. */
  bits: number;
}

export interface Batch {
  /** Pieces of code: one instruction or several. INT3 stands after and before each. */
  codes: Uint8Array[];
  /** Linear address of each code. */
  addresses: number[];
  cases: Case[];
  /** What the window and the read-only page hold at first. */
  window: Uint8Array;
  readOnly: Uint8Array;
  ldt: readonly LdtEntry[];
  /** Which case of a larger batch the first one was: the emulator runs some cases in steps, by their number. */
  first?: number;
}

/** How a case ended. */
export interface Outcome {
  gpr: number[];
  eip: number;
  eflags: number;
  selectors: Selectors;
  /** The exception that ended it; Vector.Bp at the INT3 after its code. */
  vector: number;
  errorCode: number;
  cr2: number;
  /** Of the words of the window that differ from its first bytes: see windowDigest. */
  digest: number;
  /** The emulator broke down with this message. */
  thrown?: string;
}

/** INT3s before and after each code: enough for short branches to land on. */
const CODE_GAP = 32;

/** Linear addresses of codes laid out one after the other from CODE_BASE, at any alignment. */
export function placeCodes(codes: readonly Uint8Array[]): number[] {
  let at = CODE_BASE + CODE_GAP;
  return codes.map((bytes) => {
    const address = at;
    at += bytes.length + CODE_GAP;
    if (at - CODE_BASE > CODE_MAX) throw new RangeError("too much code for one batch");
    return address;
  });
}

/** The whole code area: INT3 stands wherever no code does. */
export function codeArea({ codes, addresses }: Batch): Uint8Array {
  const area = new Uint8Array(CODE_MAX).fill(0xcc);
  codes.forEach((bytes, n) => {
    area.set(bytes, (addresses[n] ?? CODE_BASE) - CODE_BASE);
  });
  return area;
}

const pair = (low: number, high: number): number => (low & 0xffff) | (high << 16);

function writeCase(words: Int32Array, bytes: Uint8Array, at: number, test: Case, eip: number): void {
  for (let n = 0; n < 8; n++) words[at + n] = test.gpr[n] ?? 0;
  const { ds, es, fs, gs, cs, ss } = test.selectors;
  words.set([eip, test.eflags, pair(ds, es), pair(fs, gs), pair(cs, ss)], at + 8);
  for (let n = 0; n < 2; n++) {
    const word = at + 13 + n * 5;
    const patch = test.patches[n];
    if (patch) {
      words[word] = patch.at;
      bytes.set(patch.bytes, (word + 1) * 4);
    } else {
      // A patch with the same bytes as another, or as the window, changes nothing.
      const same = test.patches[0];
      words[word] = same ? same.at : 0;
      bytes.set(same ? same.bytes : bytes.subarray(windowAt, windowAt + PATCH_BYTES), (word + 1) * 4);
    }
  }
}

/** Byte offset of the window in the file under construction. */
let windowAt = 0;

/** The batch file's bytes. */
export function encodeBatch(batch: Batch): Uint8Array {
  const area = codeArea(batch);
  const headerBytes = (HEADER_WORDS + batch.ldt.length * LDT_WORDS) * 4;
  windowAt = headerBytes + area.length;
  const casesAt = windowAt + WINDOW_BYTES + READ_ONLY_BYTES;
  const words = new Int32Array(casesAt / 4 + batch.cases.length * CASE_WORDS);
  const bytes = new Uint8Array(words.buffer);
  words.set([MAGIC, batch.cases.length, area.length, batch.ldt.length]);
  batch.ldt.forEach(({ base, limit, bits }, n) => {
    words.set([n, base, limit, bits], HEADER_WORDS + n * LDT_WORDS);
  });
  bytes.set(area, headerBytes);
  bytes.set(batch.window, windowAt);
  bytes.set(batch.readOnly, windowAt + WINDOW_BYTES);
  batch.cases.forEach((test, n) => {
    writeCase(words, bytes, casesAt / 4 + n * CASE_WORDS, test, batch.addresses[test.code] ?? 0);
  });
  return bytes;
}

/** Size of the results file: a result for each case, then the window after the last case. */
export const resultsSize = (cases: number): number => cases * RESULT_WORDS * 4 + WINDOW_BYTES;

export function decodeResults(bytes: Uint8Array, cases: number): { outcomes: Outcome[]; window: Uint8Array } {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (cases * RESULT_WORDS) | 0);
  const outcomes: Outcome[] = [];
  for (let n = 0; n < cases; n++) {
    const [eip = 0, eflags = 0, dsEs = 0, fsGs = 0, csSs = 0, vector = 0, errorCode = 0, cr2 = 0, digest = 0] =
      words.subarray(n * RESULT_WORDS + 8, (n + 1) * RESULT_WORDS);
    const gpr = Array.from(words.subarray(n * RESULT_WORDS, n * RESULT_WORDS + 8));
    const selectors = {
      ds: dsEs & 0xffff,
      es: dsEs >>> 16,
      fs: fsGs & 0xffff,
      gs: fsGs >>> 16,
      cs: csSs & 0xffff,
      ss: csSs >>> 16,
    };
    outcomes.push({ gpr, eip, eflags, selectors, vector, errorCode, cr2, digest });
  }
  return { outcomes, window: bytes.slice(cases * RESULT_WORDS * 4) };
}

/** Folds the changed words of the window and their places, in order. runner.c computes the same. */
export function windowDigest(now: Int32Array, before: Int32Array): number {
  let digest = 0;
  for (let n = 0; n < WINDOW_BYTES / 4; n++) {
    const word = now[n] as number;
    if (word === before[n]) continue;
    digest = (Math.imul(digest ^ word, 0x01000193) + n) | 0;
  }
  return digest >>> 0;
}

/** A case with all registers 0 and flat segments, to build others from. */
export function blankCase(code: number): Case {
  return { code, gpr: new Array<number>(8).fill(0), eflags: 2, selectors: { ...FLAT }, patches: [] };
}
