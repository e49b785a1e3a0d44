/** The guests' console, both ways. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, runProcess } from "../harness/process";

const ringscope = join(root, "bin/ringscope");
const echo = "dist/sample-guests/pv/echo.elf";

it("pv/echo answers each line that is typed, and quits when told to", async () => {
  const result = await runProcess(process.execPath, [ringscope, "guest", echo], {
    input: "hello there\nand again\nquit\nnobody reads this\n",
    timeoutSeconds: 30,
  });

  expect(result.stdout).toBe(
    ["pv/echo: say something, or quit", "echo: hello there", "echo: and again", "kernel: power off", ""].join("\n"),
  );
  expect(result.status, result.stderr).toBe(0);
});
