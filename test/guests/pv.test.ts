/** Guests beneath the VMM: the same images say the same on every machine. */
import { expect, it } from "vitest";
import { type BootResult, type TestMachine, bochs, machines, qemu } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectGolden, expectLines, goldenLines } from "./golden";

/** What the VMM writes to the debug-exit port. */
const POWER_OFF = 0;
const DOMAIN_CRASHED = 1;

const VARIANTS = [
  ["hello", "linked at 1 MiB"],
  ["hello-c0000000", "linked at 0xC0000000"],
  ["hello-xen-guest", "with only a __xen_guest section"],
] as const;

/** What pv/hello prints with the argument "limits": one section more, before it starts the application. */
function linesWithLimits(): string[] {
  const lines = goldenLines("pv-hello");
  const section = goldenLines("pv-hello-limits").slice(0, -1);
  lines.splice(lines.indexOf("kernel: starting the application in ring 3"), 0, ...section);
  return lines;
}

const bootGuest = (machine: TestMachine, guest: string): Promise<BootResult> =>
  machine.boot({ kernel: "vmm.elf", modules: [`sample-guests/pv/${guest}.elf`] });

/** Bochs has no debug-exit port, so nothing can be told there. */
function expectExit(machine: TestMachine, result: BootResult, value: number): void {
  if (machine !== bochs) expect(result.exitValue, result.diagnostics).toBe(value);
}

for (const machine of machines) {
  describeWith(machine.tools, `paravirtual guests on ${machine.name}`, () => {
    for (const [image, how] of VARIANTS) {
      it(`pv/hello ${how} prints its golden text and powers off`, async () => {
        const result = await bootGuest(machine, image);

        expectGolden(result, "pv-hello");
        expectExit(machine, result, POWER_OFF);
      });
    }
  });
}

// QEMU does not enforce segment limits.
for (const machine of machines.filter((each) => each !== qemu)) {
  describeWith(machine.tools, `segment limits on ${machine.name}`, () => {
    it("keep ring 1 from reading the VMM", async () => {
      const modules = ["sample-guests/pv/hello-c0000000.elf limits"];
      const result = await machine.boot({ kernel: "vmm.elf", modules });

      expectLines(result, linesWithLimits());
    });
  });
}

// What goes wrong in a guest is the VMM's to handle; Bochs would show the same once more, in seconds each.
for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `guests that go wrong on ${machine.name}`, () => {
    it("pv/unknown-hypercall gets -ENOSYS and goes on", async () => {
      const result = await bootGuest(machine, "unknown-hypercall");

      expectGolden(result, "pv-unknown-hypercall");
      expectExit(machine, result, POWER_OFF);
    });

    it("pv/failsafe is called back with the frames that IRET refuses", async () => {
      const result = await bootGuest(machine, "failsafe");

      expectGolden(result, "pv-failsafe");
      expectExit(machine, result, POWER_OFF);
    });

    it("pv/fault is crashed by the VMM, which logs the fault", async () => {
      const result = await bootGuest(machine, "fault");

      expectGolden(result, "pv-fault");
      expectExit(machine, result, DOMAIN_CRASHED);
      expect(result.log).toMatch(/crashed: page fault \(trap 14\): no handler is registered/);
    });

    it("pv/no-notes is refused by the domain builder, which logs why", async () => {
      const result = await bootGuest(machine, "no-notes");

      expect(result.console).toBe("");
      expect(result.log).toMatch(/note/);
    });
  });
}
