import type { Mmu } from "./mmu";

/** Implicit accesses are supervisor accesses at any CPL (vol. 3A, 4.6). */
const SUPERVISOR = 0;

/**
 * The processor's own accesses to descriptor tables and task-state segments, by linear address. Each raises #PF where
 * necessary and then answers 0; callers check S.Fault.
 */
export class SystemAccess {
  constructor(private readonly mmu: Mmu) {}

  read16(linear: number): number {
    return this.mmu.load(linear | 0, 2, SUPERVISOR);
  }

  read32(linear: number): number {
    return this.mmu.load(linear | 0, 4, SUPERVISOR);
  }

  write16(linear: number, value: number): void {
    this.mmu.store(linear | 0, value, 2, SUPERVISOR);
  }

  write32(linear: number, value: number): void {
    this.mmu.store(linear | 0, value, 4, SUPERVISOR);
  }

  /** Sets bits in the byte at `linear`, in one access that writes. */
  setBits8(linear: number, bits: number): void {
    const value = this.mmu.loadForWrite(linear | 0, 1, SUPERVISOR);
    if ((value & bits) !== bits) this.mmu.store(linear | 0, value | bits, 1, SUPERVISOR);
  }

  clearBits8(linear: number, bits: number): void {
    const value = this.mmu.loadForWrite(linear | 0, 1, SUPERVISOR);
    if ((value & bits) !== 0) this.mmu.store(linear | 0, value & ~bits, 1, SUPERVISOR);
  }

  /** Whether `bytes` (at most 4096) at `linear` can be written; false after raising #PF. */
  probeWrite(linear: number, bytes: number): boolean {
    return this.mmu.probeWrite(linear | 0, bytes, SUPERVISOR);
  }
}
