import type { DebugProtocol } from "@vscode/debugprotocol";
import { failureText } from "../breakpoints/check";
import type { Site } from "../breakpoints/table";
import { describeTripleFault } from "../debuggee/fault-chain";
import { debugExitStatus, ExitStatus, vmmExitStatus } from "../launch/exit-status";
import { debugMessages as say } from "../messages";
import type { Halt } from "../stepping/stepped-debuggee";
import type { Granularity, StepEnd, StepKind } from "../stepping/stepper";
import type { Ending } from "./execution";
import type { Target } from "./target";

/** Sets the machine going, and tells by events why it stopped or ended. */
export class Runner {
  /** Whether the session has nothing to run any more. */
  isOver = false;

  constructor(
    private readonly target: Target,
    private readonly send: (event: string, body?: object) => void,
  ) {}

  /** Starts from the machine's first instruction; with stopOnEntry runs up to the program's. */
  begin(): void {
    const { plan, debuggee, table } = this.target;
    const entry = plan.stopOnEntry && !plan.noDebug ? this.target.entry() : undefined;
    if (entry === undefined) {
      // A machine that is set going executes an instruction before it looks for a breakpoint.
      if (!table.test(debuggee.machine.pc, debuggee.machine)) return this.continue();
      this.target.halt(this.target.breakpoints.hiddenCalls());
      return this.atBreakpoint();
    }
    if (debuggee.machine.pc === entry.linear && entry.leastRing === 0) {
      this.target.halt();
      return this.stopped("entry");
    }
    const site: Site = { condition: { stops: (view) => view.registers.get("cpl") >= entry.leastRing } };
    table.add(entry.linear, site);
    this.go(
      () => this.target.execution.run(),
      () => {
        const isEntry = table.hits.includes(site);
        table.remove(entry.linear, site);
        return isEntry ? "entry" : undefined;
      },
    );
  }

  continue(): void {
    if (this.target.execution.ending !== undefined) return this.finishAfterEnding(this.target.execution.ending);
    this.go(
      () => this.target.execution.run(),
      () => undefined,
    );
  }

  step(kind: StepKind, granularity: Granularity): void {
    if (this.target.execution.ending !== undefined) return this.finishAfterEnding(this.target.execution.ending);
    this.go(
      () => this.target.stepper.step(kind, granularity),
      () => undefined,
    );
  }

  pause(): void {
    this.target.execution.pause();
  }

  /** Ends the session at the client's wish. Nothing more is executed. */
  terminate(): void {
    if (this.isOver) return;
    this.target.execution.pause();
    this.over();
  }

  /** @param why gives the reason of the stop, if it is a special one; called after the stop */
  private go(run: () => Promise<StepEnd | Halt>, why: () => string | undefined): void {
    this.target.resume();
    run().then(
      (end) => this.arrived(end, why()),
      (error: unknown) => {
        this.output(say.internal(error instanceof Error ? error.message : String(error)));
        this.over();
      },
    );
  }

  private arrived(end: StepEnd | Halt, special: string | undefined): void {
    if (this.isOver) return;
    const { breakpoints } = this.target;
    const hidden = end.kind === "done" ? end.hiddenCalls : end.kind === "breakpoint" ? breakpoints.hiddenCalls() : 0;
    this.target.halt(hidden);
    switch (end.kind) {
      case "done":
        return this.stopped("step");
      case "nowhere":
        this.output(say.nowhereToStepOut());
        return this.stopped("step");
      case "pause":
        return this.stopped("pause");
      case "breakpoint":
        return special === undefined ? this.atBreakpoint() : this.stopped(special);
      case "watchpoint": {
        const { ids, text } = this.target.dataBreakpoints.describe(end.hits);
        return this.stopped("data breakpoint", { description: text, text, hitBreakpointIds: ids });
      }
      case "ended":
        return this.ended(this.target.execution.ending);
    }
  }

  private atBreakpoint(): void {
    const { crashStops, breakpoints } = this.target;
    const exception = crashStops.hit();
    if (exception !== undefined) {
      this.target.exception = exception;
      return this.stopped("exception", { description: exception.description, text: exception.description });
    }
    const hits = breakpoints.hits();
    for (const { id, check } of hits) {
      const message = check && failureText(check);
      if (message === undefined) continue;
      this.output(message);
      this.send("breakpoint", { reason: "changed", breakpoint: { id, verified: true, message } });
    }
    const [first] = hits;
    this.stopped(first?.origin ?? "breakpoint", { hitBreakpointIds: [...new Set(hits.map(({ id }) => id))] });
  }

  private ended(stop: Target["execution"]["ending"]): void {
    switch (stop?.kind) {
      case "exit":
        return this.finish(stop.value);
      case "triple-fault": {
        const { line, report } = describeTripleFault(stop.chain, this.target.debuggee);
        return this.endedBadly("triple fault", line, report);
      }
      default:
        return this.endedBadly("halted", say.halted(), say.halted());
    }
  }

  /** Stops the machine at its end so that the user can look at it. Continuing ends the session. */
  private endedBadly(id: string, line: string, description: string): void {
    this.output(description);
    this.target.exception = { id, description };
    this.stopped("exception", { description: line, text: line });
  }

  private finishAfterEnding(stop: Ending): void {
    if (stop.kind === "exit") return this.finish(stop.value);
    this.exit(stop.kind === "triple-fault" ? ExitStatus.TripleFault : ExitStatus.Halted);
  }

  /** @param value the value that was written to the debug-exit port */
  private finish(value: number): void {
    if (this.target.loaded.isBare) {
      const status = debugExitStatus(value);
      this.output(say.ended(status));
      return this.exit(status);
    }
    this.output(say.vmmEnded(value));
    this.exit(vmmExitStatus(value));
  }

  private exit(code: number): void {
    this.send("exited", { exitCode: code });
    this.over();
  }

  private over(): void {
    if (this.isOver) return;
    this.target.consoles.flush();
    this.target.feed.end();
    this.isOver = true;
    this.target.halted = undefined;
    this.send("terminated");
  }

  private stopped(reason: string, more: Partial<DebugProtocol.StoppedEvent["body"]> = {}): void {
    const threadId = this.target.halted?.liveThread?.id ?? 0;
    const body: DebugProtocol.StoppedEvent["body"] = { reason, threadId, allThreadsStopped: true, ...more };
    this.send("stopped", body);
  }

  private output(text: string): void {
    this.send("output", { category: "console", output: `${text}\n` });
  }
}
