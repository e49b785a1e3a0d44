/**
 * The editor's side of the debugger, in VS Code as people have it (with its notifications): a build that breaks, what F5
 * may run, the terminals of the guests, two sessions at once.
 */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../harness/process";
import { describeWith } from "../harness/tools";
import { Debugging, lineOf } from "../harness/vscode/debugging";
import { eventually, OPEN_MS, tools, Workbench } from "../harness/vscode/workbench";

const settings = {
  "terminal.integrated.gpuAcceleration": "off",
  "workbench.hover.delay": 600_000,
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
};

/** For a build of everything: in another folder nothing is fresh. */
const BUILD_MS = 150_000;

/** A copy of the project's C side: what F5 builds. */
function copyOfProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "ringscope-checkout-"));
  for (const part of ["emulator/vmm", "sample-guests", "scripts", "dist/sample-guests", "dist/vmm.elf", "dist/obj"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true, preserveTimestamps: true });
  }
  return copy;
}

describeWith(tools, "a checkout in VS Code", () => {
  let copy: string;
  let workbench: Workbench;
  let debug: Debugging;

  beforeAll(async () => {
    copy = copyOfProject();
    workbench = await Workbench.open({ folder: copy }, { settings });
    await workbench.ready();
    await workbench.extensionReady();
    debug = new Debugging(workbench);
  }, OPEN_MS);
  afterAll(async () => {
    await workbench.close();
    rmSync(copy, { recursive: true, force: true });
  });

  const source = (guest: string): string => join(copy, "sample-guests", "pv", guest, "main.c");
  const image = (guest: string): string => join(copy, "dist", "sample-guests", "pv", `${guest}.elf`);
  const made = (guest: string): number => statSync(image(guest)).mtimeMs;
  const append = (guest: string, text: string): void => appendFileSync(source(guest), text);
  const says = (text: string): Promise<string> => debug.terminalSays(text);

  /** After a failure the picture is what one wants to see. */
  function step(name: string, body: () => Promise<void>): void {
    it(name, async () => {
      try {
        await body();
      } finally {
        await workbench.screenshot(`editor-${name.replace(/\W+/g, "-")}`);
      }
    });
  }

  step("runs nothing of a folder that is not trusted", async () => {
    append("echo", "/* changed */\n");
    const before = made("echo");
    await workbench.showFile(source("echo"));
    await debug.start();
    await workbench.dialog("Cancel");
    expect(made("echo")).toBe(before);
    expect(await workbench.page.locator(".debug-toolbar").isVisible()).toBe(false);
  });

  step("builds a changed guest in a task's terminal once the folder is trusted, and starts it", async () => {
    const before = made("echo");
    await debug.start();
    await workbench.dialog("Trust Folder & Continue");
    await debug.terminalSays("pv/echo: say something, or quit", BUILD_MS);
    expect(made("echo")).toBeGreaterThan(before);
    expect(await debug.terminals()).toEqual(["VMM log", "build", "echo"]);
    // The trace opens by itself.
    await debug.hypercalls.rowsWith("the guest's hypercalls", ([newest]) => /^sched_op d0 /.test(newest?.label ?? ""));
    expect(await workbench.notifications()).toEqual([]);
  });

  step("hands over what is typed by the line, and shows it", async () => {
    await debug.type("helo\x7flo there\r");
    expect(await says("echo: hello there")).toContain("hello there\necho: hello there");
  });

  step("offers the samples first and no kernel of a test, and starts a second session beside the first", async () => {
    mkdirSync(join(copy, "dist", "test"), { recursive: true });
    cpSync(image("echo"), join(copy, "dist", "test", "waiter.elf"));
    const offered = await workbench.choices("Ringscope: Debug a Guest...");
    expect(offered.slice(0, 3)).toEqual(["pv/hello", "bare/hello", "pv/echo"]);
    expect(offered.filter((name) => /waiter|fuzz|no-notes/.test(name))).toEqual([]);
    await workbench.choose("pv/hello");
    await says("kernel: power off");
    await debug.showTerminal("echo");
    await debug.type("still here\r");
    expect(await says("echo: still here")).toContain("echo: hello there");
  });

  step("stays, and takes an end", async () => {
    await debug.type("quit\r");
    await debug.ended();
    expect(await says("The guest has ended.")).toContain("kernel: power off");
  });

  step("tells a guest that does not compile, and offers its last build", async () => {
    append("hello", "u33 broken;\n");
    await workbench.showFile(source("hello"));
    await debug.start();
    expect(await workbench.notification(/compile/)).toBe("pv/hello was not started: it does not compile.");
    expect(await says("The build has failed.")).toContain("unknown type name");
    await workbench.answer("Debug the Last Build");
    await says("kernel: power off");
    await debug.ended();
  });

  step("F5 works again after the message, whether it was answered or not", async () => {
    await debug.start();
    await workbench.notification(/compile/);
    await debug.start();
    await eventually("a second message", async () => ((await workbench.notifications()).length > 0 ? true : undefined));
    writeFileSync(source("hello"), readFileSync(source("hello"), "utf8").replace("u33 broken;\n", ""));
    await workbench.clearNotifications();
    await debug.start();
    await says("The guest has ended.");
    expect(await workbench.notifications()).toEqual([]);
  });

  step("the hypercall trace stays when the guest has ended", async () => {
    await debug.hypercalls.rowsWith("the last hypercall", ([newest]) =>
      /^sched_op d0 \(shutdown, /.test(newest?.label ?? ""),
    );
  });

  step("a crash opens the debug container, and stops at the guest's line", async () => {
    await workbench.command("View: Show Explorer");
    await workbench.choices("Ringscope: Debug a Guest...");
    await workbench.choose("pv/crash");
    // VS Code puts the reason below the line.
    const reason = workbench.page.locator(".editor-instance .exception-widget");
    await reason.waitFor();
    expect(await reason.innerText()).toContain("Domain 0 crashed: breakpoint (trap 3)");
    await workbench.page.locator('.tab.active[data-resource-name="main.c"]').waitFor();
    await debug.callStack.rowsWith("the guest's frame", (rows) =>
      rows.some(({ label }) => label.startsWith("Stack Frame trap_with_stack,")),
    );
    await debug.press("stop");
    await debug.ended();
  });

  step("runs the checkout's own hypervisor: a breakpoint stops in the file where it was set", async () => {
    const file = join(copy, "emulator", "vmm", "common", "console.c");
    await workbench.showFile(file);
    await debug.setBreakpoint(lineOf(file, "static int console_io_write") + 2);
    await debug.start();
    await debug.stoppedIn("console_io_write");
    expect(await workbench.page.locator('.tab[data-resource-name="console.c"]').count()).toBe(1);
    await workbench.command("Ringscope: Step Out to the Guest");
    await debug.stoppedIn("console_write");
    await workbench.command("Ringscope: Step Out to the Guest");
    expect(await workbench.notification(/guest/)).toBe("the machine is not in the hypervisor: a guest runs already");
    expect(await workbench.notifications()).toHaveLength(1);
  });
});
