/** Several domains at once: each runs as if it were alone. */
import { expect, it } from "vitest";
import { bochs, machines } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { goldenLines } from "./golden";

const MODULES = ["hello", "refusals", "hello-c0000000"].map((guest) => `sample-guests/pv/${guest}.elf`);

const linesOf = (console: string, domain: number): string[] => {
  const prefix = `d${String(domain)}: `;
  const lines = console.split(/\r?\n/).filter((line) => line.startsWith(prefix));
  return lines.map((line) => line.slice(prefix.length));
};

for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `three domains on ${machine.name}`, () => {
    it("each print their golden text, line by line after their number, and the last one's end powers off", async () => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: MODULES });
      // Only the first domain is told that the other does not exist; the others may not ask.
      const hello = goldenLines("pv-hello").slice(0, -1);
      const unprivileged = hello.map((line) => line.replace("of domain 77: -3 (ESRCH)", "of domain 77: -1 (EPERM)"));

      expect(linesOf(result.console, 0)).toEqual(hello);
      expect(linesOf(result.console, 1)).toEqual(goldenLines("pv-refusals-second").slice(0, -1));
      expect(linesOf(result.console, 2)).toEqual(unprivileged);
      expect(result.log.match(/^d\d: gone$/gm)).toHaveLength(3);
      expect(result.exitValue).toBe(0);
    });
  });
}
