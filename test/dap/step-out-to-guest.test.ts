import { afterEach, describe, expect, it } from "vitest";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { DapSession, guest } from "../harness/dap-session";

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
