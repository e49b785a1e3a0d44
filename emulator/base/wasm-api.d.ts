/**
 * The part of the WebAssembly JavaScript interface that the emulator uses. The
 * ES library of TypeScript leaves it out and the emulator sees neither the DOM
 * nor Node, so it is declared here.
 */
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer;
  }
  class Table {
    constructor(descriptor: { element: "anyfunc"; initial: number; maximum?: number });
    get(index: number): unknown;
    set(index: number, value: unknown): void;
    grow(by: number): number;
    readonly length: number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  type Imports = Record<string, Record<string, unknown>>;
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }
}
