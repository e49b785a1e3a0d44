/** One value of a saved state. */
export type StateValue = number | Uint8Array;

/**
 * Passes what a part of the machine keeps outside of the memory, one value after the other. When a state is saved, each
 * value is noted and comes back unchanged. When it is loaded, the value that was noted comes back. So one method
 * describes a part's state for both directions: `this.count = stream.number(this.count)`.
 */
export interface StateStream {
  /** Whether a state is being loaded, so that everything derived from its values must be made anew. */
  readonly isLoading: boolean;
  number(value: number): number;
  flag(value: boolean): boolean;
  /** Passes bytes in place. Their number is always the same. */
  bytes(bytes: Uint8Array): void;
}

/** A part of the machine with a state. A state is loaded into a part of the same configuration. */
export interface Stateful {
  passState(stream: StateStream): void;
}

/** Notes the values that pass. */
export class StateWriter implements StateStream {
  readonly isLoading = false;
  readonly values: StateValue[] = [];

  number(value: number): number {
    this.values.push(value);
    return value;
  }

  flag(value: boolean): boolean {
    this.values.push(value ? 1 : 0);
    return value;
  }

  bytes(bytes: Uint8Array): void {
    this.values.push(bytes.slice());
  }
}

/** Gives back what a StateWriter has noted, to the same parts in the same order. */
export class StateReader implements StateStream {
  readonly isLoading = true;
  private next = 0;

  constructor(private readonly values: readonly StateValue[]) {}

  number(): number {
    const value = this.values[this.next++];
    if (typeof value !== "number") throw new Error("the saved state is of another machine");
    return value;
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  bytes(bytes: Uint8Array): void {
    const value = this.values[this.next++];
    if (typeof value === "number" || value?.length !== bytes.length)
      throw new Error("the saved state is of another machine");
    bytes.set(value);
  }
}

/** Passes a list of numbers of any length. The array object itself stays the same. */
export function passNumbers(stream: StateStream, list: number[]): void {
  const length = stream.number(list.length);
  if (stream.isLoading) list.length = length;
  for (let n = 0; n < length; n++) list[n] = stream.number(list[n]);
}
