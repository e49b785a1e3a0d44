/**
 * Real VS Code, served on this machine and driven in headless Chromium. One at a time: it needs the machine to itself.
 */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { install, unsupported } from "../../../scripts/vscode-install.mjs";
import { serve, workbenchUrl, type Page as Opened, type Served } from "../../../scripts/vscode-server.mjs";
import { root } from "../process";
import { program, type Tool } from "../tools";

/** Patience for what starts up, and for the rest; a loaded machine needs both. */
export const START_MS = 60_000;
export const WAIT_MS = 40_000;
/** One try of the quick input. */
const QUICK_MS = 6_000;
/** For the hook that opens a workbench: the first one on a machine installs VS Code. */
export const OPEN_MS = 400_000;

const CHROMIUM = "/usr/bin/chromium";
const SCREENSHOTS = join(root, "dist", "screenshots");
const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** What the suites need besides the npm registry. */
export const tools: Tool[] = [
  program("chromium", "chromium"),
  { name: unsupported() || "VS Code", aptPackage: "", present: unsupported() === "" },
];

/** A browser page with a workbench in it. */
export class Workbench {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly served: Served,
  ) {}

  /**
   * Starts the server and the browser, and opens a folder.
   * @param prepare called before the page is loaded
   */
  static async open(
    opened: Opened,
    { settings = {}, testDriver = false, prepare = async (_page: Page): Promise<void> => {} } = {},
  ): Promise<Workbench> {
    const served = await serve({ ...install((line) => console.log(line)), extension: root, settings, testDriver });
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: flags, timeout: START_MS });
      const page = await browser.newPage({
        viewport: { width: 1600, height: 1100 },
        permissions: ["clipboard-read", "clipboard-write"],
      });
      page.setDefaultTimeout(WAIT_MS);
      await prepare(page);
      await page.goto(workbenchUrl(served.port, opened));
      return new Workbench(page, browser, served);
    } catch (error) {
      await browser?.close();
      served.stop();
      throw error;
    }
  }

  /** Leader of the server's processes: the adapter is one of its descendants. */
  get serverPid(): number {
    return this.served.pid;
  }

  async close(): Promise<void> {
    try {
      await this.browser.close();
    } finally {
      this.served.stop();
    }
  }

  async ready(): Promise<void> {
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: START_MS });
  }

  /** Waits until VS Code knows what the extension contributes: some seconds after the window is there. */
  async extensionReady(): Promise<void> {
    const title = "Ringscope: Debug a Guest";
    const row = this.page.locator(`.quick-input-widget .monaco-list-row[aria-label*="${title}"]`).first();
    await eventually("the extension's commands", async () => {
      await this.page.keyboard.press("F1");
      const input = this.page.locator(".quick-input-widget .quick-input-box input");
      const found = input.fill(`>${title}`, { timeout: QUICK_MS }).then(() => row.waitFor({ timeout: QUICK_MS }));
      const isThere = await found.then(
        () => true,
        () => undefined,
      );
      await this.page.keyboard.press("Escape");
      return isThere;
    });
  }

  /** Drags the edge of the side bar, for long rows. */
  async widenSideBar(pixels: number): Promise<void> {
    const box = await this.page.locator(".part.sidebar").boundingBox();
    if (!box) throw new Error("there is no side bar");
    const edge = { x: box.x + box.width, y: box.y + box.height / 2 };
    await this.page.mouse.move(edge.x, edge.y);
    await this.page.mouse.down();
    await this.page.mouse.move(edge.x + pixels, edge.y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Opens a file of the workspace by its name, or any by its absolute path, or brings an open one to the front. */
  async showFile(path: string): Promise<void> {
    const name = basename(path);
    await this.quickInput(path, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  /** Carries out a command by its title. @param closes false for one that asks for something next */
  async command(title: string, closes = true): Promise<void> {
    await this.quickInput(`>${title}`, title, closes);
  }

  /** Shows a line of the active editor. */
  async goToLine(line: number): Promise<void> {
    await this.quickInput(`:${line}`, undefined);
  }

  /** Fills the quick input and takes a row, or what was typed. It closes when anything else takes the focus. */
  private async quickInput(text: string, row: string | undefined, closes = true): Promise<void> {
    const { page } = this;
    const input = page.locator(".quick-input-widget .quick-input-box input");
    const wanted = page.locator(`.quick-input-widget .monaco-list-row[aria-label*="${row ?? ""}"]`).first();
    await eventually(`the quick input to take ${text}`, async () => {
      await page.keyboard.press("F1");
      try {
        await input.fill(text, { timeout: QUICK_MS });
        // The row on top is not always the one that is meant: "similar commands" may stand above it.
        if (row === undefined) await input.press("Enter", { timeout: QUICK_MS });
        else await wanted.click({ timeout: QUICK_MS });
        return true;
      } catch {
        await page.keyboard.press("Escape");
        return undefined;
      }
    });
    if (closes) await input.waitFor({ state: "hidden" });
  }

  /** Kept as build output, for people to look at. @returns its path */
  async screenshot(name: string): Promise<string> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** The messages that pop up now. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** Presses a button of the dialog that comes. */
  async dialog(button: string): Promise<void> {
    await this.page.locator(".monaco-dialog-box").getByRole("button", { name: button }).click();
    await this.page.locator(".monaco-dialog-box").waitFor({ state: "hidden" });
  }

  /** Carries out a command that offers a choice. @returns what it offers; `choose` takes one */
  async choices(title: string): Promise<string[]> {
    await this.command(title, false);
    const rows = this.page.locator(".quick-input-widget .monaco-list-row .label-name");
    await eventually("the choice", async () => {
      const [first = ""] = await rows.allInnerTexts();
      return first !== "" && !first.includes(title) ? true : undefined;
    });
    return rows.allInnerTexts();
  }

  async choose(name: string): Promise<void> {
    await this.page.locator(`.quick-input-widget .monaco-list-row[aria-label^="${name}"]`).first().click();
  }

  /** Waits for a message that pops up. @returns its text */
  async notification(text: RegExp): Promise<string> {
    return eventually(`a message ${text}`, async () => (await this.notifications()).find((each) => text.test(each)));
  }

  /** Presses a button of the message that is in front. */
  async answer(button: string): Promise<void> {
    await this.page.locator(".notifications-toasts").getByRole("button", { name: button }).first().click();
  }

  /** Closes all messages. */
  async clearNotifications(): Promise<void> {
    await this.command("Notifications: Clear All Notifications");
  }
}

/** Polls until `probe` gives something. @throws with what it gave last when the time is over */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  milliseconds = WAIT_MS,
): Promise<Value> {
  const until = Date.now() + milliseconds;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`waited ${milliseconds / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
