/** Bad input on the command line: the exact message, the status, and never a trace of our own code. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { Code } from "../../unit/emulator/machine/guest-code";
import { guestImage, kernelOf, ringscope, scratch } from "./cli";

const { path, file } = scratch();
const HELLO = guestImage("pv/hello");
const BARE = guestImage("bare/hello");

/** Byte offset of e_machine, and of the class in e_ident. */
const MACHINE_AT = 18;
const CLASS_AT = 4;

function changed(source: string, name: string, offset: number, value: number): string {
  const bytes = Uint8Array.from(readFileSync(source));
  bytes[offset] = value;
  return file(name, bytes);
}

const cut = (source: string, name: string, bytes: number): string =>
  file(name, readFileSync(source).subarray(0, bytes));

/** Runs, and expects one line on standard error, status 64 and nothing on standard output. */
async function expectRefusal(args: readonly string[], message: string): Promise<void> {
  const { stdout, stderr, status } = await ringscope(args);
  expect(stderr).toBe(`ringscope: ${message}\n`);
  expect({ stdout, status }).toEqual({ stdout: "", status: 64 });
}

describe("wrong usage", () => {
  it.each([
    [[], 'a command is missing: run, guest, trace or dap (see "ringscope --help")'],
    [["fly"], 'unknown command "fly" (see "ringscope --help")'],
    [["run"], '<kernel> is missing (see "ringscope run --help")'],
    [["run", "--fast", "x"], 'unknown option "--fast" (see "ringscope run --help")'],
    [["run", "a", "b"], 'unexpected argument "b" (see "ringscope run --help")'],
    [["run", "--memory"], "--memory needs a value"],
    [["run", "--memory", "12Q", "x"], '--memory takes a size such as 128M, not "12Q"'],
    [["run", "--instructions", "-1", "x"], '--instructions takes a whole number, not "-1"'],
    [["run", "--instructions", "many", "x"], '--instructions takes a whole number, not "many"'],
    [["run", "--engine", "steam", "x"], '--engine takes auto, interpreter or compiled, not "steam"'],
    [["run", "--module", " ", BARE], "--module and --domain take a file and its arguments"],
    [["guest", "--vcpus", "0", "x"], '--vcpus takes a number from 1 to 32, not "0"'],
    [["trace", HELLO], "trace needs at least one of --hypercalls, --rings and --events"],
    [["trace", "--rings", "--format", "xml", "x"], '--format takes text, json or perfetto, not "xml"'],
    [["dap", "--port", "http"], '--port takes a number from 0 to 65535, not "http"'],
  ])("%j", expectRefusal);

  it("memory that no machine can have", async () => {
    const message = "the machine's memory must be 1M to 2047M in steps of 64K, not";
    await expectRefusal(["run", "--memory", "4G", BARE], `${message} ${4 * 2 ** 30} bytes`);
    await expectRefusal(["run", "--memory", "1000000", BARE], `${message} 1000000 bytes`);
  });
});

describe("files that cannot be used", () => {
  it("a missing kernel, hypervisor, module, domain", async () => {
    const missing = path("missing.elf");
    const message = `cannot read ${missing}: no such file`;
    await expectRefusal(["run", missing], message);
    await expectRefusal(["guest", missing], message);
    await expectRefusal(["guest", "--vmm", missing, HELLO], message);
    await expectRefusal(["run", "--module", `${missing} quiet`, BARE], message);
    await expectRefusal(["guest", "--domain", missing, HELLO], message);
  });

  it("a folder", async () => {
    await expectRefusal(["run", tmpdir()], `cannot read ${tmpdir()}: it is a folder`);
  });

  it("an output file in a folder that is not there", async () => {
    const nowhere = path("no/where");
    const message = `cannot write ${nowhere}: no such file`;
    await expectRefusal(["run", "--log", nowhere, BARE], message);
    await expectRefusal(["run", "--serial", nowhere, BARE], message);
    await expectRefusal(["run", "--stats", nowhere, BARE], message);
    await expectRefusal(["dap", "--trace", nowhere], message);
    await expectRefusal(["dap", "--port", "0", "--trace", nowhere], message);
  });
});

it("a port that is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expectRefusal(["dap", "--port", `${port}`], `cannot listen on 127.0.0.1:${port}: it is in use`);
  other.close();
});

describe("run with a file that is no kernel", () => {
  it("no ELF file", async () => {
    const text = file("notes.txt", "not a kernel\n");
    await expectRefusal(["run", text], `${text}: not an ELF file`);
  });

  it("an empty file", async () => {
    const empty = file("empty.elf", "");
    await expectRefusal(["run", empty], `${empty}: not an ELF file`);
  });

  it("a 64-bit ELF file", async () => {
    const image = changed(BARE, "bare64.elf", CLASS_AT, 2);
    await expectRefusal(["run", image], `${image}: a 64-bit ELF file; the machine is 32-bit (IA-32): build with -m32`);
  });

  it("an ELF file for another processor", async () => {
    const image = changed(guestImage("pv/hello"), "arm.elf", MACHINE_AT, 40);
    await expectRefusal(["run", image], `${image}: an ELF file for ARM, not for IA-32`);
  });

  it("a truncated kernel", async () => {
    const image = cut(BARE, "short.elf", 5000);
    const { stderr, status } = await ringscope(["run", image]);
    expect(stderr).toMatch(/^ringscope: .*short\.elf: truncated: it should have \d+ bytes at least and has 5000\n$/);
    expect(status).toBe(64);
  });

  it("a paravirtual kernel, which needs the hypervisor", async () => {
    const message = 'no multiboot1 header: it is a paravirtual kernel, start it with "ringscope guest"';
    await expectRefusal(["run", HELLO], `${HELLO}: ${message}`);
  });

  it("a kernel larger than the machine's memory", async () => {
    const message = "needs 2 MiB of memory, the machine has 1 MiB";
    await expectRefusal(["run", "--memory", "1M", BARE], `${BARE}: ${message}`);
  });
});

describe("guest with a file that is no paravirtual kernel", () => {
  it("no ELF file", async () => {
    const text = file("guest.txt", "not a kernel\n");
    await expectRefusal(["guest", text], `${text}: not an ELF file`);
  });

  it("an empty file", async () => {
    const empty = file("empty-guest.elf", "");
    await expectRefusal(["guest", empty], `${empty}: the file is empty`);
  });

  it("a 64-bit ELF file", async () => {
    const image = changed(HELLO, "hello64.elf", CLASS_AT, 2);
    await expectRefusal(
      ["guest", image],
      `${image}: a 64-bit ELF file; the machine is 32-bit (IA-32): build with -m32`,
    );
  });

  it("a truncated kernel", async () => {
    const size = readFileSync(HELLO).length;
    const image = cut(HELLO, "half.elf", size >> 1);
    const { stderr, status } = await ringscope(["guest", image]);
    expect(stderr).toMatch(/^ringscope: .*half\.elf: truncated: it should have \d+ bytes at least and has \d+\n$/);
    expect(status).toBe(64);
  });

  it("a kernel without Xen notes", async () => {
    const image = guestImage("pv/no-notes");
    const message = "not a paravirtual kernel: it has neither Xen notes nor a __xen_guest section";
    await expectRefusal(["guest", image], `${image}: ${message}`);
    await expectRefusal(["guest", "--domain", image, HELLO], `${image}: ${message}`);
  });
});

describe("guests that go wrong", () => {
  it("a guest without room for its image ends with 68 and the reason", async () => {
    const { stderr, status } = await ringscope(["guest", "--memory", "3M", guestImage("pv/hello")]);
    expect(stderr).toBe("ringscope: domain 0 cannot be started: its memory is too small for its image\n");
    expect(status).toBe(68);
  });

  it("of eighteen domains sixteen run to their end; the others are named, and the status is 68", async () => {
    const image = guestImage("pv/unknown-hypercall");
    const domains = Array.from({ length: 17 }, () => ["--domain", image]).flat();
    const { stdout, stderr, status } = await ringscope(["guest", ...domains, image]);
    expect(stderr.split("\n")).toEqual([
      "ringscope: domain 16 cannot be started: there is room for 16 domains, not for 18",
      "ringscope: domain 17 cannot be started: there is room for 16 domains, not for 18",
      "",
    ]);
    expect(status).toBe(68);
    for (let domain = 0; domain < 16; domain++) expect(stdout).toContain(`d${domain}: number 128: -38 (ENOSYS)`);
    expect(stdout).not.toContain("d16: ");
  });

  it("a domain that cannot be started is named though the others never end", async () => {
    const domains = Array.from({ length: 16 }, () => ["--domain", guestImage("pv/loop")]).flat();
    const limit = ["--instructions", "100000000"];
    const { stderr, status } = await ringscope(["guest", ...limit, ...domains, guestImage("pv/loop")]);
    expect(stderr.split("\n")).toEqual([
      "ringscope: domain 16 cannot be started: there is room for 16 domains, not for 17",
      "ringscope: stopped after 100000000 instructions",
      "",
    ]);
    expect(status).toBe(76);
  });

  it("two vCPUs for a domain end with 68 and the reason", async () => {
    const { stderr, status } = await ringscope(["guest", "--vcpus", "2", guestImage("pv/hello")]);
    expect(stderr).toBe("ringscope: domain 0 cannot be started: a domain has 1 vCPU, not 2\n");
    expect(status).toBe(68);
  });

  it("a guest that faults ends with 72 and the reason", async () => {
    const { stderr, status } = await ringscope(["guest", guestImage("pv/fault")]);
    expect(stderr).toBe("ringscope: domain 0 crashed: page fault (trap 14): no handler is registered\n");
    expect(status).toBe(72);
  });

  it("a guest that loops ends with 76 at the limit", async () => {
    const { stderr, status } = await ringscope(["guest", "--instructions", "20000000", guestImage("pv/loop")]);
    expect(stderr).toBe("ringscope: stopped after 20000000 instructions\n");
    expect(status).toBe(76);
  });

  it("a guest that makes an unknown hypercall is told so and goes on", async () => {
    const { stdout, stderr, status } = await ringscope(["guest", guestImage("pv/unknown-hypercall")]);
    expect(stdout).toContain("number 128: -38 (ENOSYS)");
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });

  it("a triple fault ends with 70 and its chain of faults", async () => {
    const image = file("triple.bin", kernelOf(new Code().hex("90 0f0b")));
    const { stderr, status } = await ringscope(["run", image]);
    const where = "at 0x0008:0x00100021, ESP 0x00007000"; // the stack that the boot loader leaves
    const noVector = "the vector lies beyond the IDT's limit";
    expect(stderr.split("\n")).toEqual([
      "ringscope: triple fault after 1 instructions; the faults that led to it:",
      `  #UD ${where}: the instruction is undefined`,
      `  #GP(0x0033) ${where}: ${noVector}`,
      `  #GP(0x006b) ${where}: ${noVector}`,
      `  #DF(0x0000) ${where}: the second fault came while the first was being delivered`,
      `  #GP(0x0043) ${where}: ${noVector}`,
      "",
    ]);
    expect(status).toBe(70);
  });

  it("a machine that halts for good ends with 78", async () => {
    const image = file("halt.bin", kernelOf(new Code().hex("fa f4 ebfe")));
    const { stderr, status } = await ringscope(["run", image]);
    expect(stderr).toBe("ringscope: the machine halted after 2 instructions and nothing can wake it\n");
    expect(status).toBe(78);
  });
});

describe("dap with a client that does not speak the protocol ends with 64 and says so", () => {
  const header = (text: string): string => `Content-Length: ${text.length}\r\n\r\n${text}`;
  const NO_PROTOCOL = "the client does not speak the Debug Adapter Protocol";
  it.each([
    ["text without a header", "hello\n", `${NO_PROTOCOL}: no Content-Length before "hello"`],
    [
      "a length that is not a number",
      "Content-Length: x\r\n\r\n{}",
      `${NO_PROTOCOL}: no Content-Length before "Content-Length: x"`,
    ],
    ["a message that is no JSON", header("hello"), `${NO_PROTOCOL}: no JSON: "hello"`],
    ["JSON that is no message", header("[1]"), `${NO_PROTOCOL}: no message: "[1]"`],
    ["half a message", header('{"type":"request"}').slice(0, -5), "the client has left in the middle of a message"],
  ])("%s", async (_name, input, message) => {
    const { stdout, stderr, status } = await ringscope(["dap"], input);
    expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: `ringscope: ${message}\n`, status: 64 });
  });

  it("but a client that leaves without a word is none", async () => {
    expect(await ringscope(["dap"])).toMatchObject({ stdout: "", stderr: "", status: 0 });
  });
});
