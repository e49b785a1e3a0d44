/** A function whose rare parts the compiler has moved to .text.unlikely is one function. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapSession, lineOf, source } from "../harness/dap-session";
import { compileKernel } from "../harness/kernel/compile.mjs";
import { gdbSteps } from "../harness/machines/qemu-gdb";

const SOURCE = "test/dap/kernels/split.c";
const STEPS = 30;

let folder: string;
let image: string;
let session: DapSession;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringscope-split-"));
  image = join(folder, "split.elf");
  compileKernel([source(SOURCE)], image, ["-g", "-w"], "gcc");
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => session.close());

/** `function line` of the innermost frame. */
async function place(): Promise<string> {
  const [frame] = await session.frames();
  return `${frame?.name.replace(" (inlined)", "")} ${frame?.line}`;
}

/** The address of the part that was moved. */
function coldPart(): number {
  const { stdout } = spawnSync("nm", [image], { encoding: "utf8" });
  const [, address = ""] = /^(\w+) t work\.cold$/m.exec(stdout) ?? [];
  return Number.parseInt(address, 16);
}

describe("a function in two parts", () => {
  it.each([
    ["next", "next"],
    ["stepIn", "step"],
  ] as const)("is stepped through as by gdb: %s", async (command, gdbs) => {
    const inWork = (places: string[]): string[] =>
      places.slice(
        0,
        places.findIndex((at) => at.startsWith("kernel")),
      );
    const expected = await gdbSteps(image, "work", gdbs, STEPS);
    session = await DapSession.launchTo("work", image);
    const places = [await place()];
    while (places.length < expected.length && !places.at(-1)?.startsWith("kernel")) {
      await session.step(command);
      places.push(await place());
    }
    expect(inWork(places)).toEqual(inWork(expected));
    expect(places.length).toBeGreaterThan(5);
  });

  it("stops at a breakpoint in the part that was moved, in a frame with the function's name, caller and values", async () => {
    const line = lineOf(SOURCE, 'complain(excess, "too large");');
    session = await DapSession.launch(image);
    const [breakpoint] = await session.breakAtLines(SOURCE, line);
    expect(breakpoint).toMatchObject({ verified: true, line });
    await session.start();
    expect(await place()).toBe(`work ${line}`);
    expect((await session.names()).slice(0, 2)).toEqual(["work", "kernel_main"]);
    expect(await session.evaluate("a")).toBe("9");
    expect(await session.evaluate("excess")).toBe("6");
    const [frame] = await session.frames();
    expect(Number(frame?.instructionPointerReference)).toBeGreaterThanOrEqual(coldPart());
    await session.step("stepOut");
    expect((await session.names())[0]).toBe("kernel_main");
  });

  it("stops at a line that is in both parts, whichever of them runs", async () => {
    const line = lineOf(SOURCE, "both in one line");
    session = await DapSession.launch(image);
    await session.breakAtLines(SOURCE, line);
    await session.start();
    const stops = [await session.evaluate("b")];
    while (stops.length < 4) {
      await session.continue();
      stops.push(`${await session.evaluate("b")} ${await place()}`);
    }
    // The last call stops where the line begins, and in its part that was moved.
    expect(stops).toEqual(["2", `2 work ${line}`, `5 work ${line}`, `5 work ${line}`]);
  });

  it("is labelled with the name of each part in the disassembly", async () => {
    session = await DapSession.launchTo("work", image);
    const { instructions } = await session.client.request<{ instructions: { symbol?: string }[] }>("disassemble", {
      memoryReference: `0x${coldPart().toString(16)}`,
      instructionCount: 2,
    });
    expect(instructions.map(({ symbol }) => symbol)).toEqual(["work.cold", undefined]);
  });
});
