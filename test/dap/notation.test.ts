import { afterEach, describe, expect, it } from "vitest";
import { DapSession, guest } from "../harness/dap-session";

/** Numbers are hexadecimal where they are addresses, frame numbers, table entries, selectors or arguments of hypercalls. */

let session: DapSession;
afterEach(() => session.close());

const HEX = /^0x[0-9a-f]+$/;

/** Everything that shows a local of the innermost frame: the row, the answer, the answer to an assignment of its own value. */
async function shown(name: string): Promise<string[]> {
  const { client } = session;
  const row = (await session.scope("Locals")).find((each) => each.name === name);
  const answer = await session.evaluate(name);
  const { id } = (await session.frames())[0] ?? { id: 0 };
  const { scopes } = await client.request<{ scopes: { name: string; variablesReference: number }[] }>("scopes", {
    frameId: id,
  });
  const variablesReference = scopes.find((scope) => scope.name === "Locals")?.variablesReference;
  const set = await client.request<{ value: string }>("setVariable", { variablesReference, name, value: answer });
  const expressed = await client.request<{ value: string }>("setExpression", {
    expression: name,
    value: answer,
    frameId: id,
  });
  return [row?.value ?? "", answer, set.value, expressed.value];
}

const same = (texts: string[]): string => {
  expect(new Set(texts).size).toBe(1);
  return texts[0] ?? "";
};

describe("without a form being asked for", () => {
  it("a guest's page-table entry is hexadecimal with its 16 digits, in rows and answers", async () => {
    session = await DapSession.launchTo("map_page", guest("pv/hello"));
    expect(same(await shown("pte"))).toMatch(/^0x[0-9a-f]{16}$/);
    expect(await session.evaluate("pte,d")).toMatch(/^\d+$/);
  });

  it("the arguments of a hypercall are hexadecimal in the hypervisor", async () => {
    session = await DapSession.launchTo("do_update_va_mapping", guest("pv/hello"));
    const locals = await session.values("Locals");
    for (const name of ["linear", "low", "high", "flags"]) expect(locals[name]).toMatch(/^0x[0-9a-f]{8}$/);
    expect(same(await shown("low"))).toBe(locals["low"]);
    expect(await session.evaluate("args[1]", 1)).toBe(locals["low"]);
    expect(await session.evaluate("*args", 1)).toBe(locals["linear"]);
    // Members of the saved frame are registers and selectors.
    expect(await session.evaluate("regs->ecx", 2)).toBe(locals["low"]);
    expect(await session.evaluate("regs->cs", 2)).toMatch(HEX);
  });

  it("entries and frame numbers of the hypervisor are hexadecimal by their types", async () => {
    session = await DapSession.launchTo("table_update", guest("pv/hello"));
    const locals = await session.values("Locals");
    expect(locals["entry"]).toMatch(/^0x[0-9a-f]{16}$/);
    expect(locals["mfn"]).toMatch(/^\{n = 0x[0-9a-f]+\}$/);
    expect(await session.evaluate("mfn.n")).toMatch(HEX);
    expect(await session.evaluate("idle_l3[0]")).toMatch(/^0x[0-9a-f]{16}$/);
  });

  it("all else is decimal, and what is asked for wins", async () => {
    session = await DapSession.launchTo("do_console_io", guest("pv/hello"));
    expect(await session.evaluate("count")).toMatch(/^\d+$/);
    const { id } = (await session.frames())[0] ?? { id: 0 };
    const asked = async (hex: boolean): Promise<string> =>
      (
        await session.client.request<{ result: string }>("evaluate", {
          expression: "buffer",
          frameId: id,
          format: { hex },
        })
      ).result;
    expect(await asked(true)).toMatch(HEX);
    expect(await asked(false)).toMatch(/^\d+$/);
  });
});
