import { expect, it } from "vitest";
import type { BreakpointTable } from "../../../../debug-adapter/breakpoints/table";
import { Execution } from "../../../../debug-adapter/session/execution";
import type { Host } from "../../../../debug-adapter/session/host";
import type { Program } from "../../../../debug-adapter/session/program";
import type { Stop } from "../../../../emulator/index";

it("has its host collect regions of compiled code that were dropped, while the machine runs on", async () => {
  let slices = 0;
  let collected = 0;
  const machine = {
    run: (): Stop => (++slices < 6 ? { kind: "count" } : { kind: "exit", value: 0 }),
    statistics: () => ({ regions: { compiled: slices * 100, live: 0 } }),
  };
  const host = { collectGarbage: () => collected++ } as unknown as Host;
  const execution = new Execution({ machine } as unknown as Program, {} as BreakpointTable, host);
  expect(await execution.run()).toEqual({ kind: "ended" });
  expect(collected).toBe(1);
});
