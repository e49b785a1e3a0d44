import { describe, expect, it } from "vitest";
import { formatResult, isErrno } from "../../../../debug-adapter/trace/errno";
import { formatArgument, hypercallInfo, hypercallName } from "../../../../debug-adapter/trace/hypercall-table";

describe("hypercallInfo", () => {
  it("names hypercalls and their operations", () => {
    expect(hypercallName(29)).toBe("sched_op");
    const [operation, pointer] = hypercallInfo(29).arguments;
    expect(formatArgument(operation ?? "hex", 2)).toBe("shutdown");
    expect(formatArgument(operation ?? "hex", 99)).toBe("99");
    expect(formatArgument(pointer ?? "dec", 0x1000)).toBe("0x00001000");
    expect(formatArgument("dec", 0xffffffff)).toBe("-1");
  });

  it("shows an unknown number with five arguments", () => {
    expect(hypercallInfo(60)).toEqual({ name: "hypercall 60", arguments: ["hex", "hex", "hex", "hex", "hex"] });
  });
});

describe("formatResult", () => {
  it("names errors and leaves other values", () => {
    expect(formatResult(0)).toBe("0");
    expect(formatResult(0xffffffea)).toBe("-22 EINVAL");
    expect(formatResult(-4000 >>> 0)).toBe("-4000");
    expect(formatResult(0x00040002)).toBe("0x00040002");
    expect([isErrno(-4095 >>> 0), isErrno(-4096 >>> 0), isErrno(1)]).toEqual([true, false, false]);
  });
});
