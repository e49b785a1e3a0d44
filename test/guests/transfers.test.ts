/** The log of changes to an inner ring and of handlers' entries, which generated code writes, against what the listener is told. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Engine, type LoggedTransfer, Machine } from "../../emulator/index";

const DIST = join(import.meta.dirname, "../../dist");
const image = (name: string) => readFileSync(join(DIST, name));

function bootBare(engine: Engine): Machine {
  const machine = new Machine({ memoryBytes: 64 << 20, engine });
  machine.boot(image("sample-guests/bare/hello.elf"), {});
  return machine;
}

function boot(engine: Engine): Machine {
  const machine = new Machine({ memoryBytes: 64 << 20, engine });
  machine.boot(image("vmm.elf"), { modules: [{ bytes: image("sample-guests/pv/hello.elf"), commandLine: "" }] });
  return machine;
}

const isInward = ({ fromCpl, toCpl }: LoggedTransfer): boolean => toCpl < fromCpl;

/** Inwards, as a listener is told of them. */
function told(engine: Engine): LoggedTransfer[] {
  const machine = boot(engine);
  const transfers: LoggedTransfer[] = [];
  machine.onTransfer = (transfer) => {
    if (transfer.toCpl < transfer.fromCpl) transfers.push({ ...transfer, esp: machine.registers.get("esp") });
  };
  machine.run();
  return transfers;
}

/** As the log has them, looked at now and then. */
function logged(machine: Machine): LoggedTransfer[] {
  machine.logTransfers = true;
  const transfers: LoggedTransfer[] = [];
  const look = (): void => {
    const back = machine.transfersLogged - transfers.length;
    for (let n = back - 1; n >= 0; n--)
      transfers.push(...[machine.loggedTransfer(n)].filter((entry) => entry !== undefined));
  };
  for (
    let stop = machine.run({ instructions: 5000 });
    stop.kind === "count";
    stop = machine.run({ instructions: 5000 })
  )
    look();
  look();
  return transfers;
}

it.each<Engine>(["interpreter", "compiled"])(
  "the log has the changes to an inner ring that the listener is told of, %s",
  (engine) => {
    const expected = told("interpreter");
    expect(new Set(expected.map(({ kind }) => kind))).toEqual(new Set(["int", "exception", "interrupt"]));
    expect(logged(boot(engine)).filter(isInward)).toEqual(expected);
  },
);

it.each<Engine>(["interpreter", "compiled"])("the log has the interrupts of a kernel in its own ring, %s", (engine) => {
  const machine = bootBare(engine);
  const inRing = logged(machine).filter((entry) => !isInward(entry));
  expect(inRing.length).toBeGreaterThan(0);
  expect(inRing.every(({ fromCpl, toCpl, vector }) => fromCpl === toCpl && vector >= 0)).toBe(true);
  expect(inRing).toEqual(logged(bootBare("interpreter")).filter((entry) => !isInward(entry)));
});
