/** Outputs that take no more, names that a terminal would obey, and the terminal itself. */
import { spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, runProcess, type ProcessResult } from "../../harness/process";
import { descendant } from "../../harness/vscode/processes";
import { Code } from "../../unit/emulator/machine/guest-code";
import { guestImage, kernelOf, ringscope, scratch } from "./cli";

const { path, file } = scratch();
const HELLO = guestImage("pv/hello");
const LAUNCHER = join(root, "bin", "ringscope");
const STATUS = 80;

/** Prints for ever: mov dx, 0x3f8; mov al, 'A'; 1: out dx, al; jmp 1b */
const endless = (): string => file("endless.bin", kernelOf(new Code().hex("66baf803 b041 ee ebfd")));
/** Says one letter to COM1 and COM2, and ends with status 1. */
const short = (): string => file("short.bin", kernelOf(new Code().out(0x3f8, 0x31).out(0x2f8, 0x32).exit(0)));

/** A command line of the shell in which `ringscope` is ours; it ends in time whatever becomes of the shell. */
function shell(line: string, input = ""): Promise<ProcessResult> {
  const script = `ringscope() { timeout 50 "${LAUNCHER}" "$@"; }; ${line}`;
  return runProcess("sh", ["-c", script], { input, timeoutSeconds: 60 });
}

const cannotWrite = (what: string, why: string): string => `ringscope: cannot write ${what}: ${why}\n`;

describe("an output that takes no more ends the command with 80 and one line", () => {
  it.each([
    ["the guest's console", () => `ringscope run ${endless()} > /dev/full`],
    ["the console of a guest on the hypervisor", () => `ringscope guest ${HELLO} > /dev/full`],
    ["a trace", () => `ringscope trace --hypercalls ${HELLO} 2> /dev/null > /dev/full`],
    ["the help", () => "ringscope --help > /dev/full"],
    ["a command's help", () => "ringscope run --help > /dev/full"],
    ["the version", () => "ringscope --version > /dev/full"],
  ])("%s, on a full disk", async (name, line) => {
    const { stderr, status } = await shell(line());
    if (name !== "a trace") expect(stderr).toBe(cannotWrite("standard output", "no space is left"));
    expect(status).toBe(STATUS);
  });

  it("the debug adapter's messages, on a full disk", async () => {
    const text = JSON.stringify({ seq: 1, type: "request", command: "initialize", arguments: { adapterID: "x" } });
    const { stderr, status } = await shell(
      "ringscope dap > /dev/full",
      `Content-Length: ${text.length}\r\n\r\n${text}`,
    );
    expect(stderr).toBe(cannotWrite("standard output", "no space is left"));
    expect(status).toBe(STATUS);
  });

  it.each(["--serial", "--log", "--stats"])("the file of %s, on a full disk", async (option) => {
    const { stderr, status } = await ringscope(["run", option, "/dev/full", short()]);
    expect(stderr).toBe(cannotWrite("/dev/full", "no space is left"));
    expect(status).toBe(STATUS);
  });

  it("a trace's console on standard error: there is nowhere to say it", async () => {
    const { stdout, stderr, status } = await shell(`ringscope trace --hypercalls ${HELLO} 2> /dev/full`);
    expect({ status, stderr }).toEqual({ status: STATUS, stderr: "" });
    expect(stdout).not.toContain("power off");
  });

  it("a pipe whose reader has gone", async () => {
    const { stdout, stderr, status } = await shell(`{ ringscope run ${endless()}; echo "status $?" >&2; } | head -c 5`);
    expect(stdout).toBe("AAAAA");
    expect(stderr).toBe(`${cannotWrite("standard output", "nobody reads it any more")}status ${STATUS}\n`);
    expect(status).toBe(0);
  });

  it("a standard output that was closed from the start", async () => {
    const { stderr, status } = await shell(`ringscope run ${endless()} >&-`);
    expect(stderr).toBe(cannotWrite("standard output", "it is closed"));
    expect(status).toBe(STATUS);
  });

  it("but nothing is wrong with a closed one that nobody writes to", async () => {
    const { stderr, status } = await shell(`ringscope run --serial ${path("com1")} ${short()} >&-`);
    expect({ stderr, status }).toEqual({ stderr: "", status: 1 });
  });

  it("waits for a slow reader of a pipe that does not block", async () => {
    const bytes = 300_000;
    // 1: out dx, al; dec ecx; jnz 1b, ECX bytes
    const many = new Code().hex(`66baf803 b041 b9${le32(bytes)} ee 49 75fc`).exit(0);
    const image = file("many.bin", kernelOf(many));
    const unblocked =
      "import fcntl, os, sys; fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK); os.execv(sys.argv[1], sys.argv[1:])";
    const { stdout, stderr } = await shell(`python3 -c '${unblocked}' ${LAUNCHER} run ${image} | { sleep 1; wc -c; }`);
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: String(bytes), stderr: "" });
  });
});

function le32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("hex");
}

describe("a name that a terminal would obey is shown", () => {
  it.each([
    ["\x1b[2Jx", "\\x1b[2Jx"],
    ["a\nb", "a\\nb"],
    ["\x9b31mred", "\\x9b31mred"],
    ["\u202egnp.elf", "\\u202egnp.elf"],
  ])("%j", async (name, shown) => {
    const { stderr, status } = await ringscope(["run", name]);
    expect(Buffer.from(stderr, "latin1").toString()).toBe(`ringscope: cannot read ${shown}: no such file\n`);
    expect(status).toBe(64);
  });

  it("as an unknown command and option too", async () => {
    expect((await ringscope(["\x1b[31m"])).stderr).toMatch(/^ringscope: unknown command "\\x1b\[31m"/);
    expect((await ringscope(["run", "--\x1b[31m", "x"])).stderr).toMatch(/^ringscope: unknown option "--\\x1b\[31m"/);
  });
});

describe("a module that is too large is named itself", () => {
  it("and not the kernel", async () => {
    const [small, big] = [file("small.bin", "x"), file("big.bin", new Uint8Array(2 << 20))];
    const kernel = short();
    const args = ["run", "--memory", "3M", "--module", small, "--module", big, kernel];
    const { stderr, status } = await ringscope(args);
    const message = "does not fit: with what is loaded before it, 4 MiB of memory are needed, the machine has 3 MiB";
    expect(stderr).toBe(`ringscope: ${big}: ${message}\n`);
    expect(status).toBe(64);
  });
});

describe("the terminal", () => {
  const settings = (name: string): string => readFileSync(path(name), "utf8");

  const stty = async (tty: string): Promise<string> =>
    (await runProcess("stty", ["-g", "-F", tty], { timeoutSeconds: 10 })).stdout;

  /**
   * Runs a command of ours at a terminal, and waits until it takes keys.
   * @param act with the process and what types at the terminal
   * @returns what the terminal showed
   */
  async function atTerminal(
    name: string,
    command: string,
    act: (pid: number, type: (keys: string) => void) => Promise<void> | void,
  ): Promise<string> {
    const line = [
      `stty -g > ${path(`${name}-before`)}`,
      `"${LAUNCHER}" ${command}`,
      `echo $? > ${path(`${name}-status`)}`,
      `stty -g > ${path(`${name}-after`)}`,
    ].join("; ");
    const terminal = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] });
    let shown = "";
    terminal.stdout.on("data", (data: Buffer) => (shown += data.toString()));
    const ended = new Promise((resolve) => terminal.once("close", resolve));
    try {
      const pid = await eventually(() => descendant(terminal.pid ?? 0, command, "node"));
      const tty = readlinkSync(`/proc/${pid}/fd/0`);
      const isRaw = async (): Promise<true | undefined> =>
        (await stty(tty)) === settings(`${name}-before`) ? undefined : true;
      await eventually(isRaw);
      await act(pid, (keys) => void terminal.stdin.write(keys));
      await ended;
    } finally {
      terminal.kill("SIGKILL");
    }
    return shown;
  }

  const status = (name: string): string => settings(`${name}-status`).trim();
  /** A guest that runs for ever. */
  const spin = (name: string): string => `run ${file(`${name}-spin.bin`, kernelOf(new Code().hex("ebfe")))}`;

  it.each(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR2", "SIGALRM"] as const)(
    "is given back as it was after %s",
    async (signal) => {
      await atTerminal(signal, spin(signal), (pid) => void process.kill(pid, signal));
      expect(settings(`${signal}-after`)).toBe(settings(`${signal}-before`));
      expect(status(signal)).toBe(String(128 + constants.signals[signal]));
    },
  );

  it("is given back while the command is stopped, and taken again when it goes on", async () => {
    await atTerminal("stop", spin("stop"), async (pid) => {
      const tty = readlinkSync(`/proc/${pid}/fd/0`);
      process.kill(pid, "SIGTSTP");
      await eventually(async () => ((await stty(tty)) === settings("stop-before") ? true : undefined));
      process.kill(pid, "SIGCONT");
      await eventually(async () => ((await stty(tty)) === settings("stop-before") ? undefined : true));
      process.kill(pid, "SIGTERM");
    });
    expect(settings("stop-after")).toBe(settings("stop-before"));
  });

  it("sends a carriage return for Enter, and the guest gets a line", async () => {
    const shown = await atTerminal("line", `guest ${guestImage("pv/echo")}`, (_, type) => type("hello\rquit\r"));
    expect(shown).toContain("\r\necho: hello\r\n");
    expect(status("line")).toBe("0");
  });
});

/** Asks until there is an answer. */
async function eventually<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error("waited in vain");
}
