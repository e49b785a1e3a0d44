import { describe, expect, it } from "vitest";
import type { HypercallRow } from "../../../debug-adapter/protocol";
import { descriptionOf, isInside, labelOf } from "../../../extension/trace-row";

const row: HypercallRow = {
  index: 0,
  domain: 1,
  vcpu: 0,
  number: 14,
  name: "update_va_mapping",
  arguments: ["0x00106000", "0x0", "2"],
  result: "-22 EINVAL",
  failed: true,
  eip: "0x0010a2c4",
  ring: 1,
  instructions: 7,
};
const { result: _, ...entered } = row;

describe("a row of the trace", () => {
  it("tells domain and result before the arguments, which a narrow side bar cuts", () => {
    expect(descriptionOf(row)).toBe("d1 → -22 EINVAL (0x00106000, 0x0, 2)");
  });

  it("is read aloud whole, in the order of a call", () => {
    expect(labelOf(row)).toBe("update_va_mapping d1 (0x00106000, 0x0, 2) → -22 EINVAL");
  });

  it("of a call that has not returned says so", () => {
    expect(isInside(entered)).toBe(true);
    expect(descriptionOf(entered)).toBe("d1 … (0x00106000, 0x0, 2)");
    expect(labelOf(entered)).toBe("update_va_mapping d1 (0x00106000, 0x0, 2) …");
  });

  it("of iret is complete without a result", () => {
    const iret = { ...entered, name: "iret", arguments: [] };
    expect(isInside(iret)).toBe(false);
    expect(descriptionOf(iret)).toBe("d1 ()");
  });
});
