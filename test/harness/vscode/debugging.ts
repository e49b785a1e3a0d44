import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { Tree, type Row } from "./tree";
import { eventually, WAIT_MS, type Workbench } from "./workbench";

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
  async setBreakpoint(line: number): Promise<void> {
    await this.workbench.goToLine(line);
    const number = this.page.locator(".editor-instance .line-numbers", { hasText: new RegExp(`^${line}$`) });
    await number.waitFor();
    const place = await number.boundingBox();
    if (!place) throw new Error(`line ${line} is not in sight`);
    const glyphs = this.page.locator(".editor-instance .glyph-margin-widgets");
    // The languages' breakpoint support arrives some time after the editor: until then a click does nothing.
    await eventually(`the margin of line ${line} to take a breakpoint`, async () => {
      await this.page.mouse.move(place.x - 16, place.y + 8);
      await this.page.mouse.move(place.x - 12, place.y + 8);
      return (await glyphs.locator(".codicon-debug-hint").count()) > 0 ? true : undefined;
    });
    await this.page.mouse.click(place.x - 12, place.y + 8);
    await glyphs.locator('[class*="codicon-debug-breakpoint"]').first().waitFor();
  }

  /** Takes all breakpoints away. */
  async clearBreakpoints(): Promise<void> {
    await this.workbench.command("Remove All Breakpoints");
  }

  /** F5 with the editor in front. */
  async start(): Promise<void> {
    await this.page.keyboard.press("F5");
  }

  async press(button: Button): Promise<void> {
    await this.page.locator(`.debug-toolbar .action-label.codicon-debug-${button}`).click();
  }

  /** Waits for a stop in a function, at a line. @returns the call stack, the innermost frame first */
  async stoppedIn(functionName: string, line?: number): Promise<Frame[]> {
    const stopped = (seen: Row[]): boolean => {
      const [top] = seen.flatMap((row) => frameOf(row) ?? []);
      return top?.name === functionName && (line === undefined || top.line === line);
    };
    const rows = await this.callStack.rowsWith(`a stop in ${functionName}`, stopped, () => false);
    return rows.flatMap((row) => frameOf(row) ?? []);
  }

  /** Steps into calls, line by line, until a function is entered. @returns the call stack there */
  async stepInto(functionName: string, atMost: number): Promise<Frame[]> {
    // The view may have been left scrolled down.
    const top = async (): Promise<string> => (await this.callStack.rows(({ length }) => length > 0))[0]?.label ?? "";
    for (let steps = 0; steps < atMost; steps++) {
      const before = await top();
      if (before.startsWith(`Stack Frame ${functionName},`)) break;
      await this.press("step-into");
      await eventually("the end of a step", async () => ((await top()) !== before ? true : undefined));
    }
    return this.stoppedIn(functionName);
  }

  /** Selects a frame of the stack: the Variables view follows. */
  async selectFrame(frames: Frame[], name: string): Promise<void> {
    const frame = frames.find((candidate) => candidate.name === name);
    if (!frame) throw new Error(`no frame ${name}`);
    await this.callStack.select(frame.row);
  }

  /** The variables directly below a row of the Variables view. */
  async valuesOf(...path: string[]): Promise<Record<string, string>> {
    return Object.fromEntries((await this.variables.open(...path)).map(({ name, value }) => [name, value]));
  }

  /** Waits for the arrow in the editor. */
  async arrow(): Promise<void> {
    await this.page.locator(".editor-instance .debug-top-stack-frame-line").first().waitFor();
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

  /** All that the terminal in front holds, scrolled away or not. */
  async terminalText(): Promise<string> {
    await this.page.locator(".terminal-wrapper.active .xterm-screen").click();
    await this.workbench.command("Terminal: Select All");
    await this.workbench.command("Terminal: Copy Selection");
    const text = await this.page.evaluate(() => navigator.clipboard.readText());
    await this.workbench.command("Terminal: Clear Selection");
    return text;
  }

  /** The lines of the terminal in front that are in sight. */
  async terminalLines(): Promise<string> {
    const lines = await this.page.locator(".terminal-wrapper.active .xterm-rows > div").allTextContents();
    return lines.map((line) => line.replaceAll("\u00a0", " ").trimEnd()).join("\n");
  }

  /** Waits for a text among the lines of the terminal in front that are in sight. @returns these lines */
  async terminalSays(text: string, milliseconds = WAIT_MS): Promise<string> {
    let seen = "";
    const look = async (): Promise<string | undefined> => {
      seen = await this.terminalLines();
      return seen.includes(text) ? seen : undefined;
    };
    try {
      return await eventually(`the terminal to say ${text}`, look, milliseconds);
    } catch (error) {
      throw new Error(`${(error as Error).message}; it says:\n${seen}`);
    }
  }

  /** Types into the terminal in front. */
  async type(text: string): Promise<void> {
    await this.page.locator(".terminal-wrapper.active .xterm-screen").click();
    for (const key of text) {
      await this.page.keyboard.press({ "\r": "Enter", "\x7f": "Backspace", " ": "Space" }[key] ?? key);
    }
  }

  /** Names of the terminals, sorted; VS Code lists them where there are two at least. */
  async terminals(): Promise<string[]> {
    const names = await this.page.locator(".terminal-tabs-entry").allInnerTexts();
    return names
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .sort();
  }

  /** Brings a terminal to the front. */
  async showTerminal(name: string): Promise<void> {
    await this.page.locator(".terminal-tabs-entry", { hasText: name }).first().click();
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

/** A row of the Call Stack view; separators and frames without source have line 0. */
export interface Frame {
  name: string;
  line: number;
  row: Row;
}

/** @param row whose label is `Stack Frame NAME, line LINE, FILE` */
function frameOf(row: Row): Frame | undefined {
  const parts = /^Stack Frame (.*), line (\d+), .*$/s.exec(row.label);
  return parts?.[1] === undefined ? undefined : { name: parts[1], line: Number(parts[2]), row };
}

/** The number of the first line that contains `text`, from 1. */
export function lineOf(file: string, text: string): number {
  const at = readFileSync(file, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text));
  if (at < 0) throw new Error(`${file} has no line with ${text}`);
  return at + 1;
}
