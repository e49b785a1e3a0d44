import { readFileSync } from "node:fs";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { ROOT, type Message } from "./dap-client";

/** Sent whenever a clock says so, or by the hundred: no part of the conversation. */
const UNTOLD = new Set(["ringscope.hypercalls", "loadedSource"]);

/** Longer JSON is broken; a stack frame, of which there are many, stays whole. */
const LINE = 300;

/**
 * A conversation as text that is the same in each run: a line for each message,
 * without sequence numbers, with folders and addresses made neutral. What came
 * out in several pieces between two messages is one, by category.
 */
export function transcriptText(messages: readonly Message[]): string {
  const lines: string[] = [];
  let outputs = new Map<string, string>();
  const flush = (): void => {
    for (const category of [...outputs.keys()].sort())
      lines.push(`<- output ${category}\n${indent(outputs.get(category) ?? "")}`);
    outputs = new Map();
  };
  for (const message of messages) {
    if (isEvent(message) && UNTOLD.has(message.event)) continue;
    if (isEvent(message) && message.event === "output") {
      const { category = "", output } = (message as DebugProtocol.OutputEvent).body;
      outputs.set(category, (outputs.get(category) ?? "") + output);
      continue;
    }
    flush();
    lines.push(line(message));
  }
  flush();
  return `${neutral(lines.join("\n"))}\n`;
}

function line(message: Message): string {
  if (isEvent(message)) return `<- event ${message.event}${json(message.body as unknown)}`;
  if (message.type === "request") {
    const request = message as DebugProtocol.Request;
    return `-> ${request.command}${json(request.arguments as unknown)}`;
  }
  const response = message as DebugProtocol.Response;
  return `<- ${response.success ? "" : "refused "}${response.command}${json(response.body as unknown)}`;
}

function json(value: unknown): string {
  return value === undefined || JSON.stringify(value) === "{}" ? "" : `\n${indent(compact(withText(value)))}`;
}

type Json = Record<string, unknown>;

/** Line numbers move with every change of the sources: the line's own text stands for them. */
function withText(value: unknown, path?: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withText(each, path));
  if (typeof value !== "object" || value === null) return value;
  const { line, column, ...rest } = value as Json;
  const own = ((value as Json)["source"] as { path?: string } | undefined)?.path ?? path;
  const parts = Object.entries(rest).map(([name, each]): [string, unknown] => [name, withText(each, own)]);
  const isSource = own !== undefined && typeof line === "number";
  const place = isSource
    ? { at: lineText(own, line) }
    : { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  return { ...Object.fromEntries(parts), ...place };
}

function lineText(path: string, line: number): string {
  return readFileSync(path, "utf8").split("\n")[line - 1]?.trim() ?? "";
}

/** JSON with what fits on one line on one line. */
function compact(value: unknown): string {
  const whole = JSON.stringify(value);
  if (whole.length <= LINE || typeof value !== "object" || value === null) return whole;
  if (Array.isArray(value)) return `[\n${value.map((each) => indent(compact(each))).join(",\n")}\n]`;
  const parts = Object.entries(value).map(([name, each]) => indent(`"${name}": ${compact(each)}`));
  return `{\n${parts.join(",\n")}\n}`;
}

function indent(text: string): string {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((each) => `  ${each}`)
    .join("\n");
}

/** Folders are the checkout's; addresses and frame numbers move with every change of the images. */
function neutral(text: string): string {
  return text
    .replaceAll(ROOT, "$ROOT")
    .replace(/\b(frame|base table) [0-9a-f]+\b/g, "$1 …")
    .replace(/\b(0x)?[0-9a-f]{8}\b/g, "$1…");
}

function isEvent(message: Message): message is DebugProtocol.Event {
  return message.type === "event";
}
