import { execFileSync } from "node:child_process";
import { ftruncateSync, mkdtempSync, openSync, closeSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapSession } from "../harness/dap-session";
import { peakMemory } from "../harness/memory";
import * as hostile from "./hostile/images";

/** Files that are no images, or images that would keep their reader busy for ever: each is answered, in bounds. */

/** Peak memory of the adapter in bytes; an honest session with a machine of 128 MiB takes some 130 MiB. */
const MOST_MEMORY = 512 << 20;

let folder: string;
let session: DapSession;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "hostile-"))));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => session.close());

const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** The answer to a launch: its refusal, or "launched". */
async function launch(program: string): Promise<string> {
  session = await DapSession.connect();
  const answer = await session.client.request("launch", { program, vmm: "none", stopOnEntry: true }).then(
    () => "launched",
    (error: Error) => error.message,
  );
  expect(peakMemory(session.client.pid)).toBeLessThan(MOST_MEMORY);
  return answer;
}

describe("a program that is not a plain file", () => {
  it("is refused when nobody writes to it: a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await launch(pipe)).toBe(`cannot launch ${pipe}: it is not a plain file`);
  });

  it("is refused when it never ends: a device", async () => {
    expect(await launch("/dev/zero")).toBe("cannot launch /dev/zero: it is not a plain file");
  });

  it("is refused when it is a folder", async () => {
    expect(await launch(folder)).toBe(`cannot launch ${folder}: it is a folder`);
  });
});

describe("a program of a gigabyte", () => {
  const large = (start: string, size: number): string => {
    const path = file("large", start);
    const handle = openSync(path, "r+");
    ftruncateSync(handle, size);
    closeSync(handle);
    return path;
  };

  it("is not read when it is no image", async () => {
    const path = large("nothing", 400 << 20);
    expect(await launch(path)).toBe(`cannot launch ${path}: not an ELF file`);
  });

  it("is not read when it begins like one", async () => {
    const path = large("\x7fELF", 1 << 30);
    expect(await launch(path)).toBe(`cannot launch ${path}: it is too large: an image has 512 MiB at most`);
  });
});

it("an image whose 65,000 segments lie over each other is refused before any is copied", async () => {
  const path = file("segments", hostile.overlappingSegments());
  expect(await launch(path)).toMatch(/needs \d+ MiB of memory, the machine has 128 MiB$/);
});

describe.each([
  ["30,000 sections of notes over one megabyte", hostile.overlappingNotes],
  ["60,000 sections with a name without an end", hostile.endlessNames],
  ["a constant of 600 KB", hostile.endlessConstant],
  ["200,000 blocks inside of each other", hostile.nestedBlocks],
  ["20,000 functions of the same 100,000 ranges", hostile.sharedRanges],
  ["20,000 abbreviation tables that overlap", hostile.overlappingAbbreviations],
  ["2,000 line tables of the same million rows", hostile.sharedLines],
  ["200,000 variables of the same long name", hostile.sharedNames],
  ["sections of 256 MiB that are packed to nothing", hostile.packedZeros],
])("an image with %s", (_, make) => {
  it("is refused, or answers everything in words", async () => {
    const answer = await launch(file("image", make()));
    expect(answer).not.toContain("the debugger itself");
    if (answer !== "launched") return expect(answer).toMatch(/^cannot launch .*: \w/);
    const { client } = session;
    await client.event("initialized");
    await session.breakAtFunctions("main");
    await session.start();
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse["body"]>("stackTrace", {
      threadId: session.threadId,
    });
    const { scopes } = await client.request<DebugProtocol.ScopesResponse["body"]>("scopes", {
      frameId: stackFrames[0]?.id,
    });
    for (const scope of scopes) expect(await session.children(scope)).toBeInstanceOf(Array);
    for (const expression of ["v", "main", "sizeof v", "$eip"]) {
      const result = await session.evaluate(expression).catch((error: Error) => error.message);
      expect(result).not.toContain("the debugger itself");
    }
    await client.request("modules");
    expect(peakMemory(client.pid)).toBeLessThan(MOST_MEMORY);
  });
});
