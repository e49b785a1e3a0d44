import { beforeEach, describe, expect, it } from "vitest";
import { SysType, Vector } from "../../../../../emulator/base/arch";
import { S } from "../../../../../emulator/base/layout";
import { Bench, CODE0, DATA0, gate, HANDLER, INSN_EIP, STACKS } from "./bench";

let m: Bench;
beforeEach(() => {
  m = new Bench();
});

/** Makes the delivery of `vector` fail: a gate that is not present is #NP, one to a data segment #GP. */
function spoil(vector: Vector, how: "#NP" | "#GP"): void {
  const entry =
    how === "#NP" ? gate(SysType.InterruptGate32, CODE0, 0, 0, false) : gate(SysType.InterruptGate32, DATA0, 0);
  m.gate(vector, entry);
}

/** Raises `vector` and answers the vector of the handler that is entered. */
function delivered(vector: Vector, error?: number): number {
  m.state.raise(vector, error);
  expect(m.system.deliverFault()).toBe(true);
  return (m.eip - HANDLER) / 16;
}

describe("a fault while another is delivered (table 6-5)", () => {
  it.each([
    ["benign, then contributory", Vector.Ud, "#NP", Vector.Np],
    ["contributory, then contributory", Vector.Gp, "#NP", Vector.Df],
    ["#DE counts as contributory", Vector.De, "#NP", Vector.Df],
    ["#TS counts as contributory", Vector.Ts, "#GP", Vector.Df],
    ["page fault, then contributory", Vector.Pf, "#GP", Vector.Df],
    ["#NM is benign", Vector.Nm, "#GP", Vector.Gp],
  ] as const)("%s", (_, first, how, handler) => {
    spoil(first, how);
    expect(delivered(first, 0)).toBe(handler);
  });

  it("pushes 0 as the error code of #DF, with the EIP of the first fault", () => {
    spoil(Vector.Gp, "#NP");
    delivered(Vector.Gp, 0x123);
    expect(m.stack(3)).toEqual([0, INSN_EIP, CODE0]);
    expect(m.esp).toBe((STACKS[0] ?? 0) - 16);
  });

  it("a benign fault may be followed by two more before it ends in #DF", () => {
    spoil(Vector.Ud, "#NP");
    spoil(Vector.Np, "#GP");
    expect(delivered(Vector.Ud)).toBe(Vector.Df);
  });
});

describe("a triple fault", () => {
  const triple = (): void => {
    spoil(Vector.Gp, "#NP");
    spoil(Vector.Df, "#GP");
    m.state.raise(Vector.Gp, 0x48);
    expect(m.system.deliverFault()).toBe(false);
  };

  it("keeps the chain, oldest first", () => {
    triple();
    expect(m.system.faultChain.map((fault) => [fault.vector, fault.errorCode])).toEqual([
      [Vector.Gp, 0x48],
      [Vector.Np, Vector.Gp * 8 + 3],
      [Vector.Df, 0],
      [Vector.Gp, DATA0 | 1],
    ]);
  });

  it("says where it happened and why", () => {
    triple();
    const [first, second] = m.system.faultChain;
    expect(first).toMatchObject({ cs: CODE0, eip: INSN_EIP, esp: STACKS[0] });
    expect(second?.reason).toBe("the gate is not present");
  });

  it("leaves the registers as they were before the delivery", () => {
    triple();
    expect(m.eip).toBe(INSN_EIP);
    expect(m.esp).toBe(STACKS[0]);
  });

  it("happens without an IDT", () => {
    m.state.set(S.IdtrLimit, 0);
    m.state.raise(Vector.Ud);
    expect(m.system.deliverFault()).toBe(false);
    expect(m.system.faultChain.map((fault) => fault.vector)).toEqual([
      Vector.Ud,
      Vector.Gp,
      Vector.Gp,
      Vector.Df,
      Vector.Gp,
    ]);
  });

  it("tells a later chain anew", () => {
    triple();
    m.state.set(S.IdtrLimit, 0);
    m.state.raise(Vector.Pf, 2);
    m.system.deliverFault();
    expect(m.system.faultChain[0]?.reason).toBe("a supervisor write to a page that is not present");
  });
});
