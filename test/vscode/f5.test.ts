/**
 * What a person sees who opens the sample's folder in VS Code and presses F5, without a launch.json: one session with
 * a stop in each ring, from the first breakpoint to the orderly end. Each test takes up where the one before stopped.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../harness/process";
import { describeWith } from "../harness/tools";
import { Debugging, lineOf, type Frame } from "../harness/vscode/debugging";
import { descendant, residentMiB } from "../harness/vscode/processes";
import { OPEN_MS, tools, Workbench } from "../harness/vscode/workbench";

const sample = join(root, "sample-guests", "pv", "hello");
const vmmEntries = join(root, "emulator", "vmm", "arch", "x86", "mm", "types", "entries.c");
const breakpoint = {
  kernel: lineOf(join(sample, "pagetables.c"), "return HYPERCALL4(update_va_mapping"),
  vmm: lineOf(vmmEntries, "bool device = d->privileged"),
  systemCall: lineOf(join(sample, "tasks.c"), 'printk("%s: ", task->name)'),
  logpoint: lineOf(join(sample, "tasks.c"), "console_write((const char *)text"),
  application: lineOf(join(sample, "app.c"), "total += *areas++"),
};
const settings = {
  // The terminals' text stands in the page only without a canvas.
  "terminal.integrated.gpuAcceleration": "off",
  // A tooltip below the pointer would take the wheel from the list that is read.
  "workbench.hover.delay": 600_000,
  // The picture in the README is this test's: it shows no path of the machine that made it.
  "breadcrumbs.enabled": false,
  "workbench.colorTheme": "Default Dark Modern",
};

describeWith(tools, "F5 in VS Code", () => {
  let workbench: Workbench;
  let debug: Debugging;
  let frames: Frame[];
  let failed = false;

  beforeAll(async () => {
    workbench = await Workbench.open({ folder: sample, file: vmmEntries }, { settings });
    await workbench.ready();
    await workbench.widenSideBar(180);
    debug = new Debugging(workbench);
  }, OPEN_MS);
  afterAll(async () => {
    await workbench.close();
  });

  /** A test that needs the state which the earlier ones left: after a failure the rest fails at once. */
  function step(name: string, body: () => Promise<void> | void): void {
    it(name, async () => {
      if (failed) throw new Error("an earlier step failed");
      try {
        await body();
      } catch (error) {
        failed = true;
        await workbench.screenshot("f5-failure");
        throw error;
      }
    });
  }

  const names = (): string[] => frames.map(({ name }) => name);

  step("stops at a gutter breakpoint of the guest kernel, without a launch.json", async () => {
    expect(existsSync(join(sample, ".vscode"))).toBe(false);
    await workbench.showFile("pagetables.c");
    await debug.setBreakpoint(breakpoint.kernel);
    const pressed = performance.now();
    await debug.start();
    await debug.arrow();
    const seconds = ((performance.now() - pressed) / 1000).toFixed(1);
    frames = await debug.stoppedIn("map_page", breakpoint.kernel);
    console.log(`F5 to the first stop: ${seconds} s`);
    expect(names().slice(0, 4)).toEqual(["map_page", "make_page_table", "show_updates", "kernel_main"]);
    for (const pane of ["Watch", "Loaded Scripts", "Breakpoints"]) await debug.setPane(pane, false);
    await debug.setPane("Hypercall Trace", true);
  });

  step("step into on the line of a hypercall enters the hypervisor", async () => {
    await debug.press("step-into");
    frames = await debug.stoppedIn("hypercall_entry");
    expect(names().slice(0, 6)).toEqual([
      "hypercall_entry",
      "hypercall_gate",
      "── ring 1 → 0: hypercall 14 update_va_mapping ──",
      "hypercall page: update_va_mapping",
      "map_page",
      "make_page_table",
    ]);
  });

  step("step out of the hypervisor returns to the guest's line", async () => {
    await debug.press("step-out");
    frames = await debug.stoppedIn("map_page");
    expect(names()).not.toContain("hypercall_entry");
    await debug.hypercalls.rowsWith("the call's result", ([newest]) =>
      /^update_va_mapping d0 \(.*\) → 0$/.test(newest?.label ?? ""),
    );
  });

  step("stops in the hypervisor, ring 0, below it the guest that called", async () => {
    await debug.clearBreakpoints();
    await workbench.showFile("entries.c");
    await debug.setBreakpoint(breakpoint.vmm);
    await debug.press("continue");
    frames = await debug.stoppedIn("get_l1_entry", breakpoint.vmm);
    expect(names()).toEqual([
      ...["get_l1_entry", "get_entry", "table_update", "do_update_va_mapping", "hypercall_dispatch"],
      ...["hypercall_entry", "hypercall_gate", "── ring 1 → 0: hypercall 14 update_va_mapping ──"],
      ...["hypercall page: update_va_mapping", "map_page", "use_page_table", "show_updates", "kernel_main"],
      ...["guest_start", "_start"],
    ]);
    await debug.hypercalls.rowsWith("the call that is inside", ([newest]) =>
      /^update_va_mapping d0 \(.*\) …$/.test(newest?.label ?? ""),
    );
    await workbench.screenshot("f5-ring-0");
  });

  step("shows the hypervisor's enum and structures by value, and ring 0's segments", async () => {
    expect(await debug.valuesOf("Locals")).toMatchObject({ use: "FRAME_ALLOCATED (3)" });
    expect(await debug.valuesOf("Locals", "d")).toMatchObject({ id: "0", privileged: "true", dying: "false" });
    expect((await debug.valuesOf("Segments"))["cs"]).toMatch(/^0xe008: ring 0 code/);
    await debug.selectFrame(frames, "hypercall_entry");
    const flags = "0x00000002"; // UVMF_INVLPG
    // The arguments lie in the frame of registers: the third in EDX, the fourth in ESI.
    const registers = { eax: "14", edx: "0x00000000", esi: flags, cs: "0xe019" };
    expect(await debug.valuesOf("Locals", "regs")).toMatchObject(registers);
  });

  step("stops in the guest kernel, ring 1, below it the application that called", async () => {
    await debug.clearBreakpoints();
    await workbench.showFile("tasks.c");
    await debug.setBreakpoint(breakpoint.systemCall);
    await debug.press("continue");
    frames = await debug.stoppedIn("call_write", breakpoint.systemCall);
    expect(names()).toEqual([
      ...["call_write", "do_call", "system_call", "trap", "system_call_entry", "── ring 3 → 1: int 0x80 ──"],
      ...["app_system_call", "say", "app_main", "app_entry"],
    ]);
  });

  step("shows the kernel's structure, enum and array by value, and the selectors that the guest printed", async () => {
    const task = await debug.valuesOf("Locals", "task");
    expect(task["name"]).toMatch(/"app"$/);
    expect(task["state"]).toBe("TASK_RUNNING (1)");
    expect(await debug.valuesOf("Locals", "task", "calls")).toEqual({ "[0]": "1", "[1]": "0", "[2]": "0" });
    await workbench.screenshot("f5-ring-1");
    const printed = /start: cs (\w+), ss (\w+), ds (\w+)/.exec(await debug.terminalText());
    const { cs, ss, ds } = await debug.valuesOf("Segments");
    const selectors = [cs, ss, ds].map((value) => /^0x(\w{4}): ring 1/.exec(value ?? "")?.[1]);
    expect(selectors).toEqual(printed?.slice(1));
  });

  step("tells the outcome of a command in a message", async () => {
    await workbench.command("Ringscope: Count the Hypervisor's Frames Anew");
    const found = await workbench.notification(/frames/);
    expect(found).toMatch(/^All counts are right: \d+ frames, \d+ references, \d+ uses\.$/);
    await workbench.clearNotifications();
    expect(await workbench.notifications()).toEqual([]);
  });

  step("stepping on into a hypercall shows application, kernel and hypervisor on one stack", async () => {
    await debug.press("step-over");
    await debug.stoppedIn("call_write", breakpoint.systemCall + 1);
    frames = await debug.stepInto("hypercall_entry", 6);
    expect(names()).toEqual([
      ...["hypercall_entry", "hypercall_gate", "── ring 1 → 0: hypercall 18 console_io ──"],
      ...["hypercall page: console_io", "console_write", "call_write", "do_call", "system_call", "trap"],
      ...["system_call_entry", "── ring 3 → 1: int 0x80 ──", "app_system_call", "say", "app_main", "app_entry"],
    ]);
    await workbench.screenshot("f5-three-rings");
  });

  step("stops in the application, ring 3", async () => {
    await debug.clearBreakpoints();
    await workbench.showFile("app.c");
    await debug.setBreakpoint(breakpoint.application);
    await debug.press("continue");
    frames = await debug.stoppedIn("total_area", breakpoint.application);
    expect(names()).toEqual(["total_area", "compute", "app_main", "app_entry"]);
    expect(await debug.valuesOf("Locals")).toMatchObject({ total: "0", count: "3" });
  });

  step("shows the application's structure, enum and array by value", async () => {
    for (const total of ["9", "29"]) {
      await debug.press("continue");
      await debug.variables.rowsWith(`the total ${total}`, (rows) =>
        rows.some((row) => row.name === "total" && row.value === total),
      );
    }
    frames = await debug.stoppedIn("total_area", breakpoint.application);
    expect(await debug.valuesOf("Locals", "shape")).toMatchObject({ kind: "SHAPE_TRIANGLE (2)" });
    expect(await debug.valuesOf("Locals", "shape", "size")).toEqual({ width: "6", height: "4" });
    await debug.selectFrame(frames, "compute");
    expect(await debug.valuesOf("Locals", "areas")).toEqual({ "[0]": "9", "[1]": "20", "[2]": "12" });
    await debug.selectFrame(frames, "total_area");
  });

  step("shows ring 3's registers as the guest printed them when it was interrupted", async () => {
    const printed = /vector 80\n\s*frame: .* cs 0000(\w+),.* ss 0000(\w+)/.exec(await debug.terminalText());
    const { cs, ss } = await debug.valuesOf("Segments");
    const selectors = [cs, ss].map((value) => /^0x(\w{4}): ring 3/.exec(value ?? "")?.[1]);
    expect(selectors).toEqual(printed?.slice(1));
    await workbench.screenshot("f5-ring-3");
  });

  step("the Disassembly view stands at EIP", async () => {
    const { eip } = await debug.valuesOf("Registers");
    await workbench.command("Open Disassembly View");
    const row = await debug.disassemblyAtArrow();
    expect(row).toMatch(/^Address: 0x[0-9a-f]{8}, Bytes: (8b 45 \w\w|\w\w.*), Instruction: mov /);
    expect(row).toContain(`Address: ${eip ?? "?"},`);
    await workbench.screenshot("f5-disassembly");
  });

  step("the trace lists each hypercall with arguments, result and domain, the newest first", async () => {
    const rows = await debug.hypercalls.rows();
    const calls = rows.map(({ label }) => label);
    expect(calls.at(-1)).toMatch(/^console_io d0 \(write, 29, 0x\w{8}\) → 0$/);
    expect(calls).toContainEqual(expect.stringMatching(/^mmu_update d0 \(.*\) → -\d+ E[A-Z]+$/));
    expect(calls).toContainEqual(expect.stringMatching(/^iret d0 \(\)$/));
  });

  step("the adapter's memory is measured", () => {
    const pid = descendant(workbench.serverPid, "start-adapter.cjs");
    expect(pid).toBeDefined();
    const { now, peak } = residentMiB(pid ?? 0);
    console.log(`adapter with a guest of 128 MiB: ${now.toFixed(0)} MiB resident, ${peak.toFixed(0)} MiB at most`);
    expect(now).toBeGreaterThan(0);
  });

  step("runs to the orderly end, and the guest's terminal keeps its last words", async () => {
    await debug.clearBreakpoints();
    await workbench.showFile("tasks.c");
    await workbench.goToLine(breakpoint.logpoint);
    await workbench.command("Debug: Add Logpoint...");
    await workbench.page.locator(".breakpoint-widget .monaco-editor.focused").waitFor();
    await workbench.page.keyboard.type("wrote {length} bytes");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.locator(".breakpoint-widget").waitFor({ state: "hidden" });
    await debug.press("continue");
    await debug.ended();
    const text = await debug.terminalText();
    expect(text).toContain("app: the shapes' area is 41");
    expect(text).toMatch(/kernel: power off\n+The guest has ended\.\n*$/);
    await workbench.screenshot("f5-end");
    expect(await workbench.notifications()).toEqual([]);
  });

  step("the Debug Console leads from a logpoint's text to its line", async () => {
    await workbench.command("Debug Console: Focus on Debug Console View");
    const row = workbench.page.locator(".repl .monaco-list-row", { hasText: /wrote \d+ bytes/ }).first();
    await row.waitFor();
    await workbench.screenshot("f5-logpoint");
    expect(await row.locator(".source").innerText()).toBe(`tasks.c:${breakpoint.logpoint}`);
  });
});
