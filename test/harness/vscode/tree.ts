import type { Locator, Page } from "playwright-core";
import { eventually } from "./workbench";

/** One row of a list or tree of the workbench. */
export interface Row {
  /** Place among all rows, also those that are scrolled away. */
  index: number;
  /** Depth, from 1. */
  level: number;
  expanded: boolean | undefined;
  /** What a screen reader says. */
  label: string;
  /** The text, without what only a hover shows. */
  text: string;
  /** Of a variable. */
  name: string;
  value: string;
}

/** A list or tree of the workbench: only the rows in sight exist, so it is read by scrolling. */
export class Tree {
  constructor(
    private readonly page: Page,
    private readonly list: Locator,
  ) {}

  /** The rows in sight. */
  visible(): Promise<Row[]> {
    return this.list.locator(".monaco-list-row").evaluateAll((rows) =>
      rows
        .map((row) => ({
          index: Number(row.getAttribute("data-index")),
          level: Number(row.getAttribute("aria-level") ?? 1),
          expanded: row.hasAttribute("aria-expanded") ? row.getAttribute("aria-expanded") === "true" : undefined,
          label: row.getAttribute("aria-label") ?? "",
          text: (row as HTMLElement).innerText.replace(/\s*\n\s*/g, " ").trim(),
          name: (row.querySelector(".name") ?? row).textContent?.trim().replace(/\s*[:=]$/, "") ?? "",
          value: row.querySelector(".value")?.textContent?.trim() ?? "",
        }))
        .sort((a, b) => a.index - b.index),
    );
  }

  /** All rows, from the first. */
  async rows(): Promise<Row[]> {
    await this.#scroll(-100_000);
    const found = new Map<number, Row>();
    for (;;) {
      const before = found.size;
      for (const row of await this.visible()) found.set(row.index, row);
      if (found.size === before) return [...found.values()].sort((a, b) => a.index - b.index);
      await this.#scroll(100);
    }
  }

  /** Waits until all rows satisfy `test`. */
  rowsWith(what: string, test: (rows: Row[]) => boolean): Promise<Row[]> {
    return eventually(what, async () => {
      const rows = await this.rows();
      return test(rows) ? rows : undefined;
    });
  }

  /**
   * Opens the rows named by `path`, from the top level down.
   * @returns the rows directly below the last one
   */
  async open(...path: string[]): Promise<Row[]> {
    let from = 0;
    for (const [depth, name] of path.entries()) {
      const row = await eventually(`${path.slice(0, depth + 1).join(" > ")} in the tree`, async () =>
        (await this.rows()).find((row) => row.index >= from && row.level === depth + 1 && row.name === name),
      );
      if (row.expanded === false) await this.#toggle(row);
      from = row.index + 1;
    }
    return eventually(`rows below ${path.join(" > ")}`, async () => {
      const below: Row[] = [];
      for (const row of await this.rows()) {
        if (row.index < from) continue;
        if (row.level <= path.length) break;
        if (row.level === path.length + 1) below.push(row);
      }
      return below.length > 0 ? below : undefined;
    });
  }

  /** Selects a row. */
  async select(row: Row): Promise<void> {
    await this.#bringIntoSight(row);
    await this.list.locator(`.monaco-list-row[data-index="${row.index}"]`).click();
  }

  async #toggle(row: Row): Promise<void> {
    await this.#bringIntoSight(row);
    await this.list.locator(`.monaco-list-row[data-index="${row.index}"] .monaco-tl-twistie`).click();
    await this.list.locator(`.monaco-list-row[data-index="${row.index}"][aria-expanded="true"]`).waitFor();
  }

  async #bringIntoSight(row: Row): Promise<void> {
    await this.#scroll(-100_000);
    for (let tries = 0; tries < 100; tries++) {
      const rows = await this.visible();
      const last = rows.at(-1);
      // A row at the edge may be half hidden: one more must be below it, or it is the last of all.
      if (rows.some((seen) => seen.index === row.index) && last && last.index >= row.index) return;
      await this.#scroll(60);
    }
  }

  async #scroll(pixels: number): Promise<void> {
    await this.list.hover({ position: { x: 20, y: 10 } });
    await this.page.mouse.wheel(0, pixels);
    await this.page.waitForTimeout(80);
  }
}
