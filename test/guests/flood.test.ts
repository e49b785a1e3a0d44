/** What a guest can make the hypervisor log: a share of it, and the count of what was left out. */
import { expect, it } from "vitest";
import { bochs, machines } from "../harness/machines";
import { describeWith } from "../harness/tools";

const CALLS = 3000;
/** Lines that a domain may have at once; 20 a second come on top. */
const AT_ONCE = 400;
const IN_THE_RUN = 60;

const KINDS = [
  ["unknown-call", "hypercall 99 is not served"],
  ["unknown-command", "sched_op: there is no command 99"],
  ["bad-pointer", "8 bytes at 70000000 cannot be read"],
  ["bad-port", "send: there is no port 0"],
  ["bad-mapping", "update_va_mapping: no L1 table maps 70000000"],
] as const;

for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `a domain that floods the log on ${machine.name}`, () => {
    it.each(KINDS)("pv/flood %s: each call's reason is in the log or counted as left out", async (word, reason) => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [`sample-guests/pv/flood.elf ${word}`] });
      const lines = result.log.split(/\r?\n/);
      const logged = lines.filter((line) => line === `d0: refused: ${reason}`).length;
      const counts = lines.map((line) => Number(/^d0: (\d+) lines were left out$/.exec(line)?.[1] ?? 0));
      const leftOut = counts.reduce((sum, count) => sum + count, 0);

      expect(result.console).toContain(`flood: ${CALLS} refused`);
      expect(logged).toBeGreaterThanOrEqual(AT_ONCE);
      expect(logged).toBeLessThan(AT_ONCE + IN_THE_RUN);
      expect(logged + leftOut).toBe(CALLS);
      expect(result.exitValue).toBe(0);
    });

    it("one domain's flood leaves another domain's lines alone", async () => {
      const modules = ["sample-guests/pv/refusals.elf", "sample-guests/pv/flood.elf bad-port"];
      const { log } = await machine.boot({ kernel: "vmm.elf", modules });

      expect(log).toMatch(/^d1: \d+ lines were left out/m);
      expect(log).not.toMatch(/^d0: \d+ lines were left out/m);
    });
  });
}
