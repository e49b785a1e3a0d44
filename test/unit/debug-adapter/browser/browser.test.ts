/**
 * The adapter's core in a browser: bundled for one, and run where nothing of Node is to be had. Whatever it used of Node
 * would be missing here as it is there.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import type * as Adapter from "../../../../debug-adapter/index";
import { tier0Plugin } from "../../../../scripts/lib/tier0-plugin.mjs";
import { ROOT } from "../../../harness/dap-client";
import { guest } from "../../../harness/dap-session";

/** What a web worker has and the adapter may use; the language itself and WebAssembly every context has. */
const WORKER = { TextDecoder, TextEncoder, atob, btoa };

let bundle: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["debug-adapter/index.ts"],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "adapter",
    target: "es2022",
    write: false,
    plugins: [tier0Plugin()],
  });
  bundle = outputFiles[0]?.text ?? "";
});

/** A session in a context of its own, whose files are those of `images` by name. */
function startSession(images: readonly string[]): Client {
  const files = new Map(images.map((path) => [basename(path), new Uint8Array(readFileSync(path))]));
  const context = createContext({ ...WORKER });
  const { RingscopeSession } = runInContext(`${bundle};adapter`, context) as typeof Adapter;
  const host: Adapter.DebugHost = {
    files: {
      read: (path) => files.get(basename(path)) ?? new Uint8Array(0),
      exists: (path) => files.has(basename(path)),
      realPath: (path) => path,
      resolve: (...parts) => join("/", ...parts),
      isAbsolute: (path) => path.startsWith("/"),
      folderOf: (path) => path.replace(/\/[^/]*$/, ""),
      nameOf: (path) => basename(path),
      builtInVmm: "/vmm.elf",
      packageRoot: "/",
    },
    disassembler: { disassemble: () => [] },
    compiling: (make) => make(),
    collectGarbage: () => undefined,
    now: () => performance.now(),
    turn: () => new Promise((resolve) => setTimeout(resolve, 0)),
    after(milliseconds, action) {
      const timer = setTimeout(action, milliseconds);
      return () => clearTimeout(timer);
    },
  };
  return new Client(new RingscopeSession(host, () => undefined));
}

class Client {
  private seq = 0;
  private readonly seen: DebugProtocol.ProtocolMessage[] = [];
  private notify: () => void = () => undefined;

  constructor(private readonly session: Adapter.RingscopeSession) {
    session.onDidSendMessage((message) => {
      this.seen.push(message);
      this.notify();
    });
  }

  async request(command: string, args: object = {}): Promise<DebugProtocol.Response> {
    const seq = ++this.seq;
    this.session.handleMessage({ seq, type: "request", command, arguments: args } as DebugProtocol.Request);
    return (await this.message((m) => "request_seq" in m && m.request_seq === seq)) as DebugProtocol.Response;
  }

  async event(name: string): Promise<DebugProtocol.Event> {
    return (await this.message((m) => "event" in m && m.event === name)) as DebugProtocol.Event;
  }

  /** All text that the debuggee wrote. */
  get output(): string {
    const events = this.seen.filter((m): m is DebugProtocol.OutputEvent => "event" in m && m.event === "output");
    return events
      .filter(({ body }) => body.category === "stdout")
      .map(({ body }) => body.output)
      .join("");
  }

  private async message(matches: (message: DebugProtocol.ProtocolMessage) => boolean) {
    for (;;) {
      const at = this.seen.findIndex(matches);
      if (at >= 0) return this.seen[at];
      await new Promise<void>((resolve) => (this.notify = resolve));
    }
  }
}

it("needs no module of Node's", () => {
  expect(bundle).not.toMatch(/require\(|from "node:|\bBuffer\b|\bprocess\.|setImmediate/);
});

it("debugs a guest under the hypervisor, from a stop in ring 1 through a hypercall to its end", async () => {
  const client = startSession([guest("pv/hello"), join(ROOT, "dist", "vmm.elf")]);
  await client.request("initialize", { adapterID: "ringscope" });
  expect(await client.request("launch", { program: "/hello.elf" })).toMatchObject({ success: true });
  await client.event("initialized");
  await client.request("setFunctionBreakpoints", { breakpoints: [{ name: "do_update_va_mapping" }] });
  await client.request("configurationDone");
  const stopped = await client.event("stopped");
  const { threadId } = stopped.body as { threadId: number };
  const stack = await client.request("stackTrace", { threadId });
  const names = (stack.body as DebugProtocol.StackTraceResponse["body"]).stackFrames.map(({ name }) => name);
  expect(names).toContain("── ring 1 → 0: hypercall 14 update_va_mapping ──");
  expect(names.at(0)).toBe("do_update_va_mapping");

  await client.request("setFunctionBreakpoints", { breakpoints: [] });
  await client.request("continue", { threadId });
  expect((await client.event("exited")).body).toEqual({ exitCode: 0 });
  expect(client.output).toContain("pv/hello: a kernel in ring 1\n");
});
