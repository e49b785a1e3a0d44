import { expect, it } from "vitest";
import { Campaign } from "./campaign";
import { EmulatedHost } from "./emulated";
import { VARIANTS } from "./plan";
import { describeNative } from "./suite";

/** DIFFERENTIAL_CASES asks for so many cases or more. */
const LONG = Number(process.env["DIFFERENTIAL_CASES"] ?? 0);
const STATES = 12;
const ENCODINGS = Math.max(2, Math.ceil(LONG / 4 / VARIANTS.length / STATES));
const SEED = 2;

describeNative("compiled instructions against the host's processor", () => {
  const total = VARIANTS.length * ENCODINGS * STATES;

  it(`agree in registers, defined flags, memory and faults on ${total} states`, () => {
    const emulated = new EmulatedHost("compiled");
    const campaign = new Campaign(emulated);
    campaign.run(VARIANTS, ENCODINGS, STATES, SEED);
    const { disagreements, cases } = campaign.tally;
    expect(disagreements.map(({ variant, text }) => `${variant}\n${text}`).join("\n")).toBe("");
    // Cases that fault retire nothing, and system instructions are not compiled.
    expect(emulated.compiler?.retired).toBeGreaterThan(cases / 2);
  });
});
