/** Several domains on one machine. The VMM begins each line of a domain's console with its number. */
import { expect, it } from "vitest";
import { bochs, machines, type BootResult } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { evidenceOf, goldenLines } from "./golden";

/** What one domain said, as it would have alone. */
function linesOfDomain(result: BootResult, domain: number): string[] {
  const prefix = `d${String(domain)}: `;
  const lines = result.console.split(/\r?\n/).filter((line) => line.startsWith(prefix));
  return [...lines.map((line) => line.slice(prefix.length)), ""];
}

for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `two domains on ${machine.name}`, () => {
    it("say what each would say alone, and neither can map the other's memory", async () => {
      const modules = ["sample-guests/pv/hello.elf", "sample-guests/pv/isolation.elf"];
      const result = await machine.boot({ kernel: "vmm.elf", modules });

      expect(result.timedOut, evidenceOf(result)).toBe(false);
      expect(linesOfDomain(result, 0), evidenceOf(result)).toEqual(goldenLines("pv-hello"));
      expect(linesOfDomain(result, 1), evidenceOf(result)).toEqual(goldenLines("pv-isolation"));
    });

    it("end apart: one crashes, the other goes on to its power-off", async () => {
      const modules = ["sample-guests/pv/unknown-hypercall.elf", "sample-guests/pv/fault.elf"];
      const result = await machine.boot({ kernel: "vmm.elf", modules });

      expect(result.timedOut, evidenceOf(result)).toBe(false);
      expect(linesOfDomain(result, 0), evidenceOf(result)).toEqual(goldenLines("pv-unknown-hypercall"));
      expect(linesOfDomain(result, 1), evidenceOf(result)).toEqual(goldenLines("pv-fault"));
    });
  });
}
