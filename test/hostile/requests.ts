/** Requests with wrong, huge and missing arguments, out of order: each has one answer, and the session goes on. */
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { Rng } from "../differential/rng";
import { root } from "../harness/process";
import { Adapter, framed, type Conversation } from "./adapter";
import { MOST_MEMORY, problemOf, type Finding } from "./finding";
import { hostileValue, mutated } from "./values";

const GUESTS = ["pv/hello", "bare/hello", "pv/loop", "pv/crash"].map((name) =>
  join(root, "dist/sample-guests", `${name}.elf`),
);
const SOURCE = { path: "sample-guests/pv/hello/app.c" };
const BREAKPOINT = { line: 20, condition: "1", hitCondition: "2", logMessage: "{$eip}" };
const UNSUPPORTED =
  "attach restart stepBack reverseContinue restartFrame goto source terminateThreads stepInTargets gotoTargets completions locations cancel";

/** What a session has named so far: references that are good, or were. */
interface Known {
  threadId: number;
  frameId: number;
  variablesReference: number;
  memoryReference: string;
}

/** Sound arguments of each request, which are then spoilt. */
function soundRequests(rng: Rng, known: Known): Readonly<Record<string, unknown>> {
  const { threadId, frameId, variablesReference, memoryReference } = known;
  const format = { hex: true };
  const thread = { threadId, granularity: "instruction" };
  return {
    initialize: { adapterID: "ringscope", linesStartAt1: true, columnsStartAt1: true, supportsMemoryEvent: true },
    launch: { program: rng.pick(GUESTS), stopOnEntry: true, memory: "64M", domains: [], sourceMap: { a: "b" } },
    configurationDone: {},
    setBreakpoints: { source: SOURCE, breakpoints: [BREAKPOINT], lines: [20] },
    setFunctionBreakpoints: { breakpoints: [{ ...BREAKPOINT, name: "map_page" }] },
    setInstructionBreakpoints: { breakpoints: [{ instructionReference: memoryReference, offset: 1, ...BREAKPOINT }] },
    setExceptionBreakpoints: { filters: ["crash", "refusal", "bounce"] },
    dataBreakpointInfo: { name: "*(int *)0x100000", variablesReference: 0, frameId, bytes: 4, asAddress: false },
    setDataBreakpoints: { breakpoints: [{ dataId: "0x100000,4", accessType: "readWrite", ...BREAKPOINT }] },
    breakpointLocations: { source: SOURCE, line: 1, endLine: 50 },
    continue: { threadId },
    next: thread,
    stepIn: thread,
    stepOut: thread,
    pause: { threadId },
    threads: {},
    stackTrace: { threadId, startFrame: 0, levels: 20, format },
    scopes: { frameId },
    variables: { variablesReference, filter: "indexed", start: 0, count: 10, format },
    setVariable: { variablesReference, name: "eax", value: "1", format },
    setExpression: { expression: "$ebx", value: "1", frameId, format },
    evaluate: { expression: "$eip", frameId, context: "repl", format },
    exceptionInfo: { threadId },
    readMemory: { memoryReference, offset: 0, count: 64 },
    writeMemory: { memoryReference, offset: 0, data: "AAAA", allowPartial: true },
    disassemble: { memoryReference, offset: 0, instructionOffset: -5, instructionCount: 20 },
    loadedSources: {},
    modules: { startModule: 0, moduleCount: 10 },
    "ringscope.audit": {},
    "ringscope.consoleInput": { console: "d0", data: "x" },
    "ringscope.hypercalls": { start: 0, count: 100 },
    "ringscope.setHexadecimal": { isOn: true },
    "ringscope.stepOutToGuest": { threadId },
    ...Object.fromEntries(UNSUPPORTED.split(" ").map((name) => [name, { threadId, frameId, text: "x", column: 1 }])),
  };
}

class Assault {
  private readonly known: Known = { threadId: 1, frameId: 1, variablesReference: 1, memoryReference: "0x00100000" };
  readonly problems: string[] = [];
  private sent = 0;
  private hasLeft = false;

  constructor(
    private readonly rng: Rng,
    private readonly conversation: Conversation,
  ) {}

  /** A session with `count` hostile requests. */
  async run(count: number): Promise<void> {
    const { rng } = this;
    if (!rng.oneIn(8)) await this.ask("initialize", { adapterID: "ringscope" });
    if (!rng.oneIn(6)) await this.ask("launch", { program: rng.pick(GUESTS), stopOnEntry: true, memory: "64M" });
    if (!rng.oneIn(6)) {
      await this.ask("configurationDone");
      await this.conversation.event(["stopped", "terminated"], 2000);
    }
    while (this.sent < count && !this.hasLeft) {
      if (rng.oneIn(4)) await this.learn();
      await (rng.oneIn(8) ? this.burst() : this.askOne());
    }
    if (!this.hasLeft) {
      await this.ask("threads");
      await this.ask("disconnect");
    }
    for (const { command } of this.conversation.answeredTwice) this.problems.push(`${command}: answered twice`);
  }

  private async ask(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const answer = await this.conversation.ask(command, args);
    const problem = problemOf(command, answer);
    if (problem !== undefined) this.problems.push(`${problem} with ${JSON.stringify(args)?.slice(0, 200)}`);
    return answer.response;
  }

  private one(): [command: string, args: unknown] {
    const { rng } = this;
    const sound = soundRequests(rng, this.known);
    const command = rng.oneIn(80) ? "terminate" : rng.pick(Object.keys(sound));
    const args = sound[command] ?? {};
    if (rng.oneIn(4)) return [command, args];
    return [command, rng.oneIn(8) ? hostileValue(rng) : mutated(rng, args)];
  }

  private async askOne(): Promise<void> {
    this.sent++;
    const [command, args] = this.rng.oneIn(60) ? ["disconnect", hostileValue(this.rng)] : this.one();
    const { success } = await this.ask(command, args);
    this.hasLeft = success && command === "disconnect";
  }

  /** Several at once, with numbers of their own; no answer is waited for between them. */
  private async burst(): Promise<void> {
    const first = 1_000_000 + this.sent * 100;
    const count = 1 + this.rng.below(20);
    const requests = Array.from({ length: count }, (_, n) => {
      const [command, args] = this.one();
      return { seq: first + n, type: "request", command, arguments: args };
    });
    this.sent += count;
    this.conversation.send(Buffer.concat(requests.map(framed)));
    for (const { seq, command } of requests) {
      const problem = problemOf(command, { response: await this.conversation.answerTo(seq), cpuMs: 0 });
      if (problem !== undefined) this.problems.push(problem);
    }
  }

  /** Brings the machine to a stop, if it can be, and notes what there is to refer to. */
  private async learn(): Promise<void> {
    const threads = (await this.ask("threads")).body as { threads?: DebugProtocol.Thread[] } | undefined;
    this.known.threadId = threads?.threads?.[0]?.id ?? this.known.threadId;
    const state = await this.ask("exceptionInfo", { threadId: this.known.threadId });
    if (!state.success && state.message === "the machine is running") {
      await this.ask("pause", { threadId: this.known.threadId });
      await this.conversation.event(["stopped", "terminated"], 1000);
    }
    const stack = (await this.ask("stackTrace", { threadId: this.known.threadId })).body as
      DebugProtocol.StackTraceResponse["body"] | undefined;
    const frame = stack?.stackFrames?.[0];
    if (frame === undefined) return;
    this.known.frameId = frame.id;
    this.known.memoryReference = frame.instructionPointerReference ?? this.known.memoryReference;
    const scopes = (await this.ask("scopes", { frameId: frame.id })).body as
      DebugProtocol.ScopesResponse["body"] | undefined;
    if (scopes !== undefined && scopes.scopes.length > 0)
      this.known.variablesReference = this.rng.pick(scopes.scopes).variablesReference;
  }
}

const REQUESTS_OF_SESSION = 40;
const SESSIONS_OF_ADAPTER = 10;

/** Some sessions with one adapter; what is wrong with them. */
async function tryAdapter(seed: number, first: number, sessions: number): Promise<Finding[]> {
  const adapter = await Adapter.start();
  const findings: Finding[] = [];
  try {
    for (let n = first; n < first + sessions; n++) {
      const conversation = adapter.connect();
      const assault = new Assault(new Rng(seed * 1_000_003 + n), conversation);
      adapter.forgetPeak();
      await assault.run(REQUESTS_OF_SESSION).catch((error: unknown) => assault.problems.push(String(error)));
      conversation.close();
      if (sessions === 1 && adapter.peakMemory > MOST_MEMORY)
        assault.problems.push(`${adapter.peakMemory >> 20} MiB of memory`);
      if (assault.problems.length > 0)
        findings.push({ input: `session ${n} of seed ${seed}`, problem: assault.problems.join("; ") });
    }
  } finally {
    await adapter.stop();
  }
  return findings;
}

/** Tries at least `count` requests, from session number `first` on. What looks wrong is tried again alone. */
export async function tryRequests(
  { seed, first = 0, count }: { seed: number; first?: number; count: number },
  progress: (done: number) => void = () => undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const end = first + Math.ceil(count / REQUESTS_OF_SESSION);
  for (let n = first; n < end; n += SESSIONS_OF_ADAPTER) {
    const suspected = await tryAdapter(seed, n, Math.min(SESSIONS_OF_ADAPTER, end - n));
    for (const { input } of suspected) findings.push(...(await tryAdapter(seed, Number(/\d+/.exec(input)?.[0]), 1)));
    progress((n - first + SESSIONS_OF_ADAPTER) * REQUESTS_OF_SESSION);
  }
  return findings;
}
