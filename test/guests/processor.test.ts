/** Ring 0's instructions in a ring-1 kernel: emulated, or bounced as general protection. */
import { expect, it } from "vitest";
import { bochs, machines } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectGolden } from "./golden";

for (const machine of machines) {
  describeWith(machine.tools, `privileged instructions on ${machine.name}`, () => {
    it("pv/processor prints its golden text: what is done, and what is bounced with which trap", async () => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: ["sample-guests/pv/processor.elf"] });

      expectGolden(result, "pv-processor");
      if (machine !== bochs) expect(result.exitValue).toBe(0);
    });
  });
}
