import { expect, it, vi } from "vitest";
import { MODE_TABLE, ModeEntry, RAM, S, TLB_BYTES, TLB_EXEC } from "../../../../emulator/base/layout";
import { State } from "../../../../emulator/base/state";
import { Cpu } from "../../../../emulator/cpu/cpu";
import { System } from "../../../../emulator/cpu/system/system";
import { Jit } from "../../../../emulator/jit/jit";
import { SYSTEM_FAULT, SYSTEM_LEAVE, type SystemOp } from "../../../../emulator/isa/system-ops";
import { Rng } from "../../../differential/rng";
import { KINDS, Start, type Task, USED_RAM } from "./flat-system-start";

/** The system instructions that WebAssembly does for flat segments (cpu/tier0/flat-system.ts, flat-control.ts) beside cpu/system, their contract. */

const ROUNDS = 600;
/** Of so many rounds at least one is done in WebAssembly, and one refused. */
const SHARE = 20;

type SystemCall = (op: SystemOp, a: number, b: number) => number;

interface Result {
  answer: number;
  flags: number;
  /** What the current exec TLB is for: the mode's ring and flat segments, base and limit. */
  mode: readonly number[];
  words: Uint32Array;
  ram: Uint8Array;
}

class Twins {
  private readonly state = new State(1 << 20);
  private readonly cpu: Cpu;
  private waiting = false;
  private generated: SystemCall = () => SYSTEM_FAULT;
  private readonly contract = vi.spyOn(System.prototype, "system");
  private readonly delivery = vi.spyOn(System.prototype, "deliverFault");

  constructor() {
    this.cpu = new Cpu({
      state: this.state,
      ports: { read: () => 0, write: () => undefined },
      interrupts: { pending: () => this.waiting, acknowledge: () => 0 },
      now: () => this.now(),
    });
    this.cpu.attach((parts) => {
      this.generated = parts.helpers["system"] as SystemCall;
      return new Jit(parts);
    });
  }

  /** What S.TimeAtEnd says, by its contract. */
  private now(): number {
    return this.state.get(S.TimeAtEnd + 4) * 2 ** 32 + this.state.get(S.TimeAtEnd) - this.state.get(S.Budget);
  }

  /** One round; whether WebAssembly did it. */
  compare(kind: Task["kind"], rng: Rng): boolean {
    this.waiting = rng.oneIn(5);
    const task = new Start(this.state, rng).make(kind);
    this.state.set(S.InterruptWaits, this.waiting ? 1 : 0);
    this.cpu.memory.tlb.select(this.state.get(S.Cpl));
    this.cpu.memory.tlb.flushAll();
    this.cpu["modes"].update();
    const before = this.result(0);
    // The first time fills TLBs and finds modes; now and then it is left out.
    if (!rng.oneIn(8)) this.restoreAfter(before, () => this.byContract(task));
    this.contract.mockClear();
    this.delivery.mockClear();
    const fast = this.restoreAfter(before, () => this.byGenerated(task));
    const wasFast = this.contract.mock.calls.length + this.delivery.mock.calls.length === 0;
    const slow = this.restoreAfter(before, () => this.byContract(task));
    expect(differences(fast, slow), JSON.stringify(task)).toEqual([]);
    return wasFast;
  }

  private restoreAfter({ words, ram }: Result, run: () => Result): Result {
    const result = run();
    const limits = [0, 4, 8].map((at) => this.state.get(S.RingLimit + at));
    this.state.u32.set(words, S.Gpr >> 2);
    limits.forEach((limit, n) => {
      this.state.set(S.RingLimit + n * 4, limit);
    });
    this.state.u8.set(ram, RAM);
    this.cpu["modes"].update();
    return result;
  }

  private byGenerated({ kind, op, a, b }: Task): Result {
    const answer = kind === "fault" ? this.fault(a, b) : this.generated(op, a, b);
    // After a delivery by contract the core looks at the mode before it goes on.
    if (this.delivery.mock.calls.length > 0) this.cpu["modes"].update();
    return this.result(answer);
  }

  private byContract({ kind, op, a, b }: Task): Result {
    this.state.set(S.SlowTransfers, kind === "fault" ? 1 : 0);
    const answer = kind === "fault" ? this.fault(a, b) : this.cpu["systemCall"](op, a, b);
    this.state.set(S.SlowTransfers, 0);
    this.cpu["modes"].update();
    return this.result(answer);
  }

  private fault(vector: number, errorCode: number): number {
    this.state.raise(vector, errorCode);
    return this.cpu["tier0"]["fault"]() ? SYSTEM_LEAVE : SYSTEM_FAULT;
  }

  private result(answer: number): Result {
    const { state } = this;
    const slot = (state.get(S.TlbExec) - TLB_EXEC) / TLB_BYTES;
    const mode = [ModeEntry.Bits, ModeEntry.Base, ModeEntry.Limit].map((at) =>
      state.get(MODE_TABLE + slot * ModeEntry.Size + at),
    );
    return {
      answer,
      mode,
      flags: state.eflags(),
      words: state.u32.slice(S.Gpr >> 2, S.End >> 2),
      ram: state.u8.slice(RAM, RAM + USED_RAM),
    };
  }
}

/** Words that say nothing of what a program can see: forms of flags, caches, notes of the core. */
const HIDDEN = new Set([
  S.Fres,
  S.Fco,
  S.Stop,
  S.RingLimit,
  S.RingLimit + 4,
  S.RingLimit + 8,
  S.Scratch,
  S.Scratch + 4,
  S.ExitRecord,
  S.ExitLink,
  S.TlbExec,
]);

function differences(fast: Result, slow: Result): string[] {
  const found: string[] = [];
  const differ = (what: string, a: number, b: number): number =>
    found.push(`${what}: ${a.toString(16)}, by contract ${b.toString(16)}`);
  if (fast.answer !== slow.answer && (fast.answer === SYSTEM_FAULT || slow.answer === SYSTEM_FAULT))
    differ("answer", fast.answer, slow.answer);
  fast.mode.forEach((word, n) => {
    if (word !== slow.mode[n]) differ("mode", word, slow.mode[n] ?? 0);
  });
  if (fast.flags !== slow.flags) differ("EFLAGS", fast.flags, slow.flags);
  fast.words.forEach((word, n) => {
    const at = S.Gpr + n * 4;
    const other = slow.words[n] ?? 0;
    if (word !== other && !HIDDEN.has(at) && !(at === S.InhibitBudget && fast.words[(S.Inhibit - S.Gpr) >> 2] === 0))
      differ(`state+${at.toString(16)}`, word, other);
  });
  if (Buffer.compare(fast.ram, slow.ram) !== 0)
    differ(
      "RAM",
      fast.ram.findIndex((byte, n) => byte !== slow.ram[n]),
      0,
    );
  return found;
}

const twins = new Twins();

it.each(KINDS)("do the same, or refuse and leave everything: %s", (kind) => {
  let fast = 0;
  for (let round = 1; round <= ROUNDS; round++)
    if (twins.compare(kind, new Rng(round * 8 + KINDS.indexOf(kind)))) fast++;
  expect(fast).toBeGreaterThan(ROUNDS / SHARE);
  expect(ROUNDS - fast).toBeGreaterThan(ROUNDS / SHARE);
});
