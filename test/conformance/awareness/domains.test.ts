/** The hypervisor's domains as the adapter reads them from a machine that runs two of them. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readDomains, type DomainState } from "../../../debug-adapter/awareness/domains";
import { SymbolImage } from "../../../debug-adapter/symbols/index";
import { Machine } from "../../../emulator/index";

const DIST = resolve(import.meta.dirname, "../../../dist");
const VIRQ_TIMER = 0;

const image = (path: string): Uint8Array => new Uint8Array(readFileSync(join(DIST, path)));

describe("readDomains on the running hypervisor", () => {
  const kernel = image("vmm.elf");
  const symbols = SymbolImage.load(kernel);
  let machine: Machine;

  beforeAll(() => {
    const bytes = image("sample-guests/pv/hello.elf");
    machine = new Machine({ memoryBytes: 128 << 20 });
    machine.boot(kernel, { modules: [1, 2].map(() => ({ bytes, commandLine: "hello" })) });
  });

  const domains = (): DomainState[] => readDomains(symbols, (a, length) => machine.memory.readLinear(a, length));

  /** Runs to the first instruction of a function, where its arguments lie above the return address. */
  function runTo(name: string): number[] {
    const address = symbols.symbolNamed(name)?.address ?? 0;
    machine.setBreakpoint(address);
    expect(machine.run()).toEqual({ kind: "breakpoint", linear: address });
    machine.clearBreakpoint(address);
    const esp = machine.registers.get("esp");
    return [1, 2].map((index) => machine.memory.readDword(esp + 4 * index) ?? 0);
  }

  it("knows none before the first is built", () => {
    expect(domains()).toEqual([]);
  });

  it("shows two domains, the first privileged, when the first hypercall enters", () => {
    const [vcpu] = runTo("trace_hypercall_enter");
    const found = domains();
    expect(found.map((d) => [d.id, d.isPrivileged, d.isDying, d.vcpus.length])).toEqual([
      [0, true, false, 1],
      [1, false, false, 1],
    ]);
    const running = found.flatMap((d) => d.vcpus).filter((v) => v.isCurrent);
    expect(running.map((v) => v.pointer)).toEqual([vcpu]);
    expect(found.every((d) => d.pages > 0 && d.pages <= d.maxPages)).toBe(true);
  });

  it("gives the second domain the store's and the console's channel", () => {
    expect(domains()[1]?.channels.map((c) => [c.port, c.kind])).toEqual([
      [1, "interdomain"],
      [2, "interdomain"],
    ]);
  });

  it("shows the timer's channel and its pending bit at the upcall that it causes", () => {
    const [vcpu] = runTo("trace_upcall");
    const domain = domains().find((d) => d.vcpus.some((v) => v.pointer === vcpu));
    const timer = domain?.channels.find((c) => c.kind === "virq" && c.virq === VIRQ_TIMER);
    expect(timer).toMatchObject({ isPending: true, isMasked: false });
    expect(domain?.vcpus[0]).toMatchObject({ isCurrent: true, upcallPending: true });
  });
});
