/** Everything that the hypervisor refuses about memory: the guest's errors, and the reasons in the hypervisor's log. */
import { expect, it } from "vitest";
import { bochs, machines } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectGolden, goldenLines } from "./golden";

const GUEST = "sample-guests/pv/refusals.elf";

const refusals = (console: string): number => [...console.matchAll(/: -\d+ \(\w+\)/g)].length;

const reasons = (log: string): string[] => [...log.matchAll(/^d0: refused: (.*)$/gm)].map(([, reason = ""]) => reason);

for (const machine of machines) {
  describeWith(machine.tools, `refusals on ${machine.name}`, () => {
    it("pv/refusals as the first domain gets each error of its golden text, with a reason in the log", async () => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [GUEST] });

      expectGolden(result, "pv-refusals");
      expect(reasons(result.log)).toHaveLength(refusals(result.console));
      // All references are dropped when the domain ends.
      expect(result.log).toMatch(/d0: power-off\r?\nd0: gone/);
      if (machine !== bochs) expect(result.exitValue).toBe(0);
    });
  });
}

for (const machine of machines) {
  describeWith(machine.tools, `refusals between domains on ${machine.name}`, () => {
    it("pv/refusals as a second domain reaches neither devices nor the first domain's memory, nor makes a table of its console page", async () => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [GUEST, GUEST] });
      const second = result.console.split(/\r?\n/).filter((line) => line.startsWith("d1: "));

      expect(second.map((line) => line.slice("d1: ".length))).toEqual(goldenLines("pv-refusals-second").slice(0, -1));
      expect(result.log).toMatch(/d1: power-off\r?\n/);
      if (machine !== bochs) expect(result.exitValue).toBe(0);
    });
  });
}
