/** Damages a file: what a bad disk, a cut download or somebody with a hex editor does to it. */
import type { Rng } from "../differential/rng";

interface Range {
  start: number;
  end: number;
}

const EHDR = { bytes: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48 };
const SECTION = { offset: 16, size: 20, bytes: 40 };
/** Values at which counts, sizes, offsets and signs turn over. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** The file's header and its two tables come first among its parts. */
const TABLES = 3;

/** The headers, the tables and the sections of a sound ELF file. */
function partsOf(image: Buffer): Range[] {
  const [phoff, shoff] = [image.readUInt32LE(EHDR.phoff), image.readUInt32LE(EHDR.shoff)];
  const count = image.readUInt16LE(EHDR.shnum);
  const tables = [
    { start: 0, end: EHDR.bytes },
    { start: phoff, end: phoff + image.readUInt16LE(EHDR.phnum) * image.readUInt16LE(EHDR.phentsize) },
    { start: shoff, end: shoff + count * image.readUInt16LE(EHDR.shentsize) },
  ];
  const sections: Range[] = [];
  for (let n = 0; n < count; n++) {
    const header = shoff + n * SECTION.bytes;
    const start = image.readUInt32LE(header + SECTION.offset);
    const end = start + image.readUInt32LE(header + SECTION.size);
    if (end > start && end <= image.length) sections.push({ start, end });
  }
  return [...tables, ...sections];
}

class Damage {
  /** Where blows fall: half of the files keep sound headers, so that what lies deeper is read at all. */
  private readonly aims: readonly Range[];

  constructor(
    private readonly rng: Rng,
    private image: Buffer,
    private readonly parts: readonly Range[],
    private readonly others: readonly Buffer[],
  ) {
    this.aims = rng.oneIn(2) ? parts : parts.slice(TABLES);
  }

  /** One to four blows. */
  make(): Buffer {
    for (let n = 1 + this.rng.below(4); n > 0 && this.image.length > 0; n--) this.rng.pick(this.blows)();
    return this.image;
  }

  private readonly blows: readonly (() => void)[] = [
    () => this.flipBits(),
    () => this.flipBits(),
    () => this.writeEdge(),
    () => this.writeEdge(),
    () => this.writeEdge(),
    () => this.fill(),
    () => this.splice(),
    () => this.exchange(),
    () => this.shift(),
    () => (this.rng.oneIn(4) ? this.truncate() : this.flipBits()),
  ];

  /** A place in one of the parts, so that small ones are hit as often as large ones. */
  private place(room = 1): number {
    const { start, end } = this.rng.pick(this.aims);
    return Math.max(0, Math.min(start + this.rng.below(end - start), this.image.length - room));
  }

  private length(most: number): number {
    return Math.min(1 + this.rng.below(1 << this.rng.below(12)), most);
  }

  private flipBits(): void {
    for (let n = 1 << this.rng.below(7); n > 0; n--) {
      const at = this.place();
      this.image[at] = (this.image[at] ?? 0) ^ (1 << this.rng.below(8));
    }
  }

  private writeEdge(): void {
    const bytes = this.rng.pick([1, 2, 4, 4]);
    if (this.image.length < bytes) return;
    const value = this.rng.oneIn(4) ? this.image.length - 2 + this.rng.below(4) : this.rng.pick(EDGES);
    const at = this.place(bytes);
    this.image.writeUIntLE(value % 2 ** (8 * bytes), at, bytes);
  }

  /** 0x80 and 0xff make numbers in LEB128 that do not end. */
  private fill(): void {
    const at = this.place();
    this.image.fill(this.rng.pick([0, 0x80, 0xff, this.rng.below(256)]), at, at + this.length(this.image.length - at));
  }

  /** Bytes of this or another file over some of its own. */
  private splice(): void {
    const from = this.rng.oneIn(2) ? this.image : this.rng.pick(this.others);
    const start = this.rng.below(from.length);
    const piece = from.subarray(start, start + this.length(from.length - start));
    Buffer.from(piece).copy(this.image, this.place());
  }

  /** Two words of a table change places: offsets become sizes, types offsets. */
  private exchange(): void {
    const { start, end } = this.rng.pick(this.parts.slice(0, TABLES));
    if (end === start) return;
    const word = (): number => start + 4 * this.rng.below((end - start) >> 2);
    const [a, b] = [word(), word()];
    if (Math.max(a, b) + 4 > this.image.length) return;
    const kept = this.image.readUInt32LE(a);
    this.image.writeUInt32LE(this.image.readUInt32LE(b), a);
    this.image.writeUInt32LE(kept, b);
  }

  /** Some bytes too many or too few: all that follows lies elsewhere. */
  private shift(): void {
    const at = this.place();
    const count = this.length(64);
    const rest = this.rng.oneIn(2)
      ? this.image.subarray(at + count)
      : [Buffer.alloc(count, 0x41), this.image.subarray(at)];
    this.image = Buffer.concat([this.image.subarray(0, at), ...(Array.isArray(rest) ? rest : [rest])]);
  }

  private truncate(): void {
    this.image = this.image.subarray(0, this.place());
  }
}

/** The `index`th damaged file of a seed. @param images sound ELF files */
export function damaged(rng: Rng, images: readonly Buffer[]): Buffer {
  const image = rng.pick(images);
  return new Damage(rng, Buffer.from(image), partsOf(image), images).make();
}
