import { createWriteStream, type WriteStream } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import type { Readable, Writable } from "node:stream";
import { cliMessages } from "../messages";
import { RingscopeSession } from "../session/session";
import { nodeFiles } from "./node-files";
import { traced } from "./traced-streams";

export interface DapOptions {
  /** Serve on 127.0.0.1 at this port (0: any free one, told on standard error) instead of standard input and output. */
  port?: number | undefined;
  /** A file that takes every message, for a bug report. */
  trace?: string | undefined;
}

/** Serves the Debug Adapter Protocol; resolves with the process's exit status. */
export function runDap({ port, trace }: DapOptions): Promise<number> {
  const log = trace === undefined ? undefined : createWriteStream(trace);
  return port === undefined ? serveStdio(log) : serveTcp(port, log);
}

async function serveStdio(log: WriteStream | undefined): Promise<number> {
  await serve(process.stdin, process.stdout, log);
  log?.end();
  // An open standard input would keep the process alive.
  process.stdin.destroy();
  return 0;
}

/** One session after the other, or several at once; runs until the process is ended. */
function serveTcp(port: number, log: WriteStream | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      void serve(socket, socket, log).then(() => socket.end());
    });
    server.on("error", reject);
    server.on("close", () => resolve(0));
    server.listen(port, "127.0.0.1", () => {
      const { port: actual } = server.address() as AddressInfo;
      process.stderr.write(`${cliMessages.line(cliMessages.listening(actual))}\n`);
    });
  });
}

/** A session over a pair of streams, until its client leaves. */
function serve(input: Readable, output: Writable, log: WriteStream | undefined): Promise<void> {
  return new Promise((resolve) => {
    const session = new RingscopeSession(nodeFiles, resolve);
    const streams = log === undefined ? { input, output } : traced(input, output, log);
    input.on("close", resolve);
    input.on("end", resolve);
    session.start(streams.input, streams.output);
  });
}
