import { createWriteStream, type WriteStream } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import type { Readable, Writable } from "node:stream";
import { UserError } from "../user-error";
import { openOutput, tell } from "../host/outputs";
import { ExitStatus } from "../launch/exit-status";
import { cliMessages, systemProblem } from "../messages";
import { RingscopeSession } from "../session/session";
import { CheckedStream } from "./checked-stream";
import { icedDisassembler } from "../host/iced-disassembler";
import { nodeHost } from "../host/node-host";
import type { Outlet } from "../launch/host";
import { StreamServer } from "./stream-server";
import { traced } from "./traced-streams";

export interface DapOptions {
  /** Serve on 127.0.0.1 at this port (0: any free one, told on standard error) instead of standard input and output. */
  port?: number | undefined;
  /** A file to which every message is written, for a bug report. */
  trace?: string | undefined;
}

/**
 * Serves the Debug Adapter Protocol. It resolves with the process's exit status.
 * @throws UserError when the trace's file or the port cannot be had
 */
export async function runDap({ port, trace }: DapOptions): Promise<number> {
  const log = trace === undefined ? undefined : openTrace(trace);
  return port === undefined ? serveStdio(log) : serveTcp(port, log);
}

/** If the trace cannot be continued, the user is told, and the session goes on. */
function openTrace(file: string): WriteStream {
  const log = createWriteStream(file, { fd: openOutput(file) });
  return log.on("error", (error) => complain(cliMessages.cannotWrite(file, systemProblem(error))));
}

async function serveStdio(log: WriteStream | undefined): Promise<number> {
  process.stdout.on("error", (error) => {
    complain(cliMessages.cannotWrite(cliMessages.standardOutput(), systemProblem(error)));
    process.exit(ExitStatus.Output);
  });
  const problem = await serve(process.stdin, process.stdout, log);
  log?.end();
  // If standard input stayed open, the process would not end.
  process.stdin.destroy();
  if (problem === undefined) return 0;
  complain(problem.message);
  return ExitStatus.Usage;
}

/** Serves sessions one after the other or several at once, until the process is ended. */
function serveTcp(port: number, log: WriteStream | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    // A stop follows the response to its request at once. If it were held back until the client has acknowledged the
    // response, it would come 40 ms late.
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => socket.destroy());
      void serve(socket, socket, log).then((problem) => {
        if (problem !== undefined) complain(problem.message);
        socket.end();
      });
    });
    server.on("error", (error) => reject(new UserError(cliMessages.cannotListen(port, systemProblem(error)))));
    server.on("close", () => resolve(0));
    server.listen(port, "127.0.0.1", () => {
      const { port: actual } = server.address() as AddressInfo;
      complain(cliMessages.listening(actual));
    });
  });
}

/**
 * Serves a session over a pair of streams until its client leaves. The result is what was wrong with the client, if
 * anything was.
 */
function serve(input: Readable, output: Writable, log: WriteStream | undefined): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const end = (): void => resolve(undefined);
    const streams = log === undefined ? { input, output } : traced(input, output, log);
    const checked = new CheckedStream((request, reason) => session.refuseUnread(request, reason));
    // This listener must be the first, because the session takes an error for the end of its client.
    checked.on("error", resolve);
    checked.on("end", end);
    input.on("close", () => setImmediate(end));
    const outlet = outletOf(streams.output);
    const session = new RingscopeSession({ ...nodeHost, disassembler: icedDisassembler, outlet }, end);
    new StreamServer(session).start(streams.input.pipe(checked), streams.output);
  });
}

/** A stream is full from when it asks its writer to wait until it has been emptied. */
function outletOf(output: Writable): Outlet {
  return {
    get isFull() {
      return output.writableNeedDrain;
    },
    onDrained: (action) => void output.on("drain", action),
  };
}

function complain(message: string): void {
  tell(cliMessages.line(message));
}
