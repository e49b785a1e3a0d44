import { beforeAll, expect, it } from "vitest";
import { EMITTERS } from "../../emulator/isa/emitters";
import { Campaign, type Tally } from "./campaign";
import { COMPARED, LEFT_OUT, PRIVILEGED, VARIANTS, variantName } from "./plan";
import { describeNative } from "./suite";

/** DIFFERENTIAL_CASES asks for so many cases or more. */
const LONG = Number(process.env["DIFFERENTIAL_CASES"] ?? 0);
/** States of each encoding, and encodings of each variant: at least 200 cases together. */
const STATES = 12;
const ENCODINGS = Math.max(20, Math.ceil(LONG / VARIANTS.length / STATES));
const SEED = 1;
const MINUTES = 15;

/** DIFFERENTIAL_ONLY=REGEX looks at some variants only, by name. */
const only = new RegExp(process.env["DIFFERENTIAL_ONLY"] ?? "");
const variants = VARIANTS.filter((variant) => only.test(variantName(variant)));

describeNative("instructions against the host's processor", () => {
  const total = variants.length * ENCODINGS * STATES;
  let tally: Tally;

  beforeAll(() => {
    const campaign = new Campaign();
    campaign.run(variants, ENCODINGS, STATES, SEED);
    ({ tally } = campaign);
  }, MINUTES * 60_000);

  it("has a case for every emitter", () => {
    const compared = new Set(COMPARED.map((spec) => spec.mnemonic));
    // Instructions of more than 15 bytes are in refused.test.ts.
    const without = Object.keys(EMITTERS).filter(
      (name) => !compared.has(name) && !(name in LEFT_OUT) && name !== "toolong",
    );
    expect(without).toEqual([]);
  });

  it(`agrees in registers, defined flags, memory and faults on ${total} random and boundary states`, () => {
    const { disagreements, cases } = tally;
    if (disagreements.length > 0) {
      const names = disagreements.map(({ variant }) => variant).join("\n");
      expect.fail(
        `${disagreements.length} variants differ in ${cases} cases:\n${names}\n\n${disagreements.map((d) => d.text).join("\n")}`,
      );
    }
    expect(cases).toBe(total);
  });

  it("completes at least one case of every mnemonic that ring 3 may use", () => {
    const done = new Set(
      variants.filter((variant) => tally.completed.has(variantName(variant))).map(({ spec }) => spec.mnemonic),
    );
    const never = variants.map(({ spec }) => spec.mnemonic).filter((name) => !done.has(name) && !PRIVILEGED.has(name));
    expect([...new Set(never)]).toEqual([]);
  });
});
