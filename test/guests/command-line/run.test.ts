/** The stable options of the command line. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root, runProcess } from "../../harness/process";
import { Code } from "../../unit/emulator/machine/guest-code";
import { guestImage, kernelOf, ringscope, scratch } from "./cli";

const { path, file } = scratch();
const HELLO = guestImage("pv/hello");

/** Copies the string at ESI to COM1: 1: lodsb; test al, al; jz end; mov dx, 0x3f8; out dx, al; jmp 1b */
const PRINT = "ac 84c0 7407 66baf803 ee ebf4";

/** Prints the kernel's command line (EBX + 16), then each module's. */
const commandLines = (): Code => new Code().hex("8b7310").hex(PRINT).hex("8b4318 8b7008").hex(PRINT).exit(3);
const counting = (): Code => new Code().hex("b800000000 40 ebfd");

describe("ringscope run", () => {
  it("ends with (V << 1 | 1) & 255 for the byte V at port 0xF4", async () => {
    for (const [value, status] of [
      [0, 1],
      [3, 7],
      [0x80, 1],
      [0xff, 255],
    ] as const) {
      const image = file(`exit-${value}.bin`, kernelOf(new Code().exit(value)));
      expect((await ringscope(["run", image])).status).toBe(status);
    }
  });

  it("hands over the kernel's and the modules' command lines, without folders", async () => {
    const image = file("lines.bin", kernelOf(commandLines()));
    const module = file("data.bin", "x");
    const { stdout, status } = await ringscope([
      "run",
      "--append",
      "a=1 b",
      "--module",
      `${module}  root=/dev/x`,
      image,
    ]);
    expect(stdout).toBe("lines.bin a=1 bdata.bin root=/dev/x");
    expect(status).toBe(7);
  });

  it("takes standard input as what is typed at COM1", async () => {
    // 1: mov dx, 3fd; in al, dx; test al, 1; jz 1b; mov dx, 3f8; in al, dx; out dx, al; cmp al, 10; jne 1b
    const echo = new Code().hex("66bafd03 ec a801 74f7 66baf803 ec ee 3c0a 75ed").exit(0);
    const { stdout, status } = await ringscope(["run", file("echo.bin", kernelOf(echo))], "hello\nnot read\n");
    expect({ stdout, status }).toEqual({ stdout: "hello\n", status: 1 });
  });

  it("writes COM1 and COM2 to files", async () => {
    const image = file("both.bin", kernelOf(new Code().out(0x3f8, 0x31).out(0x2f8, 0x32).exit(0)));
    const { stdout } = await ringscope(["run", "--serial", path("com1"), "--log", path("com2"), image]);
    expect(stdout).toBe("");
    expect([readFileSync(path("com1"), "latin1"), readFileSync(path("com2"), "latin1")]).toEqual(["1", "2"]);
  });

  it.each(["interpreter", "compiled"])(
    "stops after exactly the instructions asked for, --engine %s",
    async (engine) => {
      const image = file("count.bin", kernelOf(counting()));
      const args = ["run", "--engine", engine, "--instructions", "12345677", "--stats", path("stats.json"), image];
      const { stderr, status } = await ringscope(args);
      expect({ stderr, status }).toEqual({ stderr: "ringscope: stopped after 12345677 instructions\n", status: 76 });
      const stats = JSON.parse(readFileSync(path("stats.json"), "utf8")) as Record<string, unknown>;
      expect(stats).toMatchObject({
        instructions: 12345677,
        cpuSeconds: expect.any(Number) as number,
        wallSeconds: expect.any(Number) as number,
        engine,
        compiledInstructions: engine === "interpreter" ? 0 : (expect.any(Number) as number),
        peakMemoryBytes: expect.any(Number) as number,
      });
      expect(stats["peakMemoryBytes"]).toBeGreaterThan(1 << 20);
    },
  );

  it("writes the machine's counts under their documented names", async () => {
    const image = file("counted.bin", kernelOf(counting()));
    await ringscope([
      "run",
      "--engine",
      "compiled",
      "--instructions",
      "5000000",
      "--stats",
      path("counts.json"),
      image,
    ]);
    const stats = JSON.parse(readFileSync(path("counts.json"), "utf8")) as Record<string, object | number>;
    const documented = readFileSync(`${root}/docs/statistics.md`, "utf8");
    const names = Object.entries(stats).flatMap(([name, value]) =>
      typeof value === "object" ? Object.keys(value).map((key) => `${name}.${key}`) : [name],
    );
    expect(names.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
    expect(stats).toMatchObject({ regions: { compiled: 1, live: 1, instructions: 2 }, regionsDropped: { written: 0 } });
    expect((stats["regions"] as { compileSeconds: number }).compileSeconds).toBeGreaterThan(0);
  });

  it("sums the figures up on standard error with --stats -", async () => {
    const image = file("summed.bin", kernelOf(counting()));
    const { stdout, stderr } = await ringscope(["run", "--instructions", "1000", "--stats", "-", image]);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^instructions +1000 in /m);
    expect(stderr).toMatch(/^compiled +0\.0%, by 0 regions/m);
  });

  it("retires nothing with --instructions 0", async () => {
    const image = file("none.bin", kernelOf(new Code().exit(0)));
    expect((await ringscope(["run", "--instructions", "0", image])).status).toBe(76);
  });
});

describe("ringscope guest", () => {
  it("starts the built-in hypervisor and ends with 0 on power-off", async () => {
    const { stdout, stderr, status } = await ringscope(["guest", "--log", path("vmm.log"), HELLO]);
    expect(stdout).toContain("kernel: power off");
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(readFileSync(path("vmm.log"), "latin1")).toContain("Ringscope VMM");
  });

  it("takes a kernel whose path has spaces", async () => {
    const spaced = file("a kernel.elf", readFileSync(guestImage("pv/unknown-hypercall")));
    expect((await ringscope(["guest", spaced])).status).toBe(0);
  });

  it("does what run with the hypervisor and a module does, instruction by instruction", async () => {
    const count = async (name: string, args: string[]): Promise<unknown> => {
      const { stdout } = await ringscope([...args.slice(0, 1), "--stats", path(name), ...args.slice(1)]);
      const stats = JSON.parse(readFileSync(path(name), "utf8")) as { instructions: number };
      return [stdout, stats.instructions];
    };
    const asGuest = await count("guest.json", ["guest", HELLO]);
    const vmm = HELLO.replace(/sample-guests.*/, "vmm.elf");
    expect(await count("run.json", ["run", "--module", HELLO, vmm])).toEqual(asGuest);
    expect(await count("again.json", ["guest", HELLO])).toEqual(asGuest);
  });
});

describe("ringscope trace", () => {
  it("prints each hypercall with arguments and result, and the console on standard error", async () => {
    const { stdout, stderr, status } = await ringscope(["trace", "--hypercalls", HELLO]);
    expect(stdout).toMatch(/^ +\d+ {2}d0v0 {2}console_io\(write, \d+, 0x[0-9a-f]{8}\) = 0$/m);
    expect(stdout).toMatch(/sched_op\(shutdown, 0x[0-9a-f]{8}\)( = 0| does not return)?\n$/);
    expect(stdout).toContain("= -16 EBUSY");
    expect(stderr).toContain("kernel: power off");
    expect(status).toBe(0);
  });

  it("prints ring changes and events", async () => {
    const { stdout } = await ringscope(["trace", "--rings", "--events", HELLO]);
    expect(stdout).toMatch(/^ +\d+ {2}ring 1 -> 0 {2}int 0x82 /m);
    expect(stdout).toMatch(/^ +\d+ {2}ring 3 -> 1 {2}int 0x80 /m);
    expect(stdout).toMatch(/^ +\d+ {2}d0 {4}bounce vector 3$/m);
  });

  it("ends quietly when its reader goes away", async () => {
    const command = `"${process.execPath}" bin/ringscope trace --rings "${HELLO}" | head -n 1`;
    const { stdout, stderr } = await runProcess("sh", ["-c", command], { timeoutSeconds: 60 });
    expect(stdout).toMatch(/^ +\d+ {2}ring 0 -> 1 .*\n$/);
    expect(stderr).not.toMatch(/^ {4}at |Error/m);
  });

  it("writes JSON and Perfetto's trace format", async () => {
    const json = await ringscope(["trace", "--hypercalls", "--format", "json", HELLO]);
    const records = JSON.parse(json.stdout) as { kind: string; name: string }[];
    expect(records[0]).toMatchObject({
      kind: "hypercall",
      name: "console_io",
      domain: 0,
      result: expect.any(String) as string,
    });
    const perfetto = await ringscope(["trace", "--hypercalls", "--rings", "--format", "perfetto", HELLO]);
    const { traceEvents } = JSON.parse(perfetto.stdout) as { traceEvents: { ph: string; ts: number }[] };
    expect(new Set(traceEvents.map((event) => event.ph))).toEqual(new Set(["X", "i"]));
  });
});

const version = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

describe("help and version", () => {
  it.each(["", "run", "guest", "trace", "dap"])("are there for ringscope %s", async (name) => {
    const command = name === "" ? [] : [name];
    const help = await ringscope([...command, "--help"]);
    expect(help.stdout).toContain(`Usage: ${["ringscope", ...command].join(" ")}`);
    expect({ stderr: help.stderr, status: help.status }).toEqual({ stderr: "", status: 0 });
    const told = await ringscope([...command, "--version"]);
    expect({ stdout: told.stdout, status: told.status }).toEqual({ stdout: `${version}\n`, status: 0 });
  });

  it("name every option of the stable command line", async () => {
    const { stdout } = await ringscope(["guest", "--help"]);
    const options = [
      "memory",
      "module",
      "append",
      "serial",
      "log",
      "instructions",
      "engine",
      "stats",
      "vmm",
      "vcpus",
      "domain",
    ];
    for (const option of options) expect(stdout).toContain(`--${option} <`);
  });
});

describe("the launcher", () => {
  it("says in one line that nothing is built yet", async () => {
    const folder = scratchCopy();
    const { stdout, stderr, status } = await runProcess(process.execPath, [`${folder}/bin/ringscope`], {
      timeoutSeconds: 20,
    });
    expect(stderr).toBe("ringscope: not built yet: run npm ci && npm run build\n");
    expect({ stdout, status }).toEqual({ stdout: "", status: 64 });
  });

  it("starts by itself, through a symbolic link too, and has Node read no certificates", async () => {
    const link = path("ringscope");
    symlinkSync(`${root}/bin/ringscope`, link);
    const env = { NODE_EXTRA_CA_CERTS: path("none.pem") };
    const { stdout, stderr, status } = await runProcess(link, ["--version"], { env, timeoutSeconds: 20 });
    expect({ stdout, stderr, status }).toEqual({ stdout: `${version}\n`, stderr: "", status: 0 });
  });

  it("starts from the bytecode that the build kept, which V8 takes", async () => {
    const look = `console.log(require("${root}/bin/bundle.cjs").compile().cachedDataRejected)`;
    const { stdout } = await runProcess(process.execPath, ["-e", look], { timeoutSeconds: 20 });
    expect(stdout).toBe("false\n");
  });

  it("starts without bytecode, and with bytecode that V8 refuses", async () => {
    const folder = scratchCopy();
    mkdirSync(path("dist"));
    copyFileSync(`${root}/dist/ringscope.cjs`, path("dist/ringscope.cjs"));
    const command = [`${folder}/bin/ringscope`, "--version"];
    const without = await runProcess(process.execPath, command, { timeoutSeconds: 20 });
    writeFileSync(path(`dist/ringscope-${process.versions.v8}-${process.arch}.code`), "no bytecode");
    const refused = await runProcess(process.execPath, command, { timeoutSeconds: 20 });
    expect(without).toMatchObject({ stdout: `${version}\n`, stderr: "", status: 0 });
    expect(refused).toMatchObject({ stdout: `${version}\n`, stderr: "", status: 0 });
  });

  /** bin/ alone, without dist/ beside it. */
  function scratchCopy(): string {
    cpSync(`${root}/bin`, path("bin"), { recursive: true });
    return path(".");
  }
});
