/** Ends that a domain brings upon itself: the reason in the hypervisor's log, and nobody else harmed. */
import { describe, expect, it } from "vitest";
import { bochs, machines } from "../harness/machines";
import { describeWith } from "../harness/tools";
import { expectLines } from "./golden";

const CRASH = "sample-guests/pv/crash.elf";
const DOMAIN_CRASHED = 1;

/** The word that chooses the end, and what the log says of it. */
const ENDS = [
  ["trap-nowhere", "breakpoint (trap 3): its frame cannot be written at e021:6ffffff4"],
  ["trap-onto-vmm", "breakpoint (trap 3): its frame cannot be written at e021:f69007f4"],
  ["return-from-nowhere", "iret: the frame cannot be read at e021:70000000"],
  ["return-to-ring0", "iret: to ring 0 or virtual-8086 mode (cs e008, eflags 00000200)"],
  ["event-without-callback", "event upcall: no handler is registered"],
  ["read-only-stack", "failsafe callback: its SS names no writable segment (e019:00001000 with stack 0009)"],
  ["code-as-stack", "failsafe callback: its SS names no writable segment (e019:00001000 with stack 0009)"],
  ["stack-of-ring3", "failsafe callback: its SS is of another ring (e019:00001000 with stack 0009)"],
  ["failsafe-in-data", "failsafe callback: its CS names no code segment (0009:00001000 with stack e021)"],
  ["failsafe-beyond-limit", "failsafe callback: its EIP lies beyond the code segment (e019:f6800000 with stack e021)"],
  ["own-wish", "the guest ended itself: crash"],
] as const;

for (const machine of machines.filter((each) => each !== bochs)) {
  describeWith(machine.tools, `a domain's end on ${machine.name}`, () => {
    it.each(ENDS)("pv/crash %s ends the machine with 1 and logs: %s", async (word, reason) => {
      const result = await machine.boot({ kernel: "vmm.elf", modules: [`${CRASH} ${word}`] });

      expectLines(result, [`crash: ${word}`, ""]);
      expect(result.log).toContain(`d0: crashed: ${reason}\n`);
      expect(result.exitValue).toBe(DOMAIN_CRASHED);
    });

    describe("with another domain beside it", () => {
      it("a second domain's crash lets the first one go on to its power-off, and the machine ends with 1", async () => {
        const modules = ["sample-guests/pv/unknown-hypercall.elf", `${CRASH} trap-nowhere`];
        const result = await machine.boot({ kernel: "vmm.elf", modules });

        expect(result.console).toContain("d0: kernel: still running; power off");
        expect(result.log).toContain("d1: crashed: breakpoint (trap 3)");
        expect(result.log).toContain("d0: power-off");
        expect(result.log).toContain("d1: gone");
        expect(result.exitValue).toBe(DOMAIN_CRASHED);
      });
    });
  });
}
