import type { Vector } from "../../base/arch";
import { S } from "../../base/layout";
import type { PortSpace } from "../../base/ports";
import type { Reason } from "../../base/reasons";
import type { State } from "../../base/state";
import { SYSTEM_FAULT } from "../../isa/system-ops";
import type { MemorySystem } from "../../memory/memory-system";
import { TransferLog } from "../transfer-log";
import type { Transfer } from "../wiring";

/** The surroundings of the system instructions. */
export interface SystemWiring {
  state: State;
  memory: MemorySystem;
  ports: PortSpace;
  /** Machine time in ticks of 1 ns. */
  now(): number;
}

/** What the families of system instructions share: the wiring, faults, and the change of CPL. */
export class Context {
  readonly state: State;
  readonly memory: MemorySystem;
  readonly ports: PortSpace;
  readonly now: () => number;
  /** Called after each write to a debug register. */
  onDebugRegister: () => void = () => undefined;
  /** Whether DR7 arms breakpoints, so that RF has a meaning. */
  hasBreakpoints = false;
  onTransfer: ((transfer: Transfer) => void) | undefined;
  readonly transfers: TransferLog;

  constructor(wiring: SystemWiring) {
    this.state = wiring.state;
    this.memory = wiring.memory;
    this.ports = wiring.ports;
    this.now = () => wiring.now();
    this.transfers = new TransferLog(wiring.state);
  }

  get cpl(): number {
    return this.state.get(S.Cpl);
  }

  /** Raises an exception. @returns SYSTEM_FAULT */
  fault(vector: Vector, errorCode: number, reason: Reason): number {
    this.state.set(S.FaultReason, reason);
    this.state.raise(vector, errorCode);
    return SYSTEM_FAULT;
  }

  /** Whether an access made just now has raised an exception. */
  faulted(): boolean {
    return this.state.get(S.Fault) !== 0;
  }

  /** Changes CPL, and the data TLBs with it. */
  setCpl(cpl: number): void {
    this.state.set(S.Cpl, cpl);
    this.memory.tlb.select(cpl);
  }

  /** Tells the listener of a change of CPL that has just been made, and logs the entries of inner rings and of handlers. */
  noteTransfer(kind: Transfer["kind"], vector: number, fromCpl: number, fromEip: number): void {
    const toCpl = this.cpl;
    const isEntry = toCpl < fromCpl || (toCpl === fromCpl && vector >= 0);
    const isLogged = isEntry && this.transfers.enabled;
    const isTold = toCpl !== fromCpl && this.onTransfer !== undefined;
    if (!isLogged && !isTold) return;
    const transfer = { kind, vector, fromCpl, toCpl, fromEip, toEip: this.state.get(S.Eip) };
    if (isLogged) this.transfers.note(transfer);
    if (isTold) this.onTransfer?.(transfer);
  }
}
