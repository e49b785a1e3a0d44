/** Steps through optimised code, where calls are inlined: as gdb steps through the same image on QEMU. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapSession, lineOf, source } from "../harness/dap-session";
import { compileKernel } from "../harness/kernel/compile.mjs";
import { gdbSteps } from "../harness/machines/qemu-gdb";

const SOURCE = "test/dap/kernels/inlined.c";
const HAS = ["gcc", "clang"].filter((compiler) => spawnSync(compiler, ["--version"]).status === 0);
const STEPS = 60;

let folder: string;
let session: DapSession;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringscope-inlined-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => session.close());

function kernel(compiler: string, level: string): string {
  const image = join(folder, `inlined-${compiler}${level}.elf`);
  compileKernel([source(SOURCE)], image, ["-g", "-w", level], compiler);
  return image;
}

/** `function line` of the innermost frame. */
async function place(): Promise<string> {
  const [frame] = await session.frames();
  return `${frame?.name.replace(" (inlined)", "")} ${frame?.line}`;
}

/** The places from a function on, up to the end of that function. */
async function steps(image: string, command: "next" | "stepIn"): Promise<string[]> {
  session = await DapSession.launchTo("work", image);
  const places = [await place()];
  while (places.length <= STEPS && !isOut(places.at(-1))) {
    await session.step(command);
    places.push(await place());
  }
  return inWork(places);
}

const isOut = (place = ""): boolean => place.startsWith("kernel_main");

const inWork = (places: string[]): string[] => {
  const end = places.findIndex(isOut);
  return end < 0 ? places : places.slice(0, end);
};

describe.each(HAS.flatMap((compiler) => ["-O1", "-O2"].map((level) => [compiler, level] as const)))(
  "a step in code by %s %s",
  (compiler, level) => {
    it.each([
      ["next", "next"],
      ["stepIn", "step"],
    ] as const)("takes the way of gdb: %s", async (command, gdbs) => {
      const image = kernel(compiler, level);
      const expected = inWork(await gdbSteps(image, "work", gdbs, STEPS));
      expect(expected.length).toBeGreaterThan(15);
      expect(await steps(image, command)).toEqual(expected);
    });
  },
);

describe("at the line of an inlined call", () => {
  const line = lineOf(SOURCE, "u32 a = twice(n);");
  const atCall = async (): Promise<void> => {
    session = await DapSession.launch(kernel("gcc", "-O2"));
    await session.breakAtLines(SOURCE, line);
    await session.start();
  };

  it("a breakpoint shows the caller, whose locals are there, and a step in the called, without an instruction", async () => {
    await atCall();
    if ((await place()) === `work ${line}` && (await session.names())[0] === "work") await session.breakAtLines(SOURCE);
    while ((await session.evaluate("$eip")) && (await place()) === `work ${line}`) {
      const before = await session.evaluate("$eip");
      await session.step("stepIn");
      if ((await place()).startsWith("twice")) expect(await session.evaluate("$eip")).toBe(before);
    }
    expect(await place()).toBe(`twice ${lineOf(SOURCE, "u32 first = mix(a, 3);")}`);
    expect((await session.names()).slice(0, 2)).toEqual(["twice (inlined)", "work"]);
    // Out of the call, which is inlined, and no further.
    await session.step("stepOut");
    expect((await session.names())[0]).toBe("work");
  });

  it("a breakpoint on the called function's line shows that", async () => {
    session = await DapSession.launch(kernel("gcc", "-O2"));
    await session.breakAtLines(SOURCE, lineOf(SOURCE, "u32 first = mix(a, 3);"));
    await session.start();
    expect((await session.names()).slice(0, 2)).toEqual(["twice (inlined)", "work"]);
  });
});
