import { describe, expect, it } from "vitest";
import { EMITTERS } from "../../emulator/isa/emitters";
import { Campaign } from "./campaign";
import { whyNotNative } from "./native";
import { COMPARED, LEFT_OUT, PRIVILEGED, type Variant, VARIANTS, variantName } from "./plan";

/** DIFFERENTIAL_CASES asks for so many cases or more. */
const LONG = Number(process.env["DIFFERENTIAL_CASES"] ?? 0);
/** States of each encoding, and encodings of each variant: at least 200 cases together. */
const STATES = 12;
const ENCODINGS = Math.max(20, Math.ceil(LONG / VARIANTS.length / STATES));
const SEED = 1;

/** DIFFERENTIAL_ONLY=REGEX looks at some variants only, by name. */
const only = new RegExp(process.env["DIFFERENTIAL_ONLY"] ?? "");
const variants = VARIANTS.filter((variant) => only.test(variantName(variant)));

const reason = whyNotNative();
if (reason !== undefined) {
  if (process.env["CI"]) throw new Error(`the differential suite cannot run: ${reason}`);
  console.log(`differential suite skipped: ${reason}`);
}

describe.skipIf(reason !== undefined)("instructions against the host's processor", () => {
  it("has a case for every emitter", () => {
    const compared = new Set(COMPARED.map((spec) => spec.mnemonic));
    const without = Object.keys(EMITTERS).filter((name) => !compared.has(name) && !(name in LEFT_OUT) && name !== "toolong");
    expect(without).toEqual([]);
  });

  it(`agrees in registers, defined flags, memory and faults on ${variants.length * ENCODINGS * STATES} random and boundary states`, () => {
    const campaign = new Campaign();
    campaign.run(variants, ENCODINGS, STATES, SEED);
    const { disagreements, cases } = campaign.tally;
    if (disagreements.length > 0) {
      const names = disagreements.map(({ variant }) => variant).join("\n");
      expect.fail(`${disagreements.length} variants differ in ${cases} cases:\n${names}\n\n${disagreements.map((d) => d.text).join("\n")}`);
    }
    expect(cases).toBe(variants.length * ENCODINGS * STATES);
  });

  it("completes at least one case of every mnemonic that ring 3 may use", () => {
    const campaign = new Campaign();
    campaign.run(VARIANTS, 8, 4, SEED + 1);
    const completed = (variant: Variant): boolean => campaign.tally.completed.has(variantName(variant));
    const done = new Set(VARIANTS.filter(completed).map(({ spec }) => spec.mnemonic));
    const never = COMPARED.map((spec) => spec.mnemonic).filter((name) => !done.has(name) && !PRIVILEGED.has(name));
    expect([...new Set(never)]).toEqual([]);
  });
});
