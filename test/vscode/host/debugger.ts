import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import * as vscode from "vscode";
import { Listener, until } from "./session";

const EXTENSION = "ringscope.ringscope";

/** The debugger by VS Code's own API. */
export function debuggerSuite(): void {
  describe("Ringscope in the extension host", () => {
    let listener: Listener;
    let program: string;

    const folder = (): vscode.WorkspaceFolder | undefined => vscode.workspace.workspaceFolders?.[0];
    const launch = (more: object = {}): Thenable<boolean> =>
      vscode.debug.startDebugging(folder(), { type: "ringscope", request: "launch", name: "host", program, ...more });

    before(() => {
      const extension = vscode.extensions.getExtension(EXTENSION);
      assert.ok(extension, "the extension is there");
      program = join(extension.extensionPath, "dist", "sample-guests", "pv", "hello.elf");
      listener = new Listener();
    });
    after(() => listener.dispose());
    afterEach(async () => {
      await vscode.debug.stopDebugging();
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    });

    it("activates when debugging starts and registers its commands", async () => {
      await vscode.extensions.getExtension(EXTENSION)?.activate();
      const commands = await vscode.commands.getCommands(true);
      for (const command of ["ringscope.debugGuest", "ringscope.pickGuest", "ringscope.clearHypercalls"]) {
        assert.ok(commands.includes(command), command);
      }
    });

    it("stops at a function breakpoint of the application and shows the guest's console", async () => {
      vscode.debug.addBreakpoints([new vscode.FunctionBreakpoint("total_area")]);
      assert.equal(await launch(), true);
      const { threadId } = await listener.event<DebugProtocol.StoppedEvent["body"]>("stopped");
      const session = vscode.debug.activeDebugSession;
      const stack = (await session?.customRequest("stackTrace", {
        threadId,
      })) as DebugProtocol.StackTraceResponse["body"];
      const names = stack.stackFrames.map(({ name }) => name);
      assert.deepEqual(names, ["total_area", "compute", "app_main", "app_entry"]);
      await until("the guest's terminal", () => vscode.window.terminals.find(({ name }) => name === "hello"));
    });

    it("carries the hypercalls of the guest, in order", async () => {
      await launch();
      type Trace = { total: number; rows?: { index: number; name: string }[] };
      const { total, rows } = await listener.event<Trace>("ringscope.hypercalls", (trace) => trace.rows !== undefined);
      assert.deepEqual(
        rows?.map(({ index }) => index),
        Array.from({ length: total }, (_, n) => n),
      );
      assert.ok(rows.some(({ name }) => name === "console_io"));
      await listener.event("terminated");
    });

    it("ends the session when the guest powers off", async () => {
      const ended = new Promise<void>((resolve) => {
        const subscription = vscode.debug.onDidTerminateDebugSession(() => {
          subscription.dispose();
          resolve();
        });
      });
      assert.equal(await launch({ noDebug: true }), true);
      await ended;
    });

    it("does not start an image that is not there", async () => {
      assert.notEqual(await launch({ program: join(program, "missing.elf") }), true);
    });

    it("refuses a wrong value of the configuration in one line", async () => {
      const before = listener.refusals.length;
      // VS Code shows the refusal in a dialog, which the test mode of a workbench turns into an error.
      const started = await Promise.resolve(launch({ memory: "much" })).catch(() => false);
      assert.equal(started, false);
      const refusal = await until("the refusal", () => listener.refusals[before]);
      assert.equal(refusal, 'launch configuration: "memory" must be a size such as 128M, not "much"');
    });
  });
}
