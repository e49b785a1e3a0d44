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

/** In pixels. */
const ROW_HEIGHT = 22;
/** For a row to expand. */
const EXPAND_MS = 5_000;
/** For the rows to follow a scroll. */
const SETTLE_MS = 80;

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

  /** The rows from the first on: all, or as far as `enough` wants to see. */
  async rows(enough: (rows: Row[]) => boolean = () => false): Promise<Row[]> {
    await this.#toTop();
    const found = new Map<number, Row>();
    for (;;) {
      const before = found.size;
      for (const row of await this.visible()) found.set(row.index, row);
      const rows = [...found.values()].sort((a, b) => a.index - b.index);
      if (found.size === before || enough(rows)) return rows;
      await this.#scroll(await this.#page());
    }
  }

  /**
   * Waits until the rows satisfy `test` and two looks agree: a view is filled bit by bit.
   * @param enough how far to look; as far as `test` is satisfied, if it is left out
   * @throws with the rows of the last look
   */
  async rowsWith(what: string, test: (rows: Row[]) => boolean, enough = test): Promise<Row[]> {
    let rows: Row[] = [];
    try {
      return await eventually(what, async () => {
        const before = JSON.stringify(rows);
        rows = await this.rows(enough);
        return test(rows) && JSON.stringify(rows) === before ? rows : undefined;
      });
    } catch (error) {
      const seen = rows.map(({ label }) => label).slice(0, 8);
      throw new Error(`${(error as Error).message}; seen: ${JSON.stringify(seen)}`);
    }
  }

  /**
   * Opens the rows named by `path`, from the top level down.
   * @returns the rows directly below the last one
   */
  async open(...path: string[]): Promise<Row[]> {
    let from = 0;
    for (const [depth, name] of path.entries()) {
      const named = (row: Row): boolean => row.index >= from && row.level === depth + 1 && row.name === name;
      const what = `${path.slice(0, depth + 1).join(" > ")} in the tree`;
      // The view may be filled anew between the look and the click: then the next round finds the row where it is.
      from = await eventually(what, async () => {
        const row = (await this.rows((rows) => rows.some(named))).find(named);
        if (row?.expanded === false) await this.#toggle(row);
        return row === undefined || row.expanded === false ? undefined : row.index + 1;
      });
    }
    const last = path.length;
    const endOf = (rows: Row[]): number | undefined =>
      rows.find((row) => row.index >= from && row.level <= last)?.index;
    const below = (rows: Row[]): Row[] => {
      const end = endOf(rows) ?? Infinity;
      return rows.filter((row) => row.index >= from && row.index < end && row.level === last + 1);
    };
    const rows = await this.rowsWith(
      `rows below ${path.join(" > ")}`,
      (seen) => below(seen).length > 0,
      (seen) => endOf(seen) !== undefined,
    );
    return below(rows);
  }

  /** Selects a row. */
  async select(row: Row): Promise<void> {
    await this.#bringIntoSight(row);
    await this.list.locator(`.monaco-list-row[data-index="${row.index}"]`).click();
  }

  /** One try to expand a row. */
  async #toggle(row: Row): Promise<void> {
    await this.#bringIntoSight(row);
    const place = this.list.locator(`.monaco-list-row[data-index="${row.index}"]`);
    try {
      await place.locator(".monaco-tl-twistie").click({ timeout: EXPAND_MS });
      await this.list
        .locator(`.monaco-list-row[data-index="${row.index}"][aria-expanded="true"]`)
        .waitFor({ timeout: EXPAND_MS });
    } catch {
      // Another row has taken its place.
    }
  }

  async #bringIntoSight(row: Row): Promise<void> {
    await this.#toTop();
    let before = "";
    for (let tries = 0; tries < 100; tries++) {
      const places = (await this.visible()).map(({ index }) => index);
      const isLast = places.join() === before;
      // A row at the edge may be half hidden: one more must be below it, or it is the last of all.
      if (places.includes(row.index) && ((places.at(-1) ?? 0) > row.index || isLast)) return;
      before = places.join();
      await this.#scroll(ROW_HEIGHT * 2);
    }
  }

  /** Most of the list's height, in pixels. */
  async #page(): Promise<number> {
    const height = (await this.list.boundingBox())?.height ?? 0;
    return Math.max(height - ROW_HEIGHT, ROW_HEIGHT);
  }

  /** By the keyboard: a wheel turned far back is not always obeyed. */
  async #toTop(): Promise<void> {
    await this.list.focus();
    await this.page.keyboard.press("Home");
    await this.page.waitForTimeout(SETTLE_MS);
  }

  async #scroll(pixels: number): Promise<void> {
    await this.list.hover({ position: { x: 20, y: 10 } });
    await this.page.mouse.wheel(0, pixels);
    await this.page.waitForTimeout(SETTLE_MS);
  }
}
