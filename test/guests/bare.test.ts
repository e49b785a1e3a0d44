/** Guests without a hypervisor: the bare machine is the same everywhere. */
import { expect, it } from "vitest";
import { machines } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectGolden } from "./golden";

for (const machine of machines) {
  describeWith(machine.tools, `bare guests on ${machine.name}`, () => {
    it("bare/hello prints its golden text and exits with value 0", async () => {
      const result = await machine.boot({ kernel: "sample-guests/bare/hello.elf" });

      expectGolden(result, "bare-hello");
      if (machine.name !== "Bochs") expect(result.exitValue).toBe(0);
    });
  });
}
