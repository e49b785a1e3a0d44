/** Hostile and demanding guests: what each may not do, and what real Xen answers it. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runLogged } from "../harness/command-line";
import { root } from "../harness/process";
import { pvImage } from "./images";

const LOOP = join(root, "dist", "sample-guests", "pv", "loop.elf");
const TRIPLE_FAULT = 70;
const TIME_IS_UP = 76;

/** Runs `ringscope guest` with these arguments. */
async function guest(...args: string[]) {
  const { stdout, stderr, ...rest } = await runLogged("guest", args, { timeoutSeconds: 100 });
  return { console: stdout, errors: stderr, ...rest };
}

/** The numbers that `pattern` finds in the console, one for each match. */
const numbers = (text: string, pattern: RegExp): number[] => [...text.matchAll(pattern)].map(([, n]) => Number(n));

describe("an unprivileged domain", () => {
  it("cannot make its console page, which the hypervisor writes to, a descriptor table", async () => {
    const { console, errors, log, status } = await guest(
      "--instructions",
      "200000000",
      "--domain",
      pvImage("intruder"),
      LOOP,
    );

    expect(errors).not.toContain("triple fault");
    expect(status).not.toBe(TRIPLE_FAULT);
    expect(console).not.toContain("f6900000: 1badb002");
    expect(console).not.toContain("never printed");
    expect(log).toMatch(/is a writable page in use, not a descriptor table/);
  });

  it("cannot keep the processor from another domain by a long hypercall", async () => {
    const { console } = await guest("--domain", pvImage("hog"), pvImage("waiter"));

    // A slice of 10 ms, and 2 ms for the rest of what was begun in it.
    expect(numbers(console, /longest wait (\d+) ns/g)).toHaveLength(1);
    expect(numbers(console, /longest wait (\d+) ns/g)[0]).toBeLessThanOrEqual(12_000_000);
  });

  it("cannot fill the hypervisor's log", async () => {
    const { log, status } = await guest("--instructions", "1000000000", pvImage("logflood"));

    expect(status).toBe(TIME_IS_UP);
    expect(log.length).toBeLessThan(100_000);
    expect(log).toMatch(/\d+ (more )?(lines|messages) .*left out/);
  });
});

describe("what an operation costs in instructions", () => {
  it("is for a bounced page fault at most what real Xen 4.2.5 spends on it", async () => {
    const { console } = await guest(pvImage("pfcost"));
    // The guest's own instructions between its two readings of the counter are in the figures.
    const own = 5;

    expect(numbers(console, /#PF: (\d+)/g)).toHaveLength(3);
    expect(Math.max(...numbers(console, /#PF: (\d+)/g))).toBeLessThanOrEqual(239 + own);
  });
});

describe("answers of real Xen", () => {
  it("come for a multicall in a multicall, and for a failsafe callback that masks events", async () => {
    const { console, status } = await guest(pvImage("abi"));

    expect(console).toContain("multicall of (multicall, xen_version): returns 0, results ffffffea 40002 ");
    expect(console.match(/failsafe callback: 1 /g)).toHaveLength(2);
    expect(status).toBe(0);
  });
});

describe("the guests that measure speed", () => {
  /** How many instructions a guest executes under an engine. */
  async function instructions(name: string, engine: string): Promise<number> {
    const { console, stats } = await guest("--engine", engine, pvImage(name));
    expect(console).toBe("done\n");
    return (JSON.parse(stats) as { instructions: number }).instructions;
  }

  it.each(["batch", "fault"])("%s executes the same instructions on both engines", async (name) => {
    expect(await instructions(name, "auto")).toBe(await instructions(name, "interpreter"));
  });
});
