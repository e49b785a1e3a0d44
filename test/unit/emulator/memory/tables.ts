import { Cr0, Cr4, Pte } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { MemorySystem } from "../../../../emulator/memory/memory-system";

export const RAM_BYTES = 16 << 20;

/** The usual rights of a test page. */
export const RWU = Pte.P | Pte.Rw | Pte.Us;

/**
 * A memory with page tables. 32-bit paging: directory at 0x1000, one table for
 * the first 4 MiB at 0x2000. PAE: PDPTEs at 0x3000, directory 0x4000, table
 * 0x5000 for the first 2 MiB. Entries of the upper levels allow everything.
 */
export class Tables {
  readonly state = new State(RAM_BYTES);
  readonly memory = new MemorySystem(this.state);

  constructor(readonly pae: boolean) {
    const { physical, paging } = this.memory;
    physical.write32(0x1000, 0x2000 | RWU);
    physical.write32(0x3000, 0x4000 | Pte.P);
    physical.write32(0x4000, 0x5000 | RWU);
    this.state.set(S.Cr0, Cr0.Pe | Cr0.Pg);
    this.state.set(S.Cr3, pae ? 0x3000 : 0x1000);
    this.state.set(S.Cr4, Cr4.Pge | Cr4.Pse | (pae ? Cr4.Pae : 0));
    if (pae) paging.loadPdptes(0x3000);
  }

  get pdeAt(): number {
    return this.pae ? 0x4000 : 0x1000;
  }

  /** The entry that maps `linear`, below 2 MiB. */
  pteAt(linear: number): number {
    return this.pae ? 0x5000 + (linear >>> 12) * 8 : 0x2000 + (linear >>> 12) * 4;
  }

  map(linear: number, low: number, high = 0): void {
    this.memory.physical.write32(this.pteAt(linear), low);
    if (this.pae) this.memory.physical.write32(this.pteAt(linear) + 4, high);
  }

  pde(low: number, high = 0): void {
    this.memory.physical.write32(this.pdeAt, low);
    if (this.pae) this.memory.physical.write32(this.pdeAt + 4, high);
  }

  ring(cpl: number): void {
    this.state.set(S.Cpl, cpl);
    this.memory.tlb.select(cpl);
  }

  /** "#PF(code) at linear", or "no fault"; clears the fault. */
  fault(): string {
    if (this.state.get(S.Fault) === 0) return "no fault";
    this.state.set(S.Fault, 0);
    const code = this.state.get(S.FaultError);
    return `#${this.state.get(S.FaultVector)}(${code}) at 0x${this.state.get(S.Cr2).toString(16)}`;
  }
}
