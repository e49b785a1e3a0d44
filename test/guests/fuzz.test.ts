/**
 * Random hypercalls: the hypervisor survives them, refuses the same ones for the same reasons everywhere, and has lost
 * no count after each thousand of them and at each domain's end (audit.test.ts: that it would say so).
 */
import { expect, it } from "vitest";
import { type BootResult, type TestMachine, qemu, ringscope } from "../harness/machines";
import { describeWith } from "../harness/tools";

const SEEDS = [1, 8, 14, 34];
const VMM_BUG = 2;

/** As the second domain: it may map no device memory, which differs from machine to machine. */
const boot = (machine: TestMachine, seed: number): Promise<BootResult> => {
  const fuzz = `sample-guests/pv/fuzz.elf ${String(seed)}`;
  return machine.boot({
    kernel: "vmm.elf audit=1 guest-log=all",
    modules: ["sample-guests/pv/unknown-hypercall.elf", fuzz],
  });
};

/** What the hypervisor said about that domain. */
const aboutDomain = (log: string): string[] => log.split(/\r?\n/).filter((line) => line.startsWith("d1: "));

describeWith([...ringscope.tools, ...qemu.tools], "random hypercalls", () => {
  it.each(SEEDS)(
    "from seed %i are answered alike on Ringscope and QEMU, without a bug or a lost reference",
    async (seed) => {
      const [ours, theirs] = [await boot(ringscope, seed), await boot(qemu, seed)];
      const refused = aboutDomain(ours.log);

      expect(ours.exitValue, ours.log.slice(-2000)).toBeLessThan(VMM_BUG);
      expect(refused.length).toBeGreaterThan(300);
      expect(refused).toEqual(aboutDomain(theirs.log));
      expect(ours.exitValue).toBe(theirs.exitValue);
      expect(ours.log).not.toContain("still has");
      for (const { console, log } of [ours, theirs]) expect(console + log).toMatch(/done, after 4 audits|d1: crashed/);
    },
  );
});
