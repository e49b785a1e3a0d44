import { disassemble } from "../harness/disassembly";
import { type Batch, type Case, FLAT, type Outcome } from "./batch";
import { difference } from "./compare";
import type { EmulatedHost } from "./emulated";
import { runNative } from "./native";
import type { Plan } from "./plan";
import { toleranceIn } from "./tolerance";

/** Makes a failing case small and shows it. */

/** A plan with one code and one case: case `n` of `made`, at the same address. */
function alone(made: Plan, test: Case, n: number): Plan {
  const { code } = test;
  const pick = <T>(list: readonly T[]): T[] => list.slice(code, code + 1);
  return {
    ...made,
    codes: pick(made.codes),
    addresses: pick(made.addresses),
    insns: pick(made.insns),
    variants: pick(made.variants),
    cases: [{ ...test, code: 0 }],
    first: n,
  };
}

interface Both {
  host: Outcome;
  ours: Outcome;
  found: string | undefined;
}

function runBoth(single: Plan, emulated: EmulatedHost): Both | undefined {
  const host = runNative(single).outcomes[0];
  const ours = emulated.run(single)[0];
  if (!host || !ours) return undefined;
  return { host, ours, found: difference(host, ours, toleranceIn(single, 0, host)) };
}

/** The same for a case that may have become wild, so that the runner died of it. */
function tryBoth(single: Plan, emulated: EmulatedHost): Both | undefined {
  try {
    return runBoth(single, emulated);
  } catch {
    return undefined;
  }
}

/** Simpler versions of a case: zero registers, plain flags, flat segments, no patches. */
function* simpler(test: Case): Generator<Case> {
  for (let n = 0; n < 8; n++) {
    if (test.gpr[n] !== 0) yield { ...test, gpr: test.gpr.map((old, k) => (k === n ? 0 : old)) };
  }
  if (test.eflags !== 2) yield { ...test, eflags: 2 };
  yield { ...test, selectors: { ...FLAT } };
  for (const patch of test.patches) {
    if (patch.bytes.some((byte) => byte !== 0)) {
      yield {
        ...test,
        patches: test.patches.map((old) =>
          old === patch ? { at: old.at, bytes: new Uint8Array(old.bytes.length) } : old,
        ),
      };
    }
  }
}

/** The same case with everything plain that is not needed for the same kind of disagreement. */
export function shrink(made: Plan, n: number, emulated: EmulatedHost): Plan {
  const start = made.cases[n];
  if (!start) throw new RangeError(`no case ${n}`);
  let best = alone(made, start, n);
  const kind = (found: string | undefined): string => (found ?? "").replace(/[0-9a-f]{8}/g, "");
  const wanted = kind(runBoth(best, emulated)?.found);
  for (const candidate of simpler({ ...start, code: 0 })) {
    const current = best.cases[0];
    if (!current) break;
    const merged = mergeOnto(current, { ...start, code: 0 }, candidate);
    const tried = { ...best, cases: [merged] };
    if (kind(tryBoth(tried, emulated)?.found) === wanted) best = tried;
  }
  return best;
}

/** Applies to `current` what `candidate` changed in `start`. */
function mergeOnto(current: Case, start: Case, candidate: Case): Case {
  return {
    ...current,
    gpr: current.gpr.map((old, n) => (candidate.gpr[n] === start.gpr[n] ? old : (candidate.gpr[n] ?? 0))),
    eflags: candidate.eflags === start.eflags ? current.eflags : candidate.eflags,
    selectors: candidate.selectors === start.selectors ? current.selectors : candidate.selectors,
    patches: current.patches.map((old, n) =>
      candidate.patches[n] === start.patches[n] ? old : (candidate.patches[n] ?? old),
    ),
  };
}

const hex = (number: number, digits = 8): string => (number >>> 0).toString(16).padStart(digits, "0");
const bytesText = (bytes: Uint8Array): string => [...bytes].map((byte) => hex(byte, 2)).join(" ");

function registersText({ gpr, eflags, selectors }: Pick<Case, "gpr" | "eflags" | "selectors">): string {
  const names = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
  const general = gpr.map((value, n) => `${names[n]}=${hex(value)}`).join(" ");
  const segments = Object.entries(selectors).map(([name, value]) => `${name}=${hex(value as number, 4)}`);
  return `${general} eflags=${hex(eflags)} ${segments.join(" ")}`;
}

/** A case as a person reads it: code, start, what each processor made of it. */
export function describeCase(single: Plan, emulated: EmulatedHost): string {
  const both = runBoth(single, emulated);
  const test = single.cases[0];
  if (!both || !test) return "";
  const outcome = (name: string, o: Outcome): string =>
    `  ${name}: vector ${o.vector} error ${hex(o.errorCode, 4)} cr2 ${hex(o.cr2)} eip ${hex(o.eip)} ${registersText(o)}`;
  return [
    `${disassemble(single.codes[0] ?? new Uint8Array(0), single.addresses[0] ?? 0)}   [${bytesText(single.codes[0] ?? new Uint8Array(0))}] at ${hex(single.addresses[0] ?? 0)}`,
    `  start: ${registersText(test)}`,
    ...test.patches.map(({ at, bytes }) => `  window+${hex(at, 4)}: ${bytesText(bytes)}`),
    outcome("host", both.host),
    outcome("ours", both.ours),
    `  ${both.found ?? "no difference when run alone"}`,
    ...windowText(single, emulated),
  ].join("\n");
}

/** The words of the window that came out differently. */
function windowText(single: Batch, emulated: EmulatedHost): string[] {
  const host = new DataView(runNative(single).window.buffer);
  emulated.run(single);
  const ours = new DataView(emulated.windowBytes().buffer);
  const lines: string[] = [];
  for (let at = 0; at < host.byteLength; at += 4) {
    const [left, right] = [host.getUint32(at, true), ours.getUint32(at, true)];
    if (left !== right) lines.push(`  window+${hex(at, 4)}: ${hex(left)} on the host, ${hex(right)} here`);
  }
  return lines.slice(0, 8);
}
