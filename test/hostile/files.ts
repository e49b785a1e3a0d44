/** Damaged images, each launched and asked all that a client asks at a stop. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { Rng } from "../differential/rng";
import { Adapter, type Conversation } from "./adapter";
import { makeSplit, type Corpus, type Split } from "./corpus";
import { damaged } from "./damage";
import { MOST_MEMORY, problemOf, type Finding } from "./finding";

/** A machine that did not stop by itself is paused after so long. */
const RUN_MS = 300;
/** An adapter keeps what the collector has not freed yet: after so many sessions a new one is started. */
const SESSIONS_OF_ADAPTER = 200;
const EXPRESSIONS = [
  "pairs",
  "crossing",
  "where + 1",
  "row",
  "self",
  "sizeof pairs",
  "*pairs",
  "$eip",
  "current",
  "main",
];

type Body = Record<string, unknown>;

/** Asks, and notes what is wrong with the answer. */
class Inquiry {
  readonly problems: string[] = [];

  constructor(readonly conversation: Conversation) {}

  async ask<T = Body>(command: string, args: object = {}): Promise<T | undefined> {
    const answer = await this.conversation.ask(command, args);
    const problem = problemOf(command, answer);
    if (problem !== undefined) this.problems.push(problem);
    return answer.response.success ? ((answer.response.body ?? {}) as T) : undefined;
  }
}

async function lookAround(inquiry: Inquiry): Promise<void> {
  const { threads = [] } = (await inquiry.ask<{ threads?: DebugProtocol.Thread[] }>("threads")) ?? {};
  const threadId = threads[0]?.id ?? 1;
  const stack = await inquiry.ask<{ stackFrames: DebugProtocol.StackFrame[] }>("stackTrace", { threadId });
  for (const { id: frameId } of stack?.stackFrames.slice(0, 3) ?? []) {
    const scopes = await inquiry.ask<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId });
    for (const { variablesReference } of scopes?.scopes ?? []) await unfold(inquiry, variablesReference, 3);
    for (const expression of EXPRESSIONS) {
      const value = await inquiry.ask<DebugProtocol.EvaluateResponse["body"]>("evaluate", { expression, frameId });
      if (value?.variablesReference) await unfold(inquiry, value.variablesReference, 2);
    }
  }
  const memoryReference = stack?.stackFrames[0]?.instructionPointerReference ?? "0x100000";
  await inquiry.ask("disassemble", { memoryReference, instructionOffset: -20, instructionCount: 60 });
  await inquiry.ask("loadedSources");
  await inquiry.ask("modules");
}

async function unfold(inquiry: Inquiry, variablesReference: number, depth: number): Promise<void> {
  const rows = await inquiry.ask<{ variables: DebugProtocol.Variable[] }>("variables", {
    variablesReference,
    count: 50,
  });
  const inner = (rows?.variables ?? []).filter((row) => row.variablesReference > 0).slice(0, 2);
  if (depth > 1) for (const row of inner) await unfold(inquiry, row.variablesReference, depth - 1);
}

/** A whole session with one image; what is wrong with it. */
async function converse(conversation: Conversation, launch: object): Promise<string[]> {
  const inquiry = new Inquiry(conversation);
  await inquiry.ask("initialize", { adapterID: "ringscope" });
  if ((await inquiry.ask("launch", launch)) !== undefined) {
    await conversation.event(["initialized"]);
    const source = { path: "test/dap/programs/values.c" };
    await inquiry.ask("setBreakpoints", { source, breakpoints: [{ line: 44 }, { line: 55, condition: "count > 1" }] });
    await inquiry.ask("breakpointLocations", { source, line: 1, endLine: 100 });
    await inquiry.ask("setFunctionBreakpoints", { breakpoints: [{ name: "stop" }, { name: "map_page" }] });
    await inquiry.ask("dataBreakpointInfo", { name: "sink" });
    await inquiry.ask("configurationDone");
    const ends = ["stopped", "terminated"];
    let event = await conversation.event(ends);
    if (event?.event === "stopped") await lookAround(inquiry);
    await inquiry.ask("continue", { threadId: 1 });
    event = event?.event === "terminated" ? event : await conversation.event(ends, RUN_MS);
    if (event === undefined) {
      await inquiry.ask("pause", { threadId: 1 });
      event = await conversation.event(ends);
    }
    if (event?.event === "stopped") {
      await lookAround(inquiry);
      await inquiry.ask("next", { threadId: 1 });
    }
  }
  await inquiry.ask("disconnect");
  const twice = conversation.answeredTwice.map(({ command }) => `${command}: answered twice`);
  return [...inquiry.problems, ...twice];
}

/** One launch with an adapter; what is wrong with it, its memory included. */
async function tryFile(adapter: Adapter, launch: object): Promise<string[]> {
  const conversation = adapter.connect();
  adapter.forgetPeak();
  try {
    const problems = await converse(conversation, launch);
    const peak = adapter.peakMemory;
    return peak > MOST_MEMORY ? [...problems, `${peak >> 20} MiB of memory`] : problems;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    conversation.close();
  }
}

interface Attempt {
  readonly launch: object;
  /** The damaged file. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** A damaged file and its launch: mostly alone, at times beneath the hypervisor, at times it is only what describes a kernel. */
function attempt(rng: Rng, corpus: Corpus, split: readonly Split[], folder: string): Attempt {
  const path = join(folder, "image.elf");
  if (rng.oneIn(8)) {
    const { program, companion, bytes } = rng.pick(split);
    const launch = { program, vmm: "none", stopOnEntry: true, symbols: [folder] };
    return { launch, path: companion, bytes: damaged(rng, [bytes]) };
  }
  if (rng.oneIn(5)) return { launch: { program: path, stopOnEntry: true }, path, bytes: damaged(rng, corpus.guests) };
  return { launch: { program: path, vmm: "none", stopOnEntry: true }, path, bytes: damaged(rng, corpus.kernels) };
}

/**
 * Tries `count` damaged files from number `first` on. What looks wrong is tried again with an adapter of its own:
 * memory that waits for the collector, and a host that is busy, are none of the file's doing.
 * @param keep a folder for the files with a finding
 */
export async function tryFiles(
  corpus: Corpus,
  { seed, first = 0, count, keep }: { seed: number; first?: number; count: number; keep?: string | undefined },
  progress: (done: number) => void = () => undefined,
): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const split = makeSplit(folder);
  const findings: Finding[] = [];
  let adapter = await Adapter.start();
  try {
    for (let n = 0; n < count; n++) {
      const rng = new Rng(seed * 1_000_003 + first + n);
      const { launch, path, bytes } = attempt(rng, corpus, split, folder);
      writeFileSync(path, bytes);
      const suspected = (await tryFile(adapter, launch)).length > 0;
      if (suspected || n % SESSIONS_OF_ADAPTER === SESSIONS_OF_ADAPTER - 1) {
        await adapter.stop();
        adapter = await Adapter.start();
      }
      const problems = suspected ? await tryFile(adapter, launch) : [];
      if (problems.length > 0) {
        const name = `file-${seed}-${first + n}.elf`;
        findings.push({ input: name, problem: problems.join("; ") });
        if (keep !== undefined) writeFileSync(join(keep, name), bytes);
        await adapter.stop();
        adapter = await Adapter.start();
      }
      progress(n + 1);
    }
  } finally {
    await adapter.stop();
    rmSync(folder, { recursive: true });
  }
  return findings;
}
