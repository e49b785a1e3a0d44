import { describe, it } from "vitest";
import { whyNotNative } from "./native";

/** `describe`, for a suite that runs cases on the host's processor: in CI it must, elsewhere it is skipped with the reason. */
export function describeNative(name: string, suite: () => void): void {
  const reason = whyNotNative();
  if (reason === undefined) {
    describe(name, suite);
  } else if (["true", "1"].includes(process.env["CI"] ?? "")) {
    it(name, () => {
      throw new Error(reason);
    });
  } else {
    console.warn(`skipped: ${name}: ${reason}`);
    describe.skip(`${name} (${reason})`, suite);
  }
}
