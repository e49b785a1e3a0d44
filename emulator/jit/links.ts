/** What merging needs to know of a region, which is named by its function's number. */
export interface Sized {
  /** The number of its instructions. */
  size: number;
}

/**
 * Finds regions that follow each other so often that they are better compiled as one. A change of region costs some
 * forty host instructions. Hot changes are noted here, and the notes say which regions belong together.
 */
export class Links {
  private readonly counts = new Map<string, number>();
  private notes = 0;

  /** @param most the number of instructions that a merged region may have */
  constructor(private readonly most: number) {}

  /** Notes that control often goes from function `from` to function `to`. @returns how many notes there are */
  note(from: number, to: number): number {
    const key = `${from.toString()} ${to.toString()}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return ++this.notes;
  }

  /** The functions whose regions are to become one, in groups of two and more. All notes are dropped. */
  groups(regions: ReadonlyMap<number, Sized>): number[][] {
    const sizes = new Map<Set<number>, number>();
    const groupOf = new Map<number, Set<number>>();
    const group = (func: number): Set<number> => {
      const known = groupOf.get(func);
      if (known) return known;
      const made = new Set([func]);
      groupOf.set(func, made);
      sizes.set(made, regions.get(func)?.size ?? Infinity);
      return made;
    };
    for (const key of this.hottest()) {
      const [into, other] = key.split(" ").map((func) => group(Number(func)));
      const size = (sizes.get(into) ?? 0) + (sizes.get(other) ?? 0);
      if (into === other || size > this.most) continue;
      for (const func of other) groupOf.set(func, into.add(func));
      sizes.set(into, size);
    }
    this.reset();
    return [...new Set(groupOf.values())].filter(({ size }) => size > 1).map((funcs) => [...funcs]);
  }

  reset(): void {
    this.counts.clear();
    this.notes = 0;
  }

  private hottest(): string[] {
    return [...this.counts].sort(([, a], [, b]) => b - a).map(([key]) => key);
  }
}
