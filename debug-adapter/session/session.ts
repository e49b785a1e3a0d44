import { DebugSession, Event, InitializedEvent, OutputEvent, Response } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { ExpressionError } from "../expressions/ast";
import { breakpointMessages, debugMessages as say } from "../messages";
import type { ConsoleEventBody, ConsoleInputArguments, HypercallsEventBody, RingscopeEvents } from "../protocol";
import type { Granularity, StepKind } from "../stepping/stepper";
import { checkArguments } from "./arguments";
import { CAPABILITIES } from "./capabilities";
import type { Host } from "../launch/host";
import * as inspect from "./inspect";
import { checkLaunch } from "../launch/configuration";
import { UserError } from "../user-error";
import type { LoggedText } from "./logged-lines";
import { Runner } from "./runner";
import { Target } from "./target";

type Handler = (args: never) => object | undefined;

/** Errors of requests carry no number that means anything. */
const ERROR_ID = 1;

/** The protocol's side of a debug session: each request in a line or two, the work is elsewhere. */
export class RingscopeSession extends DebugSession {
  private target: Target | undefined;
  private runner: Runner | undefined;
  private hasBegun = false;
  /** To be done when the response is out. */
  private readonly afterwards: (() => void)[] = [];
  private lineBase = 1;
  /** The client has said that it knows this event. */
  private takesInvalidated = false;

  /** @param left called when the client has left */
  constructor(
    private readonly host: Host,
    private readonly left: () => void,
  ) {
    super();
    // The process is not the session's to end: others may run in it.
    this.setRunAsServer(true);
  }

  /** The client is gone, with a farewell or without. */
  override shutdown(): void {
    this.leave();
  }

  private readonly handlers: Readonly<Record<string, Handler>> = {
    initialize: (args: DebugProtocol.InitializeRequestArguments) => this.initialize(args),
    launch: (args: object) => this.launch(args),
    attach: () => {
      throw new UserError(say.noAttach());
    },
    configurationDone: () => this.begin(),
    disconnect: () => this.later(() => this.leave()),
    terminate: () => this.later(() => this.runner?.terminate()),

    setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => {
      const asked: readonly DebugProtocol.SourceBreakpoint[] =
        args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
      const wanted = asked.map((each) => ({ ...each, line: this.fromClient(each.line) }));
      return {
        breakpoints: this.present()
          .breakpoints.setSource(args.source.path ?? "", wanted)
          .map((each) => this.placed(each)),
      };
    },
    setFunctionBreakpoints: (args: DebugProtocol.SetFunctionBreakpointsArguments) => ({
      breakpoints: this.present().breakpoints.setFunctions(args.breakpoints),
    }),
    setInstructionBreakpoints: (args: DebugProtocol.SetInstructionBreakpointsArguments) => ({
      breakpoints: this.present().breakpoints.setInstructions(args.breakpoints),
    }),
    dataBreakpointInfo: (args: DebugProtocol.DataBreakpointInfoArguments) =>
      inspect.dataBreakpointInfo(this.standing(), args),
    setDataBreakpoints: (args: DebugProtocol.SetDataBreakpointsArguments) => ({
      breakpoints: this.present().dataBreakpoints.set(args.breakpoints),
    }),
    setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) => {
      const known = this.present().crashStops.set(args.filters);
      return {
        breakpoints: known.map((verified, i) =>
          verified ? { verified } : { verified, message: breakpointMessages.unknownFilter(args.filters[i] ?? "") },
        ),
      };
    },
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => {
      const first = this.fromClient(args.line);
      const last = args.endLine === undefined ? first : this.fromClient(args.endLine);
      const lines = this.present().breakpoints.possibleLines(args.source.path ?? "", first, last);
      return { breakpoints: lines.map((line) => ({ line: this.toClient(line) })) };
    },

    continue: () => {
      const runner = this.going();
      this.later(() => runner.continue());
      return { allThreadsContinued: true };
    },
    next: (args: DebugProtocol.NextArguments) => this.step("over", args.granularity),
    stepIn: (args: DebugProtocol.StepInArguments) => this.step("in", args.granularity),
    stepOut: (args: DebugProtocol.StepOutArguments) => this.step("out", args.granularity),
    pause: () => this.later(() => this.runner?.pause()),

    threads: () => ({
      threads: this.present()
        .threads()
        .map(({ id, name }) => ({ id, name })),
    }),
    stackTrace: (args: DebugProtocol.StackTraceArguments) => {
      const body = inspect.stackTrace(this.standing(), args);
      return {
        ...body,
        stackFrames: body.stackFrames.map((frame) => ({
          ...frame,
          line: frame.line === 0 ? 0 : this.toClient(frame.line),
        })),
      };
    },
    scopes: (args: DebugProtocol.ScopesArguments) => {
      const target = this.standing();
      return { scopes: target.variables.scopes(target.frame(args.frameId)) };
    },
    variables: (args: DebugProtocol.VariablesArguments) => {
      const { variablesReference, filter, start, count, format } = args;
      return {
        variables: this.standing().variables.rows(
          variablesReference,
          filter,
          start ?? 0,
          count ?? 0,
          format?.hex ?? false,
        ),
      };
    },
    setVariable: (args: DebugProtocol.SetVariableArguments) => {
      const { variablesReference, name, value, format } = args;
      const {
        name: _name,
        evaluateName: _expression,
        ...row
      } = this.standing().variables.set(variablesReference, name, value, format?.hex ?? false);
      return this.afterEdit(row);
    },
    setExpression: (args: DebugProtocol.SetExpressionArguments) =>
      this.afterEdit(inspect.setExpression(this.standing(), args)),
    evaluate: (args: DebugProtocol.EvaluateArguments) => {
      const { body, hasEffect } = inspect.evaluateIn(this.standing(), args);
      return hasEffect ? this.afterEdit(body) : body;
    },
    exceptionInfo: () => {
      const stop = this.standing().exception;
      return { exceptionId: stop?.id ?? "none", description: stop?.description ?? "", breakMode: "always" };
    },
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => inspect.readMemory(this.standing(), args),
    writeMemory: (args: DebugProtocol.WriteMemoryArguments) =>
      this.afterEdit(inspect.writeMemory(this.standing(), args) ?? {}),
    disassemble: (args: DebugProtocol.DisassembleArguments) => inspect.disassembleAt(this.standing(), args),
    loadedSources: () => ({ sources: this.present().sources.all() }),
    modules: () => ({ modules: inspect.modules(this.present()) }),
    "ringscope.consoleInput": (args: ConsoleInputArguments) => this.consoleInput(args),
  };

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const response = new Response(request);
    try {
      // A name that every object has, such as "toString", is no request.
      const handler = Object.hasOwn(this.handlers, request.command) ? this.handlers[request.command] : undefined;
      if (handler === undefined) throw new UserError(say.unsupported(request.command));
      const args: unknown = request.arguments ?? {};
      checkArguments(request.command, args);
      const body = handler(args as never);
      this.sendResponse(body === undefined ? response : Object.assign(response, { body }));
    } catch (error) {
      // The library looks words in braces up among the variables: without any, "{_name}" in a message is an error to it.
      this.sendErrorResponse(response, { id: ERROR_ID, format: messageOf(error), variables: {}, showUser: true });
      this.afterwards.length = 0;
    }
    for (const action of this.afterwards.splice(0)) action();
  }

  private initialize(args: DebugProtocol.InitializeRequestArguments): object {
    this.lineBase = args.linesStartAt1 === false ? 0 : 1;
    this.takesInvalidated = args.supportsInvalidatedEvent === true;
    return CAPABILITIES;
  }

  private launch(args: object): undefined {
    if (this.target !== undefined) throw new UserError(say.launchedAlready());
    const plan = checkLaunch(args);
    const target = new Target(plan, this.host, {
      console: (name, data, listens) => this.consoleOutput(plan.console, { console: name, data, listens }),
      log: (name, data) => this.consoleOutput(plan.console, { console: name, data, log: true }),
      logged: (text) => this.logged(text),
      hypercalls: (rows) => this.custom("ringscope.hypercalls", { rows } satisfies HypercallsEventBody),
    });
    this.target = target;
    this.runner = new Runner(target, (event) => this.sendEvent(event));
    this.later(() => {
      for (const warning of target.loaded.warnings) this.sendEvent(new OutputEvent(`${warning}\n`, "important"));
      // The client now sends breakpoints; every image is known, so each is bound at once.
      this.sendEvent(new InitializedEvent());
    });
    return undefined;
  }

  private begin(): undefined {
    this.present();
    if (this.runner?.isOver) throw new UserError(say.isOver());
    if (this.hasBegun) throw new UserError(say.begunAlready());
    this.hasBegun = true;
    return this.later(() => this.runner?.begin());
  }

  private leave(): void {
    this.runner?.terminate();
    this.target?.feed.dispose();
    this.left();
  }

  private step(kind: StepKind, granularity: DebugProtocol.SteppingGranularity | undefined): undefined {
    const unit: Granularity = granularity === "instruction" ? "instruction" : "line";
    const runner = this.going();
    return this.later(() => runner.step(kind, unit));
  }

  /** A runner whose machine stands and is about to go. */
  private going(): Runner {
    this.standing();
    if (this.runner === undefined) throw new UserError(say.notRunning());
    return this.runner;
  }

  private present(): Target {
    if (this.target === undefined) throw new UserError(say.notRunning());
    return this.target;
  }

  private standing(): Target {
    const target = this.present();
    if (target.halted === undefined) throw new UserError(this.runner?.isOver ? say.isOver() : say.isRunning());
    return target;
  }

  private later(action: () => void): undefined {
    this.afterwards.push(action);
    return undefined;
  }

  /** What the client shows may depend on what was changed. */
  private afterEdit<T extends object>(body: T): T {
    this.target?.halted?.refresh();
    if (this.takesInvalidated)
      this.later(() => this.sendEvent(new Event("invalidated", { areas: ["variables", "stacks"] })));
    return body;
  }

  private consoleInput({ console: name, data }: ConsoleInputArguments): undefined {
    const target = this.present();
    const port = target.consoles.portOf(name);
    if (port === undefined) throw new UserError(say.noConsole(name));
    target.debuggee.machine.serialInput(port, Buffer.from(data, "latin1"));
    target.execution.wake();
    return undefined;
  }

  private consoleOutput(where: "output" | "event", body: ConsoleEventBody): void {
    if (where === "event") return this.custom("ringscope.console", body);
    const category = body.log === true ? "console" : "stdout";
    this.sendEvent(new OutputEvent(Buffer.from(body.data, "latin1").toString("utf8"), category));
  }

  /** A client leads from the text to its logpoint. */
  private logged({ text, place }: LoggedText): void {
    const event: DebugProtocol.OutputEvent = new OutputEvent(text, "console");
    if (place !== undefined) {
      event.body.source = { name: inspect.lastPart(place.path), path: place.path };
      event.body.line = this.toClient(place.line);
    }
    this.sendEvent(event);
  }

  private custom<Name extends keyof RingscopeEvents>(name: Name, body: RingscopeEvents[Name]): void {
    this.sendEvent(new Event(name, body));
  }

  private placed(breakpoint: DebugProtocol.Breakpoint): DebugProtocol.Breakpoint {
    return breakpoint.line === undefined ? breakpoint : { ...breakpoint, line: this.toClient(breakpoint.line) };
  }

  private fromClient(line: number): number {
    return line + 1 - this.lineBase;
  }

  private toClient(line: number): number {
    return line - 1 + this.lineBase;
  }
}

/** One line for the user; never a stack trace of ours. */
function messageOf(error: unknown): string {
  if (error instanceof UserError || error instanceof ExpressionError) return error.message;
  return say.internal(error instanceof Error ? error.message : String(error));
}
