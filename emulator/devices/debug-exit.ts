import type { PortDevice } from "./port-bus";

export const DEBUG_EXIT_PORT = 0xf4;

/** The debug-exit port. A byte written to it ends the machine, with that byte. */
export class DebugExit implements PortDevice {
  constructor(private readonly exit: (value: number) => void) {}

  readPort(): number {
    return 0xff;
  }

  writePort(_port: number, value: number): void {
    this.exit(value);
  }
}
