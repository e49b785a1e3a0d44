import { PassThrough, type Readable, type Writable } from "node:stream";

/** Copies what passes through both streams to `log`, each chunk marked with its direction. */
export function traced(input: Readable, output: Writable, log: Writable): { input: Readable; output: Writable } {
  const from = new PassThrough();
  const to = new PassThrough();
  from.on("data", (chunk: Buffer) => log.write(`<- ${chunk.toString()}\n`));
  to.on("data", (chunk: Buffer) => log.write(`-> ${chunk.toString()}\n`));
  input.pipe(from);
  to.pipe(output);
  return { input: from, output: to };
}
