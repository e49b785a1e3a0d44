import { expect, it } from "vitest";
import type { BreakpointTable } from "../../../../debug-adapter/breakpoints/table";
import { Execution } from "../../../../debug-adapter/session/execution";
import { icedDisassembler } from "../../../../debug-adapter/host/iced-disassembler";
import { nodeHost } from "../../../../debug-adapter/host/node-host";
import type { Debuggee } from "../../../../debug-adapter/debuggee/debuggee";
import type { Stop } from "../../../../emulator/index";

const HOST = { ...nodeHost, disassembler: icedDisassembler };

it("has its host collect regions of compiled code that were dropped, while the machine runs on", async () => {
  let slices = 0;
  let collected = 0;
  const machine = {
    run: (): Stop => (++slices < 6 ? { kind: "count" } : { kind: "exit", value: 0 }),
    statistics: () => ({ regions: { compiled: slices * 100, live: 0 } }),
  };
  const host = { ...HOST, collectGarbage: () => void collected++ };
  const execution = new Execution({ machine } as unknown as Debuggee, {} as BreakpointTable, host);
  expect(await execution.run()).toEqual({ kind: "ended" });
  expect(collected).toBe(1);
});

it("waits for input where a step meets a processor that only that can wake", async () => {
  const machine = {
    ...{ pc: 0x1000, cpl: 0, transfersLogged: 0, faults: 0, interrupts: 0 },
    ...{ segment: () => ({ rights: 0 }), memory: { readLinear: () => Uint8Array.of(0x90) } },
    step: (): Stop => ({ kind: "halted", interruptible: true }),
  };
  const execution = new Execution({ machine } as unknown as Debuggee, {} as BreakpointTable, HOST);
  expect(execution.advance().halt).toBeUndefined();
  let woken = false;
  const breath = execution.breathe().then((asked) => ((woken = true), asked));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(woken).toBe(false);
  execution.wake();
  expect(await breath).toBe(false);
});
