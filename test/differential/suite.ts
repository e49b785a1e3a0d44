import { describeUnless } from "../harness/tools";
import { whyNotNative } from "./native";

/** `describe`, for a suite that runs cases on the host's processor: in CI it must, elsewhere it is skipped with the reason. */
export function describeNative(name: string, suite: () => void): void {
  describeUnless(whyNotNative(), name, suite);
}
