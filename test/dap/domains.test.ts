import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { ConsoleEventBody } from "../../debug-adapter/protocol";
import { ROOT } from "../harness/dap-client";
import { DapSession, guest, lineOf } from "../harness/dap-session";

const MAIN = "sample-guests/pv/hello/main.c";
const NAMES = ["domain 0 vCPU 0: hello.elf", "domain 1 vCPU 0: hello.elf", "domain 2 vCPU 0: loop.elf"];

let session: DapSession;
afterEach(() => session.close());

const domain = (): Promise<string> => session.evaluate("current->domain->id");

it("debugs several domains that are linked at the same addresses", async () => {
  session = await DapSession.launch(guest("pv/hello"), { domains: [guest("pv/hello"), guest("pv/loop")] });
  const first = lineOf(MAIN, 'printk("pv/hello: a kernel in ring 1');
  await session.breakAtLines(MAIN, { line: first });
  await session.start();
  expect(await session.threads()).toEqual(NAMES);
  const one = await domain();
  await session.continue();
  // Domain 2 has other code at these addresses and is not stopped.
  expect([one, await domain()].sort()).toEqual(["0", "1"]);
});

it("shows a vCPU that has never run at its guest's entry", async () => {
  session = await DapSession.launch(guest("pv/hello"), { domains: [guest("pv/loop")] });
  await session.breakAtFunctions("kernel_main");
  await session.start();
  const { threads } = await session.client.request<{ threads: { id: number }[] }>("threads");
  const other = threads.find(({ id }) => id !== session.threadId)?.id;
  expect(await session.names(other)).toEqual(["resume_guest", "── ring 1 → 0: trap or interrupt ──", "_start"]);
});

it("stops only in the domain that a condition names", async () => {
  session = await DapSession.launch(guest("pv/hello"), { domains: [guest("pv/hello")] });
  await session.breakAtFunctions({ name: "app_main", condition: "current->domain->id == 1" });
  await session.start();
  expect(await domain()).toBe("1");
  expect(await session.evaluate("$cpl")).toBe("3");
});

it("calls an event's upcall by its name, in whatever it interrupted", async () => {
  session = await DapSession.launch(guest("pv/hello"));
  await session.breakAtFunctions("event_upcall");
  const seen = new Set<string>();
  for (let i = 0; i < 4; i++) {
    await (i === 0 ? session.start() : session.continue());
    seen.add((await session.names()).find((name) => name.startsWith("──")) ?? "");
  }
  expect([...seen].sort()).toEqual(["── in ring 1: event upcall ──", "── ring 3 → 1: event upcall ──"]);
});

it("gives each domain a console of its own where the client asks for events", async () => {
  session = await DapSession.launch(guest("pv/hello"), { domains: [guest("pv/hello")], console: "event" });
  await session.client.request("configurationDone");
  expect(await session.ended()).toBe(0);
  const bodies = session.client.transcript.flatMap((message) =>
    "event" in message && message.event === "ringscope.console" ? [message.body as ConsoleEventBody] : [],
  );
  const texts = new Map<string, string>();
  for (const { console: name, data } of bodies) texts.set(name, (texts.get(name) ?? "") + data);
  const alone = readFileSync(join(ROOT, "test/guests/golden/pv-hello.txt"), "utf8");
  for (const name of ["hello (d0)", "hello (d1)"]) expect(texts.get(name)).toMatch(/^pv\/hello: a kernel in ring 1\n/);
  expect(texts.get("hello (d0)")).toBe(alone);
  // The hypervisor lets the first domain read what is typed.
  const listens = new Map(bodies.map((body) => [body.console, body.listens]));
  expect(Object.fromEntries(listens)).toMatchObject({ "hello (d0)": true, "hello (d1)": false });
});
