/**
 * The demonstration of `npm start`: a debug session over the real DAP server, shown in the terminal. Nothing is
 * invented: every line below a heading comes from the adapter, or from the source files that it names.
 */
import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { DapClient } from "./lib/dap-client.mjs";
import { entry, root } from "./lib/run.mjs";
import {
  dim,
  guestLine,
  heading,
  paint,
  say,
  sourceExcerpt,
  stackText,
  table,
  variableLine,
} from "./lib/demo-text.mjs";

const PROGRAM = join(root, "dist", "sample-guests", "pv", "hello.elf");

/** The registers of the guest, saved by the VMM, that are shown: the hypercall's arguments, number and place. */
const REGISTERS_SHOWN = ["ebx", "ecx", "edx", "eax", "eip", "cs", "esp"];

/** The story of one debug session. */
class Demo {
  /** The last event about the hypercalls. The one before the end holds the newest rows. */
  #trace = { total: 0 };
  #thread = 0;
  #midLine = false;

  constructor() {
    this.client = new DapClient(process.execPath, [join(root, "bin", "ringscope"), "dap"], (event) =>
      this.#heard(event),
    );
  }

  async tell() {
    const started = performance.now();
    heading("Boot", `${relative(root, PROGRAM)} in ring 1, on the built-in VMM, on the built-in machine`);
    await this.#launch();
    await this.#breakInKernel();
    await this.#stepIntoHypercall();
    await this.#showFrameAcrossRings();
    const exitCode = await this.#runToEnd();
    this.#showTrace();
    heading("End", `exit code ${exitCode}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    say(`Debug it yourself in VS Code: ${paint.bold("npm run vscode")}`);
    return exitCode;
  }

  async #launch() {
    await this.client.request("initialize", {
      adapterID: "ringscope",
      clientID: "demo",
      pathFormat: "path",
      linesStartAt1: true,
    });
    await this.client.request("launch", { program: PROGRAM });
    await this.client.event("initialized");
    await this.client.request("setFunctionBreakpoints", { breakpoints: [{ name: "call_write" }] });
    await this.client.request("configurationDone");
  }

  /** The application's first system call that reaches the kernel's C. */
  async #breakInKernel() {
    await this.#arrive();
    const frames = await this.#stack();
    heading("A breakpoint in the guest kernel", "ring 1; the application's system call came straight from ring 3");
    this.#source(frames[0]);
    say(stackText(frames, root));
    await this.#variables(frames[0], ["task", "text", "length"], ["task"]);
  }

  /** On the kernel's line that prints, "step in" goes through the hypercall into the VMM's C. */
  async #stepIntoHypercall() {
    await this.client.request("setFunctionBreakpoints", { breakpoints: [] });
    const kernel = await this.#stepUntil("next", (frame) => /console_write/.test(lineOf(frame)));
    heading("Step into a hypercall", `from ${kernel.name} (ring 1) through int 0x82 to the VMM (ring 0)`);
    this.#source(kernel);
    const vmm = await this.#stepUntil("stepIn", (frame) => frame.moduleId === "vmm.elf");
    say(dim(`    ${this.steps} × step in`));
    this.#source(vmm);
    // Goes on until the first lines have given the function's variables their values.
    await this.#stepUntil("next", (frame) => /trace_hypercall_enter/.test(lineOf(frame)));
  }

  async #showFrameAcrossRings() {
    const frames = await this.#stack();
    heading("One stack across three rings", "VMM, guest kernel, application");
    say(stackText(frames, root));
    await this.#variables(frames[0], ["regs", "v", "nr"], ["regs"], REGISTERS_SHOWN);
    const { variables } = await this.#scope(frames[0], "Segments");
    for (const each of variables.slice(0, 2)) say(variableLine(each));
  }

  async #runToEnd() {
    heading("Go on", "the guests' consoles until the last domain powers off");
    await this.client.request("continue", { threadId: this.#thread });
    const end = await this.client.event("exited", "stopped");
    await this.client.event("terminated");
    this.#endLine();
    return end.body.exitCode;
  }

  #showTrace() {
    const all = this.#trace.rows;
    const failed = all.filter((row) => row.failed).length;
    const shown = all.length < this.#trace.total ? ` of the last ${all.length}` : "";
    heading("Hypercall trace", `${this.#trace.total} hypercalls, ${failed} refused; the first of each kind${shown}`);
    const kinds = new Map(all.map((row) => [`${row.name} ${row.result?.replace(/^\d+$/, "") ?? ""}`, row]).reverse());
    const firsts = [...kinds.values()].sort((a, b) => a.index - b.index);
    const cells = firsts.map((row) => [
      `#${row.index}`,
      `d${row.domain}`,
      `${row.name}(${row.arguments.join(", ")})`,
      row.failed ? paint.red(row.result) : (row.result ?? ""),
    ]);
    say(table(cells));
  }

  async #stepUntil(command, isThere) {
    for (this.steps = 0; this.steps < 50;) {
      const [frame] = await this.#stack();
      if (isThere(frame)) return frame;
      this.steps++;
      await this.client.request(command, { threadId: this.#thread });
      await this.#arrive();
    }
    throw new Error("the demonstration has lost its way");
  }

  async #arrive() {
    const { event, body } = await this.client.event("stopped", "terminated");
    if (event === "terminated") throw new Error("the machine ended before the demonstration did");
    this.#thread = body.threadId;
    this.#endLine();
  }

  async #stack() {
    return (await this.client.request("stackTrace", { threadId: this.#thread })).stackFrames;
  }

  async #scope(frame, name) {
    const { scopes } = await this.client.request("scopes", { frameId: frame.id });
    const scope = scopes.find((each) => each.name === name);
    return this.client.request("variables", { variablesReference: scope.variablesReference });
  }

  /**
   * Shows locals by name (all without names). Those in `open` are shown with their parts (those in `shown`, in
   * hexadecimal).
   */
  async #variables(frame, names, open, shown) {
    const { variables } = await this.#scope(frame, "Locals");
    for (const each of variables.filter(({ name }) => names === undefined || names.includes(name))) {
      say(variableLine(each));
      if (!open.includes(each.name) || each.variablesReference === 0) continue;
      const parts = await this.client.request("variables", {
        variablesReference: each.variablesReference,
        format: { hex: shown !== undefined },
      });
      for (const part of parts.variables.filter(({ name }) => shown?.includes(name) ?? true))
        say(variableLine(part, 1));
    }
  }

  #source(frame) {
    if (frame.source?.path === undefined) return;
    say(
      sourceExcerpt(
        readFileSync(frame.source.path, "utf8"),
        frame.line,
        `${basename(frame.source.path)}:${frame.line}`,
      ),
    );
  }

  #heard({ event, body }) {
    if (event === "output" && body.category === "stdout") this.#console(body.output);
    if (event === "ringscope.hypercalls") this.#trace = body;
  }

  #console(text) {
    this.#midLine = guestLine(text, this.#midLine);
  }

  #endLine() {
    if (this.#midLine) process.stdout.write("\n");
    this.#midLine = false;
  }
}

function lineOf(frame) {
  if (frame.source?.path === undefined) return "";
  return readFileSync(frame.source.path, "utf8").split("\n")[frame.line - 1] ?? "";
}

await entry(async () => {
  const demo = new Demo();
  try {
    return await demo.tell();
  } finally {
    demo.client.close();
  }
});
