import { Gpr } from "../base/arch";
import { LoggedWord, S, TRANSFER_LOG, TRANSFERS_LOGGED } from "../base/layout";
import type { State } from "../base/state";
import type { LoggedTransfer, Transfer } from "./wiring";

/** The kinds by their numbers in the log. The first two are the Event of FlatSystem.enter. */
const KINDS: readonly Transfer["kind"][] = [
  "int",
  "exception",
  "interrupt",
  "iret",
  "call",
  "ret",
  "sysenter",
  "sysexit",
];

/**
 * The latest changes to an inner ring and entries of handlers, in the machine's memory. Generated code that enters a
 * handler notes them there without leaving.
 */
export class TransferLog {
  constructor(private readonly state: State) {}

  get enabled(): boolean {
    return this.state.get(S.LogTransfers) !== 0;
  }

  set enabled(enabled: boolean) {
    this.state.set(S.LogTransfers, enabled ? 1 : 0);
  }

  /** How many transfers have been noted. */
  get count(): number {
    return this.state.get(S.TransferCount);
  }

  /** Notes a transfer. This must be called after the change. */
  note({ kind, vector, fromCpl, toCpl, fromEip, toEip }: Transfer): void {
    const { state, count } = this;
    const at = entryAt(count);
    state.set(at + LoggedWord.Kind, KINDS.indexOf(kind));
    state.set(at + LoggedWord.Vector, vector);
    state.set(at + LoggedWord.FromCpl, fromCpl);
    state.set(at + LoggedWord.ToCpl, toCpl);
    state.set(at + LoggedWord.FromEip, fromEip);
    state.set(at + LoggedWord.ToEip, toEip);
    state.set(at + LoggedWord.Esp, state.gpr(Gpr.Esp));
    state.set(S.TransferCount, count + 1);
  }

  /** The transfer that came `back` changes before the latest; undefined where it is not kept, or not any more. */
  find(back: number): LoggedTransfer | undefined {
    const { state, count } = this;
    if (back >= Math.min(count, TRANSFERS_LOGGED)) return undefined;
    const at = entryAt(count - 1 - back);
    return {
      kind: KINDS[state.get(at + LoggedWord.Kind)],
      vector: state.get(at + LoggedWord.Vector) | 0,
      fromCpl: state.get(at + LoggedWord.FromCpl),
      toCpl: state.get(at + LoggedWord.ToCpl),
      fromEip: state.get(at + LoggedWord.FromEip),
      toEip: state.get(at + LoggedWord.ToEip),
      esp: state.get(at + LoggedWord.Esp),
    };
  }
}

const entryAt = (index: number): number => TRANSFER_LOG + (index % TRANSFERS_LOGGED) * LoggedWord.Size;
