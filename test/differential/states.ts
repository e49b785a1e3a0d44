import { Flag } from "../../emulator/base/arch";
import type { Insn, Memory } from "../../emulator/isa/insn";
import type { Case } from "./batch";
import { bytesOf, Draft } from "./draft";
import type { Rng } from "./rng";
import { DATA_SELECTORS, STACK_SELECTORS } from "./segments";
import { SPECIAL } from "./special";
import { stackTarget, target, value } from "./values";

/** Makes the states that one instruction starts from. */

/**
 * Where a memory operand may lie: the 64 KiB of 16-bit addresses, the last page,
 * and everything around the window. Elsewhere the native runner and the host's
 * own pages stand.
 */
const LOW_END = 0x20000;
const NEAR_START = 0x10000000;
const NEAR_END = 0x50000000;
const HIGH_START = 0xfffff000;

const ARITHMETIC = Flag.Cf | Flag.Pf | Flag.Af | Flag.Zf | Flag.Sf | Flag.Of;

/** Sets base and index so that the address comes out as `offset`, or near it. */
function setAddress(draft: Draft, mem: Memory, offset: number): void {
  const { test, rng, insn } = draft;
  const small = insn.addrSize === 2;
  const put = (register: number, to: number): void => {
    draft.setGpr(register, small ? (rng.u32() & 0xffff0000) | (to & 0xffff) : to);
  };
  const wanted = offset - mem.disp;
  if (mem.base < 0) {
    if (mem.index >= 0) put(mem.index, wanted >>> mem.shift);
  } else if (mem.index === mem.base) put(mem.base, Math.floor((wanted >>> 0) / (1 + (1 << mem.shift))));
  else {
    const index = mem.index < 0 ? 0 : (test.gpr[mem.index] ?? 0) << mem.shift;
    put(mem.base, wanted - index);
  }
}

/** The offset that the address really has, which may be near the wanted one only. */
function addressOf(draft: Draft, mem: Memory): number {
  const register = (n: number): number => (n < 0 ? 0 : (draft.test.gpr[n] ?? 0));
  const sum = register(mem.base) + (register(mem.index) << mem.shift) + mem.disp;
  return draft.insn.addrSize === 2 ? sum & 0xffff : sum >>> 0;
}

function chooseSegments(draft: Draft): void {
  const { rng, test, insn } = draft;
  if (!rng.oneIn(insn.addrSize === 2 ? 2 : 6)) return;
  const data = (): number => rng.pick(DATA_SELECTORS);
  test.selectors = { ...test.selectors, ds: data(), es: data(), fs: data(), gs: data(), ss: rng.pick(STACK_SELECTORS) };
}

function chooseFlags({ rng, test }: Draft): void {
  let flags = (rng.u32() & ARITHMETIC) | Flag.Fixed1;
  if (rng.oneIn(3)) flags |= Flag.Df;
  if (rng.oneIn(16)) flags |= Flag.Id;
  test.eflags = flags;
}

/** Whether an explicit memory operand ended up where both sides have pages, or where neither has one. */
function isTame(draft: Draft): boolean {
  const { insn } = draft;
  if (insn.mnemonic === "lea" || !insn.operands.some((operand) => operand.kind === "m")) return true;
  const linear = (addressOf(draft, insn.mem) + draft.base(insn.mem.seg)) >>> 0;
  return linear < LOW_END || linear > HIGH_START || (linear > NEAR_START && linear < NEAR_END);
}

const TRIES = 20;

/** One random start for `insn`, which stands as code number `code` and ends at `codeEnd`. */
export function makeCase(insn: Insn, rng: Rng, code: number, codeEnd: number): Case {
  for (let tries = 0; tries < 2 * TRIES; tries++) {
    const draft = draftCase(insn, rng, code, codeEnd);
    // The special rule may keep spoiling the address: IDIV [EDX + EDX * 2] wants EDX for the dividend.
    if (tries < TRIES) SPECIAL[insn.mnemonic]?.(draft);
    if (isTame(draft)) return draft.test;
  }
  throw new Error(`no tame address for ${insn.spec.text}`);
}

function draftCase(insn: Insn, rng: Rng, code: number, codeEnd: number): Draft {
  const draft = new Draft(insn, rng, code, codeEnd);
  chooseSegments(draft);
  chooseFlags(draft);
  for (let n = 0; n < 8; n++) draft.setGpr(n, value(rng));
  draft.setStackPointer(stackTarget(rng));
  if (insn.operands.some((operand) => operand.kind === "m") && insn.mnemonic !== "lea") {
    const linear = target(rng);
    setAddress(draft, insn.mem, linear - draft.base(insn.mem.seg));
    draft.operandAt = (addressOf(draft, insn.mem) + draft.base(insn.mem.seg)) >>> 0;
    draft.setMemory(bytesOf(value(rng), value(rng), rng.u32()));
  }
  draft.setStack(bytesOf(value(rng), value(rng), value(rng)));
  return draft;
}
