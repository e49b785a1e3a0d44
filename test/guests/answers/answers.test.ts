/** Answers of the hypervisor that were once others than Xen's (4.2.5 for x86_32), each a line of the guest `answers`. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileGuest } from "../../harness/kernel/compile.mjs";
import { ringscope } from "../../harness/machines";
import { root } from "../../harness/process";
import { evidenceOf, expectLines, goldenLines } from "../golden";

const GUEST = "test/answers.elf";
const WAITER = "sample-guests/pv/unknown-hypercall.elf";

/** What a domain without privileges gets instead. */
const UNPRIVILEGED: Readonly<Record<string, string>> = {
  "sysctl in a wrong version": "-1",
  "platform_op in a wrong version": "-1",
  domctl: "-1",
  sysctl: "-1",
  platform_op: "-1",
  console_io: "-1",
};

beforeAll(() => {
  const sources = ["answers.c", "entry.S"].map((name) => join(import.meta.dirname, name));
  compileGuest(sources, join(root, "dist", GUEST));
});

describe("what the hypervisor answers", () => {
  it("is what Xen answers, to the first domain", async () => {
    const result = await ringscope.boot({ kernel: "vmm.elf", modules: [GUEST] });

    expectLines(result, goldenLines("answers"));
    expect(result.log).toContain("d0: refused: mov to CR4: bits a0 keep their value");
    expect(result.log).toContain("d0: vm_assist: a write to a page table still faults: it is not emulated yet");
    expect(result.exitValue).toBe(0);
  });

  it("is EPERM where only the first domain may ask; the wrong version of domctl is said to all", async () => {
    const result = await ringscope.boot({ kernel: "vmm.elf", modules: [WAITER, GUEST] });
    const lines = result.console.split("\n").filter((line) => line.startsWith("d1: "));
    const expected = goldenLines("answers").slice(0, -1);
    const answer = (line: string): string => {
      const [question = ""] = line.split(": ");
      return question in UNPRIVILEGED ? `${question}: ${UNPRIVILEGED[question] ?? ""}` : line;
    };

    expect(
      lines.map((line) => line.slice("d1: ".length)),
      evidenceOf(result),
    ).toEqual(expected.map(answer));
  });
});
