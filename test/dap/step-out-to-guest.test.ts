import { afterEach, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapSession, guest, lineOf } from "../harness/dap-session";

let session: DapSession;
afterEach(() => session.close());

const outToGuest = async (): Promise<string> => {
  await session.client.request("ringscope.stepOutToGuest", { threadId: session.threadId });
  expect((await session.stop()).reason).toBe("step");
  return session.here();
};

describe("ringscope.stepOutToGuest", () => {
  it("goes from deep in a hypercall to the guest's line that made it", async () => {
    session = await DapSession.launchTo("trace_refusal", guest("pv/hello"));
    const names = await session.names();
    const separator = names.findIndex((name) => name.startsWith("── ring 1 → 0: hypercall"));
    expect(separator).toBeGreaterThan(3);
    const caller = names.slice(separator + 1).find((name) => !name.startsWith("hypercall page"));
    expect(await outToGuest()).toMatch(new RegExp(`^${caller} `));
    expect(await session.evaluate("$cpl")).toBe("1");
  });

  it("goes to the guest's handler where the hypervisor hands it a fault", async () => {
    session = await DapSession.launch(guest("pv/hello"));
    const { client } = session;
    await client.request("setExceptionBreakpoints", { filters: ["bounce"] });
    const seen = new Set<string>();
    let stop = await session.start();
    for (let n = 0; n < 8; n++) {
      expect(stop.reason).toBe("exception");
      const here = await outToGuest();
      // The first instruction of the stub: the frame lies on the kernel's stack, and nothing has run since.
      expect(here).toMatch(/^\w+_entry entry\.S:\d+$/);
      expect(await session.evaluate("$cpl")).toBe("1");
      seen.add(here.split(" ")[0] ?? "");
      expect(await session.evaluate("$eip")).toBe(
        await session.evaluate(`&${here.split(" ")[0]},x`).then((text) => text.slice(0, 10)),
      );
      stop = await session.continue();
    }
    expect([...seen]).toEqual(expect.arrayContaining(["invalid_opcode_entry", "general_protection_entry"]));
  });

  it("goes on after the instruction whose work the hypervisor has done", async () => {
    // The port of the interrupt controller: IOPL 1 alone allows it.
    session = await DapSession.launch(guest("pv/hello"));
    await session.breakAtFunctions("port_read");
    await session.start();
    await session.breakAtFunctions();
    const line = lineOf("sample-guests/pv/hello/probes.S", "movb    %al, (%ecx)");
    expect(await outToGuest()).toBe(`probe_in probes.S:${line}`);
    expect(await session.evaluate("$cpl")).toBe("1");
  });

  it("is refused in words where a guest runs", async () => {
    session = await DapSession.launchTo("kernel_main", guest("pv/hello"));
    await expect(session.client.request("ringscope.stepOutToGuest", { threadId: session.threadId })).rejects.toThrow(
      "the machine is not in the hypervisor: a guest runs already",
    );
  });
});

it("shows numbers in hexadecimal where the user has asked for that, in rows and in answers", async () => {
  session = await DapSession.launchTo("call_write", guest("pv/hello"));
  const plain = await session.evaluate("app_task.calls[0]");
  expect(plain).toMatch(/^\d+$/);
  await session.client.request("ringscope.setHexadecimal", { isOn: true });
  expect((await session.client.event<DebugProtocol.InvalidatedEvent["body"]>("invalidated")).areas).toEqual([
    "variables",
  ]);
  expect(await session.evaluate("app_task.calls[0]")).toBe(`0x${Number(plain).toString(16).padStart(8, "0")}`);
  expect(await session.evaluate("app_task.calls[0],d")).toBe(plain);
  for (const value of Object.values(await session.values("Locals"))) expect(value).not.toMatch(/^[1-9][0-9]*$/);
  await session.client.request("ringscope.setHexadecimal", { isOn: false });
  expect(await session.evaluate("app_task.calls[0]")).toBe(plain);
});

it("shows nothing of a separator, and no error", async () => {
  session = await DapSession.launchTo("do_update_va_mapping", guest("pv/hello"));
  const separator = (await session.frames()).find(({ presentationHint }) => presentationHint === "label");
  expect(await session.client.request("scopes", { frameId: separator?.id })).toEqual({ scopes: [] });
});

it("answers for registers with fields and for table registers as their rows do", async () => {
  session = await DapSession.launchTo("call_write", guest("pv/hello"));
  const rows = { ...(await session.values("Registers")), ...(await session.values("Control Registers")) };
  for (const name of ["eflags", "cr0", "cr2", "cr3", "cr4", "gdtr", "idtr"])
    expect(await session.evaluate(`$${name}`)).toBe(rows[name]);
  expect(await session.evaluate("$eflags,d")).toMatch(/^\d+$/);
});
