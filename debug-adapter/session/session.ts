import type { DebugProtocol } from "@vscode/debugprotocol";
import { ExpressionError } from "../values/expression-error";
import { checkLaunch } from "../launch/configuration";
import type { DebugHost } from "../launch/host";
import { LaunchError } from "../launch/launch-error";
import { breakpointMessages, debugMessages as say, imageMessages } from "../messages";
import type {
  ConsoleEventBody,
  ConsoleInputArguments,
  HypercallsArguments,
  RingscopeEvents,
  SetHexadecimalArguments,
  StepOutToGuestArguments,
} from "../protocol";
import type { Granularity, StepKind } from "../stepping/stepper";
import { checkArguments } from "./arguments";
import { CAPABILITIES } from "./capabilities";
import * as inspect from "./inspect";
import { latin1Bytes, utf8Text } from "../text";
import { UserError } from "../user-error";
import { ProtocolSession } from "./protocol-session";
import type { Written } from "./memory-views";
import { Runner } from "./runner";
import { Target, type SourceLine } from "./target";

type Handler = (args: never) => object | undefined;

/** The protocol's side of a debug session. Each request takes a line or two here; the work is elsewhere. */
export class RingscopeSession extends ProtocolSession {
  private target: Target | undefined;
  private runner: Runner | undefined;
  private hasBegun = false;
  /** What has to be done after the response was sent. */
  private readonly afterwards: (() => void)[] = [];
  private lineBase = 1;
  private columnBase = 1;
  /**
   * Whether all integers are shown in hexadecimal if a request names no form. Undefined: only addresses and the like.
   */
  private hexadecimal: true | undefined;
  /** Whether the client has told that it knows these events. */
  private takesInvalidated = false;
  private takesMemory = false;

  /** @param left called when the client has left */
  constructor(
    private readonly host: DebugHost,
    private readonly left: () => void,
  ) {
    super();
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
      // A machine is stopped also before the start, though nothing of it is shown: what the images name can be watched.
      inspect.dataBreakpointInfo(this.hasBegun ? this.standing() : this.present(), args),
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

    continue: ({ threadId }: Partial<DebugProtocol.ContinueArguments>) => {
      const runner = this.going();
      this.standing().checkThread(threadId);
      this.later(() => runner.continue());
      return { allThreadsContinued: true };
    },
    next: (args: DebugProtocol.NextArguments) => this.step("over", args),
    stepIn: (args: DebugProtocol.StepInArguments) => this.step("in", args),
    stepOut: (args: DebugProtocol.StepOutArguments) => this.step("out", args),
    "ringscope.stepOutToGuest": (args: StepOutToGuestArguments) => this.stepOutToGuest(args),
    "ringscope.setHexadecimal": ({ isOn }: SetHexadecimalArguments) => {
      this.hexadecimal = isOn || undefined;
      return this.invalidate(["variables"]);
    },
    pause: ({ threadId }: Partial<DebugProtocol.PauseArguments>) => {
      this.target?.checkThread(threadId);
      return this.later(() => this.runner?.pause());
    },

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
          column: frame.column === 0 ? 0 : frame.column - 1 + this.columnBase,
        })),
      };
    },
    scopes: (args: DebugProtocol.ScopesArguments) => ({ scopes: this.present().scopes(args.frameId) }),
    variables: (args: DebugProtocol.VariablesArguments) => {
      const { variablesReference, filter, start, count, format } = args;
      return {
        variables: this.standing().variables.rows(
          variablesReference,
          filter,
          start ?? 0,
          count ?? 0,
          format?.hex ?? this.hexadecimal,
        ),
      };
    },
    setVariable: (args: DebugProtocol.SetVariableArguments) => {
      const { variablesReference, name, value, format } = args;
      const {
        name: _name,
        evaluateName: _expression,
        ...row
      } = this.standing().variables.set(variablesReference, name, value, format?.hex ?? this.hexadecimal);
      return this.afterEdit(row);
    },
    setExpression: (args: DebugProtocol.SetExpressionArguments) =>
      this.afterEdit(inspect.setExpression(this.standing(), this.formatted(args))),
    evaluate: (args: DebugProtocol.EvaluateArguments) => {
      const { body, hasEffect } = inspect.evaluateIn(this.standing(), this.formatted(args));
      return hasEffect ? this.afterEdit(body) : body;
    },
    exceptionInfo: ({ threadId }: Partial<DebugProtocol.ExceptionInfoArguments>) => {
      const target = this.standing();
      target.thread(threadId);
      const stop = target.exception;
      return { exceptionId: stop?.id ?? "none", description: stop?.description ?? "", breakMode: "always" };
    },
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => inspect.readMemory(this.standing(), args),
    writeMemory: (args: DebugProtocol.WriteMemoryArguments) =>
      this.afterEdit(inspect.writeMemory(this.standing(), args) ?? {}),
    disassemble: (args: DebugProtocol.DisassembleArguments) => {
      const instructions = inspect.disassembleAt(this.standing(), args)?.instructions ?? [];
      return { instructions: instructions.map((each) => this.placed(each)) };
    },
    loadedSources: () => ({ sources: this.present().sources.all() }),
    modules: () => ({ modules: inspect.modules(this.present()) }),
    "ringscope.audit": () => inspect.audit(this.standing()),
    "ringscope.consoleInput": (args: ConsoleInputArguments) => this.consoleInput(args),
    "ringscope.hypercalls": ({ start, count }: HypercallsArguments) => this.present().feed.read(start, count),
  };

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const answer = this.answer(request);
    if ("reason" in answer) {
      this.afterwards.length = 0;
      this.refuse(request, answer.reason);
    } else {
      this.respond(request, answer.body);
    }
    for (const action of this.afterwards.splice(0)) action();
  }

  private answer(request: DebugProtocol.Request): { body: object | undefined } | { reason: string } {
    try {
      // A name that every object has, such as "toString", is not a request.
      const handler = Object.hasOwn(this.handlers, request.command) ? this.handlers[request.command] : undefined;
      if (handler === undefined) throw new UserError(say.unsupported(request.command));
      const args: unknown = request.arguments ?? {};
      return { body: handler(checkArguments(request.command, args) as never) };
    } catch (error) {
      return { reason: messageOf(error) };
    }
  }

  private initialize(args: DebugProtocol.InitializeRequestArguments): object {
    this.lineBase = args.linesStartAt1 === false ? 0 : 1;
    this.columnBase = args.columnsStartAt1 === false ? 0 : 1;
    this.takesInvalidated = args.supportsInvalidatedEvent === true;
    this.takesMemory = args.supportsMemoryEvent === true;
    return CAPABILITIES;
  }

  private launch(args: object): undefined {
    if (this.target !== undefined) throw new UserError(say.launchedAlready());
    const plan = checkLaunch(args);
    const target = launchTarget(plan, this.host, {
      console: (name, data, listens) => this.consoleOutput(plan.console, { console: name, data, listens }),
      log: (name, data) => this.consoleOutput(plan.console, { console: name, data, log: true }),
      logged: (text, place) => this.logged(text, place),
      hypercalls: (body) => this.custom("ringscope.hypercalls", body),
      written: (bytes) => this.written(bytes),
    });
    this.target = target;
    this.runner = new Runner(target, (event, body) => this.sendEvent(event, body));
    this.later(() => {
      for (const warning of [...plan.warnings, ...target.loaded.warnings]) this.output(`${warning}\n`, "important");
      for (const module of inspect.modules(target)) this.sendEvent("module", { reason: "new", module });
      for (const source of target.sources.all()) this.sendEvent("loadedSource", { reason: "new", source });
      // The client sends its breakpoints now. All images are known, so each breakpoint is bound at once.
      this.sendEvent("initialized");
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

  /** The client has left, whether it has said so or not. */
  leave(): void {
    this.runner?.terminate();
    this.target?.feed.dispose();
    this.left();
  }

  private step(kind: StepKind, { granularity, threadId }: Partial<DebugProtocol.NextArguments>): undefined {
    const unit: Granularity = granularity === "instruction" ? "instruction" : "line";
    const runner = this.going();
    const target = this.standing();
    const thread = target.thread(threadId);
    // A client that names no thread means the one that stopped.
    if (thread !== undefined && !thread.isLive)
      throw new UserError(say.notItsTurn(thread.name, target.halted?.liveThread?.name ?? ""));
    return this.later(() => runner.step(kind, unit));
  }

  private stepOutToGuest({ threadId }: StepOutToGuestArguments): undefined {
    const target = this.standing();
    if (target.debuggee.machine.cpl > 0) throw new UserError(say.guestRuns());
    if (!target.halted?.hasGuestFrame()) throw new UserError(say.noGuest());
    return this.step("guest", { threadId });
  }

  /** A runner whose machine is stopped and about to go. */
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
    this.invalidate(["variables", "stacks"]);
    return body;
  }

  /** Updates the memory views. */
  private written(bytes: Written): void {
    if (!this.takesMemory) return;
    const events = this.target?.memoryViews.eventsFor(bytes) ?? [];
    this.later(() => events.forEach((body) => this.sendEvent("memory", body)));
  }

  /** Makes the client ask again for what it shows. */
  private invalidate(areas: DebugProtocol.InvalidatedAreas[]): undefined {
    return this.takesInvalidated ? this.later(() => this.sendEvent("invalidated", { areas })) : undefined;
  }

  /** The arguments, with the current form of numbers if they name none. */
  private formatted<T extends { format?: DebugProtocol.ValueFormat }>(args: T): T {
    if (!this.hexadecimal || args.format?.hex !== undefined) return args;
    return { ...args, format: { ...args.format, hex: true } };
  }

  private consoleInput({ console: name, data }: ConsoleInputArguments): undefined {
    const target = this.present();
    const port = target.consoles.portOf(name);
    if (port === undefined) throw new UserError(say.noConsole(name));
    target.debuggee.machine.serialInput(port, latin1Bytes(data));
    target.execution.wake();
    return undefined;
  }

  private consoleOutput(where: "output" | "event", body: ConsoleEventBody): void {
    if (where === "event") return this.custom("ringscope.console", body);
    const category = body.log === true ? "console" : "stdout";
    this.output(utf8Text(latin1Bytes(body.data)), category);
  }

  private output(text: string, category: NonNullable<DebugProtocol.OutputEvent["body"]["category"]>): void {
    this.sendEvent("output", { category, output: text });
  }

  /** The client shows the way from the text to its logpoint. */
  private logged(output: string, place: SourceLine | undefined): void {
    if (place === undefined) return this.output(output, "console");
    const source = { name: inspect.lastPart(place.path), path: place.path };
    this.sendEvent("output", { category: "console", output, source, line: this.toClient(place.line) });
  }

  private custom<Name extends keyof RingscopeEvents>(name: Name, body: RingscopeEvents[Name]): void {
    this.sendEvent(name, body);
  }

  /** The place with its line as the client counts. */
  private placed<T extends { line?: number }>(place: T): T {
    return place.line === undefined ? place : { ...place, line: this.toClient(place.line) };
  }

  private fromClient(line: number): number {
    return line + 1 - this.lineBase;
  }

  private toClient(line: number): number {
    return line - 1 + this.lineBase;
  }
}

/** Throws UserError with the message that is shown in place of a launch. */
function launchTarget(...how: ConstructorParameters<typeof Target>): Target {
  try {
    return new Target(...how);
  } catch (error) {
    if (error instanceof LaunchError)
      throw new UserError(say.cannotLaunch(imageMessages.inFile(error.file, error.what)));
    throw error;
  }
}

/** One line for the user, never a stack trace of ours. */
function messageOf(error: unknown): string {
  if (error instanceof UserError || error instanceof ExpressionError) return error.message;
  return say.internal(error instanceof Error ? error.message : String(error));
}
