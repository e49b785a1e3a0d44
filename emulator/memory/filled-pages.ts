import type { PageLists } from "../base/layout";
import type { State } from "../base/state";

/** The lists of filled pages of layout.ts. Generated code maintains them too (cpu/tier0/flat-paging.ts). */
export class FilledPages {
  private readonly words: Int32Array;

  constructor(
    state: State,
    private readonly layout: PageLists,
  ) {
    this.words = state.i32;
  }

  count(list: number): number {
    return this.words[(this.layout.counts >> 2) + list];
  }

  isFull(list: number): boolean {
    return this.count(list) === this.layout.length;
  }

  /** Adds a linear page to a list that is not full. */
  add(list: number, page: number): void {
    const count = this.words[(this.layout.counts >> 2) + list]++;
    this.words[this.first(list) + count] = page;
  }

  page(list: number, n: number): number {
    return this.words[this.first(list) + n];
  }

  /** Makes the entries of a list's pages in the TLB at the address `table` invalid. */
  clear(list: number, table: number): void {
    const { words } = this;
    const first = this.first(list);
    for (let at = first + this.count(list) - 1; at >= first; at--) words[(table >> 2) + words[at]] = 0;
  }

  forget(list: number): void {
    this.words[(this.layout.counts >> 2) + list] = 0;
  }

  private first(list: number): number {
    return (this.layout.lists >> 2) + list * this.layout.length;
  }
}
