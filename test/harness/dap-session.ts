import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapClient, ROOT } from "./dap-client";

type Frame = DebugProtocol.StackFrame;
type Variable = DebugProtocol.Variable;

/** A guest that the build made: `pv/hello`, `bare/hello`. */
export const guest = (name: string): string => join(ROOT, "dist", "sample-guests", `${name}.elf`);

/** A source file below the repository's top folder. */
export const source = (path: string): string => join(ROOT, path);

/** The number of the only line of a source file that holds `text`. */
export function lineOf(path: string, text: string): number {
  const lines = readFileSync(source(path), "utf8").split("\n");
  const found = lines.flatMap((line, i) => (line.includes(text) ? [i + 1] : []));
  if (found.length !== 1) throw new Error(`${found.length} lines of ${path} hold "${text}"`);
  return found[0] ?? 0;
}

/** What a test does with a debug session, in few words. */
export class DapSession {
  threadId = 0;

  private constructor(readonly client: DapClient) {}

  /** An adapter that has been told of the client; nothing is launched. */
  static async connect(
    client = DapClient.start(),
    capabilities: object = { supportsInvalidatedEvent: true },
  ): Promise<DapSession> {
    await client.request("initialize", {
      adapterID: "ringscope",
      clientID: "test",
      pathFormat: "path",
      linesStartAt1: true,
      ...capabilities,
    });
    return new DapSession(client);
  }

  /** A machine that is loaded but has not begun to run: the time for breakpoints. */
  static async launch(program: string, more: object = {}, client = DapClient.start()): Promise<DapSession> {
    const session = await DapSession.connect(client);
    try {
      await session.client.request("launch", { program, ...more });
      await session.client.event("initialized");
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** A machine that stands where it first enters a function; the breakpoint is gone again. */
  static async launchTo(name: string, program: string, client?: DapClient): Promise<DapSession> {
    const session = await DapSession.launch(program, {}, client);
    await session.breakAtFunctions(name);
    await session.start();
    await session.breakAtFunctions();
    return session;
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  async breakAtFunctions(
    ...breakpoints: (string | DebugProtocol.FunctionBreakpoint)[]
  ): Promise<DebugProtocol.Breakpoint[]> {
    const wanted = breakpoints.map((each) => (typeof each === "string" ? { name: each } : each));
    return (
      await this.client.request<DebugProtocol.SetBreakpointsResponse["body"]>("setFunctionBreakpoints", {
        breakpoints: wanted,
      })
    ).breakpoints;
  }

  async breakAtLines(
    path: string,
    ...breakpoints: (number | DebugProtocol.SourceBreakpoint)[]
  ): Promise<DebugProtocol.Breakpoint[]> {
    const wanted = breakpoints.map((each) => (typeof each === "number" ? { line: each } : each));
    const args = { source: { path: source(path) }, breakpoints: wanted };
    return (await this.client.request<DebugProtocol.SetBreakpointsResponse["body"]>("setBreakpoints", args))
      .breakpoints;
  }

  /** Lets the machine begin; its first stop. */
  async start(): Promise<DebugProtocol.StoppedEvent["body"]> {
    await this.client.request("configurationDone");
    return this.stop();
  }

  async continue(): Promise<DebugProtocol.StoppedEvent["body"]> {
    await this.client.request("continue", { threadId: this.threadId });
    return this.stop();
  }

  /** Runs on to the end of the machine; its exit code. */
  async runToEnd(): Promise<number> {
    await this.client.request("continue", { threadId: this.threadId });
    return this.ended();
  }

  async ended(): Promise<number> {
    const { exitCode } = await this.client.event<{ exitCode: number }>("exited");
    await this.client.event("terminated");
    return exitCode;
  }

  async step(
    command: "next" | "stepIn" | "stepOut",
    granularity: DebugProtocol.SteppingGranularity = "statement",
  ): Promise<string> {
    await this.client.request(command, { threadId: this.threadId, granularity });
    await this.stop();
    return this.here();
  }

  async stop(): Promise<DebugProtocol.StoppedEvent["body"]> {
    const body = await this.client.event<DebugProtocol.StoppedEvent["body"]>("stopped");
    this.threadId = body.threadId ?? 0;
    return body;
  }

  async threads(): Promise<string[]> {
    return (await this.client.request<{ threads: DebugProtocol.Thread[] }>("threads")).threads.map(({ name }) => name);
  }

  async frames(threadId = this.threadId): Promise<Frame[]> {
    return (await this.client.request<{ stackFrames: Frame[] }>("stackTrace", { threadId })).stackFrames;
  }

  /** The stack as text: `name file:line` for a frame, the separator's words for a separator. */
  async stack(threadId = this.threadId): Promise<string[]> {
    return (await this.frames(threadId)).map((frame) => frameText(frame));
  }

  /** Names of the frames and the separators' words. */
  async names(threadId = this.threadId): Promise<string[]> {
    return (await this.frames(threadId)).map(({ name }) => name);
  }

  /** `name file:line` of the innermost frame. */
  async here(): Promise<string> {
    return (await this.stack())[0] ?? "";
  }

  /** Rows of a scope of a frame: 0 is the innermost. */
  async scope(name: string, frame = 0): Promise<Variable[]> {
    const { id } = (await this.frames())[frame] ?? { id: 0 };
    const { scopes } = await this.client.request<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: id });
    return this.children(scopes.find((scope) => scope.name === name));
  }

  async children(of: { variablesReference: number } | undefined, more: object = {}): Promise<Variable[]> {
    const args = { variablesReference: of?.variablesReference ?? 0, ...more };
    return (await this.client.request<{ variables: Variable[] }>("variables", args)).variables;
  }

  /** Values by name of a scope of a frame. */
  async values(scope: string, frame = 0): Promise<Record<string, string>> {
    return Object.fromEntries((await this.scope(scope, frame)).map(({ name, value }) => [name, value]));
  }

  /** The value of an expression in a frame, as text. */
  async evaluate(expression: string, frame = 0, context = "watch"): Promise<string> {
    const { id } = (await this.frames())[frame] ?? { id: 0 };
    return (await this.client.request<{ result: string }>("evaluate", { expression, frameId: id, context })).result;
  }
}

function frameText(frame: Frame): string {
  if (frame.presentationHint === "label") return frame.name;
  return frame.source === undefined ? frame.name : `${frame.name} ${frame.source.name ?? ""}:${frame.line}`;
}
