import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DapServer } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const APP = "sample-guests/pv/hello/app.c";
const TASKS = "sample-guests/pv/hello/tasks.c";
const EVENTS = "sample-guests/pv/hello/events.c";
const CONSOLE = "sample-guests/lib/pv/console.c";
const VMM_TRAPS = "emulator/vmm/arch/x86/traps.c";

let server: DapServer;
let session: DapSession;
beforeAll(async () => (server = await DapServer.start()));
afterAll(() => server.stop());
afterEach(() => session.close());

const hello = async (): Promise<DapSession> =>
  (session = await DapSession.launch(guest("pv/hello"), {}, server.connect()));
const ring = (): Promise<string> => session.evaluate("$cpl");

describe("breakpoints in each ring of a paravirtual guest", () => {
  it("stops in the application, ring 3, with its structures by value", async () => {
    await hello();
    const line = lineOf(APP, "return shape->kind == SHAPE_TRIANGLE");
    const [set] = await session.breakAtLines(APP, line);
    expect(set).toMatchObject({ verified: true, line });
    expect(await session.start()).toMatchObject({
      reason: "breakpoint",
      allThreadsStopped: true,
      hitBreakpointIds: [set?.id],
    });
    expect(await ring()).toBe("3");
    expect(await session.stack()).toEqual([
      `area app.c:${line}`,
      expect.stringMatching(/^total_area app\.c:\d+$/),
      expect.stringMatching(/^compute app\.c:\d+$/),
      expect.stringMatching(/^app_main app\.c:\d+$/),
      expect.stringMatching(/^app_entry app-entry\.S:\d+$/),
    ]);
    expect(await session.values("Locals")).toMatchObject({ rectangle: "9" });
    expect(await session.evaluate("*shape")).toBe(
      "{kind = SHAPE_SQUARE (0), size = {width = 3, height = 3}, next = " +
        (await session.evaluate("shape->next")) +
        "}",
    );
    expect(await session.evaluate("shape->next->kind")).toBe("SHAPE_RECTANGLE (1)");
    expect(await session.evaluate("shapes[2].size.height")).toBe("5");
  });

  it("stops in the guest kernel, ring 1, on top of the application's system call", async () => {
    await hello();
    await session.breakAtFunctions("call_write");
    expect(await session.start()).toMatchObject({ reason: "function breakpoint" });
    expect(await ring()).toBe("1");
    const names = await session.names();
    expect(names.slice(0, 2)).toEqual(["call_write", "do_call"]);
    const separator = names.indexOf("── ring 3 → 1: int 0x80 ──");
    expect(names.slice(separator + 1)).toEqual(["app_system_call", "say", "app_main", "app_entry"]);
    expect(await session.evaluate("task->name")).toMatch(/ "app"$/);
    expect(await session.evaluate("task->state")).toBe("TASK_RUNNING (1)");
    expect(await session.evaluate("task->calls")).toBe("[3] {1, 0, 0}");
    expect(await session.evaluate("(char *)text")).toMatch(/ "hello from ring 3\\n/);
    expect(await session.evaluate("length == 18 && task != &kernel_task")).toBe("1");
  });

  it("stops in the VMM, ring 0, with all three rings on one stack", async () => {
    await hello();
    await session.breakAtFunctions("call_write");
    await session.start();
    await session.breakAtFunctions("do_console_io");
    await session.continue();
    expect(await ring()).toBe("0");
    const frames = await session.frames();
    const separators = frames.filter(({ presentationHint }) => presentationHint === "label").map(({ name }) => name);
    expect(separators).toEqual(["── ring 1 → 0: hypercall 18 console_io ──", "── ring 3 → 1: int 0x80 ──"]);
    expect(frames[0]?.name).toBe("do_console_io");
    expect(frames.at(-1)?.name).toBe("app_entry");
    expect(await session.threads()).toEqual(["domain 0 vCPU 0: hello.elf"]);
  });
});

describe("stepping across rings", () => {
  it("steps from the guest's line through the hypercall into the VMM's C, and out again to that line", async () => {
    await hello();
    const line = lineOf(CONSOLE, "HYPERCALL3(console_io, CONSOLEIO_write");
    await session.breakAtLines(CONSOLE, line);
    await session.start();
    expect(await session.step("stepIn")).toMatch(/^hypercall_entry traps\.c:\d+$/);
    expect(await ring()).toBe("0");
    await session.breakAtLines(CONSOLE);
    expect(await session.step("stepOut")).toBe(`console_write console.c:${line}`);
    expect(await ring()).toBe("1");
  });

  it("steps over a hypercall without a stop in the VMM", async () => {
    await hello();
    const line = lineOf(CONSOLE, "HYPERCALL3(console_io, CONSOLEIO_write");
    await session.breakAtLines(CONSOLE, line);
    await session.start();
    expect(await session.step("next")).toMatch(/^console_write console\.c:\d+$/);
    expect(await session.here()).toBe(`console_write console.c:${line + 1}`);
    expect(await ring()).toBe("1");
  });

  it("steps from the application's system call into the kernel, and out again", async () => {
    await hello();
    const line = lineOf(APP, "app_system_call(CALL_WRITE, (u32)text, length_of(text))");
    await session.breakAtLines(APP, line);
    await session.start();
    expect(await session.step("stepIn")).toMatch(/^length_of app\.c/);
    expect(await session.step("stepOut")).toBe(`say app.c:${line}`);
    expect(await session.step("stepIn")).toMatch(/^trap traps\.c:\d+$/);
    expect(await ring()).toBe("1");
    await session.breakAtLines(APP);
    // The call was the line's last instruction.
    expect(await session.step("stepOut")).toBe(`say app.c:${line + 1}`);
    expect(await ring()).toBe("3");
  });

  it("stays in its own context while timer events run and come back", async () => {
    await hello();
    const line = lineOf(EVENTS, "HYPERCALL2(sched_op, SCHEDOP_block, 0);");
    await session.breakAtLines(EVENTS, line);
    await session.start();
    const before = await session.evaluate("timer_events");
    expect(await session.step("next")).toBe(`show_block events.c:${line + 1}`);
    expect(Number(await session.evaluate("timer_events"))).toBe(Number(before) + 1);
  });

  it("steps over a loop of one line to its end, which an interrupt brings", async () => {
    await hello();
    const line = lineOf(APP, "while (!alarm)");
    await session.breakAtLines(APP, line);
    await session.start();
    expect(await session.evaluate("alarm")).toBe("0");
    expect(await session.step("next")).toMatch(/^wait_for_alarm app\.c/);
    expect(await session.evaluate("alarm")).toBe("1");
  });

  it("steps into a page fault: the VMM's trap gate, and by line on to its C", async () => {
    await hello();
    await session.breakAtLines(APP, lineOf(APP, "report(app_probe_read(kernel_start));"));
    await session.start();
    expect(await session.step("stepIn")).toMatch(/^trap_dispatch traps\.c/);
    expect(await session.names()).toContain("── ring 3 → 0: page fault ──");
  });

  it("steps by instruction into the hypercall page and through its gate", async () => {
    await hello();
    await session.breakAtLines(CONSOLE, lineOf(CONSOLE, "HYPERCALL3(console_io, CONSOLEIO_write"));
    await session.start();
    const seen: string[] = [];
    while (!seen.includes("hypercall_gate")) {
      await session.step("stepIn", "instruction");
      seen.push((await session.names())[0] ?? "");
    }
    expect(seen.slice(-3)).toEqual(["hypercall page: console_io", "hypercall page: console_io", "hypercall_gate"]);
    expect((await session.names()).slice(0, 4)).toEqual([
      "hypercall_gate",
      "── ring 1 → 0: hypercall 18 console_io ──",
      "hypercall page: console_io",
      "console_write",
    ]);
  });

  it("steps over the calls of a line, one line after the other", async () => {
    await hello();
    const line = lineOf(TASKS, "if (!contains(&task->memory, text, length)) return CALL_FAILED;");
    await session.breakAtLines(TASKS, line);
    await session.start();
    expect([await session.step("next"), await session.step("next"), await session.step("next")]).toEqual([
      `call_write tasks.c:${line + 1}`,
      `call_write tasks.c:${line + 2}`,
      `call_write tasks.c:${line + 3}`,
    ]);
  });
});

describe("the VMM's own context", () => {
  it("is a thread while it boots, and none while a guest runs", async () => {
    await hello();
    await session.breakAtFunctions("boot_main", "kernel_main");
    await session.start();
    expect(await session.threads()).toEqual(["VMM"]);
    expect((await session.names()).at(-1)).toBe("vmm_start");
    await session.continue();
    expect(await session.threads()).toEqual(["domain 0 vCPU 0: hello.elf"]);
  });

  it("shows a vCPU that is switched out with the frames in which it waits", async () => {
    await hello();
    await session.breakAtFunctions("sched_block");
    await session.start();
    await session.breakAtFunctions("arch_wait");
    await session.continue();
    expect(await session.threads()).toEqual(["VMM", "domain 0 vCPU 0: hello.elf"]);
    const { threads } = await session.client.request<{ threads: { id: number }[] }>("threads");
    const names = await session.names(threads[1]?.id);
    expect(names).toContain("sched_block");
    expect(names).toContain("── ring 1 → 0: hypercall 29 sched_op ──");
    expect(names).toContain("show_block");
  });
});

describe("registers against what the guest prints", () => {
  it("shows the trap frame's CS, EFLAGS and error code of a page fault bounced to ring 1", async () => {
    await hello();
    await session.breakAtFunctions({ name: "trap", condition: "frame->vector == 14 && (frame->cs & 3) == 3" });
    await session.start();
    const stack = await session.stack();
    expect(stack).toContain("── ring 3 → 1: page fault ──");
    const frames = await session.frames();
    const app = frames.findIndex(({ name }) => name === "app_probe_read");
    const registers = await session.values("Registers", app);
    const cs = await session.evaluate("frame->cs,x");
    const error = await session.evaluate("frame->error_code,x");
    expect(registers["eip"]).toBe(await session.evaluate("frame->eip,x"));
    expect(registers["esp"]).toBe(await session.evaluate("frame->esp,x"));
    const printed = session.client.printed.length;
    await session.breakAtFunctions("report");
    await session.continue();
    const lines = session.client.printed.slice(printed);
    expect(lines).toContain(`error ${error.slice(2)}`);
    expect(lines).toContain(`cs ${cs.slice(2)}`);
  });

  it("decodes the segments of ring 1 with the limit that keeps the VMM out of reach", async () => {
    await hello();
    await session.breakAtFunctions("kernel_main");
    await session.start();
    expect(await session.values("Segments")).toMatchObject({
      cs: "0xe019: ring 1 code, execute/read, 32-bit, 0x00000000..0xf67fffff",
      ss: "0xe021: ring 1 data, read/write, 32-bit, 0x00000000..0xf67fffff",
    });
    expect((await session.values("Control Registers"))["cr0"]).toMatch(/\[PE .*WP .*PG\]$/);
    expect((await session.values("Control Registers"))["cr4"]).toMatch(/\bPAE\b/);
  });
});

it("stops at the VMM's line that answers the hypercall", async () => {
  await hello();
  const line = lineOf(VMM_TRAPS, "int result = hypercall_dispatch(nr, args);");
  await session.breakAtLines(VMM_TRAPS, { line, condition: "nr == 29" });
  await session.start();
  expect(await session.here()).toBe(`hypercall_entry traps.c:${line}`);
  expect(await session.evaluate("nr")).toBe("29");
});
