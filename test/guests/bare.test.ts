/** Guests without a hypervisor: the bare machine is the same everywhere. */
import { expect, it } from "vitest";
import { bochs, machines, ringscope } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectGolden } from "./golden";

for (const machine of machines) {
  describeWith(machine.tools, `bare guests on ${machine.name}`, () => {
    it("bare/hello prints its golden text and exits with value 0", async () => {
      const result = await machine.boot({ kernel: "sample-guests/bare/hello.elf" });

      expectGolden(result, "bare-hello");
      if (machine !== bochs) expect(result.exitValue).toBe(0);
    });
  });
}

for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `a triple fault on ${machine.name}`, () => {
    it("bare/triple-fault ends the machine without an exit value", async () => {
      const result = await machine.boot({ kernel: "sample-guests/bare/triple-fault.elf" });

      expectGolden(result, "bare-triple-fault");
      expect(result.exitValue).toBeUndefined();
    });
  });
}

describeWith(ringscope.tools, "a triple fault on Ringscope", () => {
  it("bare/triple-fault reports the chain of faults, from #GP by #DF to the end", async () => {
    const { diagnostics } = await ringscope.boot({ kernel: "sample-guests/bare/triple-fault.elf" });
    const faults = [...diagnostics.matchAll(/#(\w+)\(/g)].map(([, name]) => name);

    expect(faults).toEqual(["GP", "GP", "DF", "GP"]);
  });
});
