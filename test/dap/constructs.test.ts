/** Constructs of C that debuggers get wrong, in kernels by both compilers whose linker script throws .eh_frame away. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapServer } from "../harness/dap-client";
import { DapSession, lineOf, source } from "../harness/dap-session";
import { compileKernel } from "../harness/kernel/compile.mjs";

const VALUES = "test/dap/programs/values.c";
const CLASSES = "test/dap/programs/classes.cpp";
const CPP = ["-std=gnu++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"];
const HAS = ["gcc", "clang"].filter((compiler) => spawnSync(compiler, ["--version"]).status === 0);

let server: DapServer;
let session: DapSession;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ringscope-constructs-"));
  server = await DapServer.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => session.close());

function kernel(compiler: string, level: string, path = VALUES, flags: string[] = []): string {
  const image = join(folder, `${basename(path)}-${compiler}${level}.elf`);
  compileKernel([source(path)], image, ["-g", level, "-w", ...flags], compiler);
  return image;
}

const set = async (expression: string, value: string): Promise<string> =>
  (
    await session.client.request<{ value: string }>("setExpression", {
      expression,
      value,
      frameId: (await session.frames())[0]?.id,
    })
  ).value;

describe.each(HAS.flatMap((compiler) => ["-O0", "-O2"].map((level) => [compiler, level] as const)))(
  "a kernel by %s %s",
  (compiler, level) => {
    const atStop = async (): Promise<void> =>
      void (session = await DapSession.launchTo("stop", kernel(compiler, level), server.connect()));

    it("has the values of its globals", async () => {
      await atStop();
      const value = (expression: string): Promise<string> => session.evaluate(expression);
      expect(await value("where")).toBe("FAR (18364758544493064720)");
      expect(await value("extended")).toBe("-2.25");
      expect(await value("single")).toBe("0.1");
      expect(await value("twice")).toBe("1e+100");
      expect(await value("phase")).toBe("1.5 + 2i");
      expect(await value("address")).toMatch(/^\[6\] \{0 '\\0', 80 'P', 194/);
      expect(await value("crossing")).toBe("{low = 89478485, high = 999999937, rest = 77 'M'}");
    });

    it("calculates with floating point numbers and 64 bits", async () => {
      await atStop();
      const value = (expression: string): Promise<string> => session.evaluate(expression);
      expect(await value("extended * 2 - 0.5")).toBe("-5");
      expect(await value("twice > 1e99 && single < .2f")).toBe("1");
      expect(await value("(int)(extended - 0.9)")).toBe("-3");
      expect(await value("pte & 0xffffff000,x")).toBe("0x0000000012345000");
      expect(await value("-single")).toBe("-0.1");
      expect(await value("sizeof extended")).toBe("12");
    });

    it("stores what C stores, and refuses what C refuses", async () => {
      await atStop();
      expect(await set("crossing.high", "0")).toBe("0");
      expect(await session.evaluate("crossing")).toBe("{low = 89478485, high = 0, rest = 77 'M'}");
      expect(await set("extended", "1.5")).toBe("1.5");
      expect(await set("single", "twice / 1e99")).toBe("10");
      expect(await set("pte", "pte | 1ull << 62")).toBe("0xc000000012345067");
      expect(await set("sink", "7.9")).toBe("7");
      expect(await set("pairs[0]", "pairs[1]")).toBe("{first = 3, second = 4}");
      await expect(set("pairs[0]", "1")).rejects.toThrow("cannot be assigned");
      await expect(set("pairs", "1")).rejects.toThrow("this value cannot be changed");
    });

    it("has arrays of variable length in the caller, with their counts", async () => {
      await atStop();
      const caller = (await session.names()).indexOf("rows");
      const row = await session.evaluate("row", caller).catch((error: unknown) => String(error));
      // -O2 may keep only parts of them.
      if (level === "-O0") {
        expect(row).toBe("[3] {0, 10, 20}");
        expect(await session.evaluate("table", caller)).toBe("[3] {[2] {0, 1}, [2] {100, 101}, [2] {200, 201}}");
        expect(await session.evaluate("sizeof table", caller)).toBe("12");
        expect(await session.evaluate("table[2][1]", caller)).toBe("201");
      } else expect(row).toMatch(/^\[3\] \{0, 10, 20\}$|optimized out|not available|\[\]/);
    });

    it("stops where a 64-bit condition holds", async () => {
      session = await DapSession.launch(kernel(compiler, level), {}, server.connect());
      await session.breakAtFunctions({ name: "stop", condition: "(pte >> 63) == 1 && pte > 0x8000000000000000" });
      await session.start();
      expect((await session.names())[0]).toBe("stop");
      expect([0, 1]).toContain(((await session.frames())[0]?.line ?? 0) - lineOf(VALUES, "void stop(void)"));
    });
  },
);

describe.each(HAS)("a kernel in C++ by %s", (compiler) => {
  const at = async (name: string): Promise<void> =>
    void (session = await DapSession.launchTo(name, kernel(compiler, "-O0", CLASSES, CPP), server.connect()));

  const values = async (...expressions: string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const expression of expressions) found.push(await session.evaluate(expression));
    return found;
  };

  it.each(["area", "Circle::area", "shapes::Circle::area"])("stops in a method under the name %s", async (name) => {
    await at(name);
    expect((await session.names()).slice(0, 2)).toEqual(["shapes::Circle::area", "kernel_main"]);
  });

  it("has members without `this`, references by what they refer to, and names of namespaces", async () => {
    await at("Circle::area");
    expect(await values("radius", "this->radius", "centre.x", "by", "by.y", "out + 1")).toEqual(
      ["5", "5", "3", "{x = 7, y = 8}", "8", "1"], // prettier-ignore
    );
    expect(await values("made", "shapes::made", "other::made", "::other::made")).toEqual(["2", "2", "77", "77"]);
    expect(await values("Circle::count", "Circle::LARGE", "shapes::Circle::LARGE")).toEqual(
      ["41", "LARGE (1)", "LARGE (1)"], // prettier-ignore
    );
    expect(
      await values("sizeof(Circle)", "sizeof(shapes::Point)", "filled == true", "((Circle *)this)->radius"),
    ).toEqual(
      ["16", "8", "1", "5"], // prettier-ignore
    );
    expect(await set("out", "9")).toBe("9");
    expect(await session.evaluate("result", 1)).toBe("9");
  });

  it("finds virtual bases by the object's table", async () => {
    await at("look");
    expect(await values("both.b", "both.l", "both.r", "both.own")).toEqual(["1", "2", "3", "4"]);
    const both = (await session.scope("Locals")).find(({ name }) => name === "both");
    const members = await session.children(both);
    expect(members.find(({ name }) => name === "struct Base")?.value).toBe("{b = 1}");
    // Both of its bases share the virtual base, which is one object.
    const shown = ["struct Base", "_vptr.Left", "l", "_vptr.Right", "r", "own"];
    expect(members.map(({ name }) => name.replace("$", "."))).toEqual(shown);
    expect(both?.namedVariables).toBe(shown.length);
  });

  it("stops in templates and lambdas", async () => {
    await at("twice");
    expect(await values("value")).toEqual(["21"]);
    await session.close();
    await at("operator()");
    expect(await values("by")).toEqual(["9"]);
  });

  it("decides conditions on members and references", async () => {
    session = await DapSession.launch(kernel(compiler, "-O0", CLASSES, CPP), {}, server.connect());
    await session.breakAtFunctions({ name: "shapes::Circle::area", condition: "radius == 5 && by.x == 7" });
    await session.start();
    expect((await session.names())[0]).toBe("shapes::Circle::area");
  });
});
