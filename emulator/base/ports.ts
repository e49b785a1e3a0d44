/** The I/O port space as the processor sees it. Sizes are 1, 2 or 4 bytes. */
export interface PortSpace {
  /** Returns the zero-extended value. Ports without a device read as all ones. */
  read(port: number, size: number): number;
  write(port: number, size: number, value: number): void;
}

/** The processor's INTR pin and its acknowledge cycle. */
export interface InterruptSource {
  /** The INTR line. */
  pending(): boolean;
  /** Acknowledges the interrupt of highest priority. @returns its vector */
  acknowledge(): number;
}

/** Machine time in ticks of 1 ns: instructions retired plus ticks skipped in HLT. */
export interface Clock {
  now(): number;
}
