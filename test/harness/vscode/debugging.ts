import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { Tree, type Row } from "./tree";
import { eventually, type Workbench } from "./workbench";

/** The toolbar's buttons, by their icons. */
export type Button = "continue" | "step-over" | "step-into" | "step-out" | "stop";

/** The debugger's part of a workbench, as a person uses it. */
export class Debugging {
  readonly variables: Tree;
  readonly callStack: Tree;
  readonly hypercalls: Tree;
  readonly breakpoints: Tree;
  private readonly page: Page;

  constructor(private readonly workbench: Workbench) {
    this.page = workbench.page;
    this.variables = new Tree(this.page, this.page.locator(".debug-variables .monaco-list"));
    this.callStack = new Tree(this.page, this.page.locator(".debug-call-stack .monaco-list"));
    this.hypercalls = new Tree(this.page, this.pane("Hypercall Trace").locator(".monaco-list"));
    this.breakpoints = new Tree(this.page, this.page.locator(".debug-breakpoints .monaco-list"));
  }

  /** Clicks into the margin beside a line of the active editor. */
  async toggleBreakpoint(line: number): Promise<void> {
    await this.workbench.goToLine(line);
    const margin = this.page.locator(".editor-instance .margin-view-overlays");
    const number = margin.locator(".line-numbers", { hasText: new RegExp(`^${line}$`) });
    const glyphs = this.page.locator(".editor-instance .glyph-margin-widgets");
    const breakpoint = glyphs.locator('[class*="codicon-debug-breakpoint"], [class*="codicon-debug-stackframe"]');
    const before = await breakpoint.count();
    const place = await number.boundingBox();
    if (!place) throw new Error(`line ${line} is not in sight`);
    // The languages' breakpoint support arrives some time after the editor: until then a click does nothing.
    await eventually(`the margin of line ${line} to take a breakpoint`, async () => {
      await this.page.mouse.move(place.x - 16, place.y + 8);
      await this.page.mouse.move(place.x - 12, place.y + 8);
      const hint = await glyphs.locator(".codicon-debug-hint").count();
      return hint > 0 || before > 0 ? true : undefined;
    });
    await this.page.mouse.click(place.x - 12, place.y + 8);
    await this.page.mouse.move(place.x + 300, place.y + 8);
    await eventually(`the breakpoint of line ${line}`, async () => {
      return (await breakpoint.count()) !== before ? true : undefined;
    });
  }

  /** F5 with the editor in front. */
  async start(): Promise<void> {
    await this.page.keyboard.press("F5");
  }

  async press(button: Button): Promise<void> {
    await this.page.locator(`.debug-toolbar .action-label.codicon-debug-${button}`).click();
  }

  /** Waits for a stop in a function. @returns the call stack */
  stoppedIn(functionName: string): Promise<Row[]> {
    return this.callStack.rowsWith(`a stop in ${functionName}`, (rows) =>
      rows.some((row) => row.level > 0 && frameName(row) === functionName && rows.indexOf(row) <= 1),
    );
  }

  /** The line that the arrow marks in the editor. */
  async arrowLine(): Promise<string> {
    const marked = this.page.locator(".editor-instance .debug-top-stack-frame-line").first();
    await marked.waitFor();
    const top = (await marked.boundingBox())?.y ?? 0;
    for (const line of await this.page.locator(".editor-instance .view-line").all()) {
      const box = await line.boundingBox();
      if (box && Math.abs(box.y - top) < 4) return (await line.innerText()).replace(/\u00a0/g, " ").trim();
    }
    return "";
  }

  /** Waits until nothing is debugged any more. */
  async ended(): Promise<void> {
    await this.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  }

  /** Opens a pane of the debug container that is collapsed, or closes one that is open. */
  async setPane(name: string, open: boolean): Promise<void> {
    const header = this.page.locator(`.pane-header[aria-label^="${name}"]`);
    if ((await header.getAttribute("aria-expanded")) !== String(open)) await header.click();
  }

  /** What the terminal in front shows, line by line. */
  async terminalText(): Promise<string> {
    const rows = await this.page.locator(".terminal-wrapper.active .xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replace(/\u00a0/g, " ").trimEnd()).join("\n");
  }

  /** The row of the Disassembly view that the machine stands at. */
  async disassemblyAtArrow(): Promise<string> {
    const row = this.page.locator(".disassembly-view .monaco-list-row", {
      has: this.page.locator('[class*="codicon-debug-stackframe"]'),
    });
    await row.first().waitFor();
    return (await row.first().getAttribute("aria-label")) ?? "";
  }

  private pane(name: string): Locator {
    return this.page.locator(`.pane:has(> .pane-header[aria-label^="${name}"])`);
  }
}

/** The function of a call stack row: its text without file and line. */
export function frameName(row: Row): string {
  return row.text.replace(/\s+\S+\.(c|S|h)\s+\d+(:\d+)?$/, "").trim();
}

/** The number of the first line that contains `text`, from 1. */
export function lineOf(file: string, text: string): number {
  const at = readFileSync(file, "utf8").split("\n").findIndex((line) => line.includes(text));
  if (at < 0) throw new Error(`${file} has no line with ${text}`);
  return at + 1;
}
