/** The audit of the hypervisor's frames on demand: a request of ours, answered by looking. */
import { afterEach, expect, it } from "vitest";
import type { AuditBody } from "../../debug-adapter/protocol";
import { DapSession, guest } from "../harness/dap-session";

let session: DapSession;
afterEach(() => session.close());

const audit = (): Promise<AuditBody> => session.client.request<AuditBody>("ringscope.audit");

it("finds no difference while a guest's kernel and its application stand", async () => {
  session = await DapSession.launch(guest("pv/hello"), { domains: [guest("pv/loop")] });
  await session.breakAtFunctions("map_page", "app_main");
  await session.start();
  for (const cpl of ["1", "3"]) {
    while ((await session.evaluate("$cpl")) !== cpl) await session.continue();
    const { frames, references, uses, difference } = await audit();
    expect(difference).toBeUndefined();
    expect(frames).toBe(2 * (4096 + 1));
    expect(references).toBeGreaterThan(frames);
    expect(uses).toBeGreaterThan(0);
  }
});

it("names a frame whose count was changed", async () => {
  session = await DapSession.launch(guest("pv/hello"));
  await session.breakAtFunctions("map_page");
  await session.start();
  const base = "current->arch.base.n";
  await session.evaluate(`frame_table[${base}].count = frame_table[${base}].count + 1`);
  const { difference } = await audit();
  expect(difference).toMatch(/^frame \w+ of domain 0, an L3 table: 5 references are noted, 4 are there$/);
});

it("is refused in the middle of the hypervisor's work, and on a bare machine", async () => {
  session = await DapSession.launch(guest("pv/hello"));
  await session.breakAtFunctions("do_set_trap_table");
  await session.start();
  await expect(audit()).rejects.toThrow("stop in the guest, and ask again");
  await session.close();

  session = await DapSession.launch(guest("bare/hello"), { vmm: "none" });
  await session.breakAtFunctions("kernel_main");
  await session.start();
  await expect(audit()).rejects.toThrow("there is no hypervisor here");
});
