import { beforeAll, expect, it } from "vitest";
import { Vector } from "../../emulator/base/arch";
import type { Outcome } from "./batch";
import { difference } from "./compare";
import { EmulatedHost } from "./emulated";
import { runNative } from "./native";
import { planCodes } from "./plan";
import { disassemble } from "../harness/disassembly";
import { describeNative } from "./suite";

const STATES = 20;

const parse = (text: string): Uint8Array => Uint8Array.from(text.split(" "), (byte) => parseInt(byte, 16));

/** Code that both processors must refuse, and with what. */
const REFUSED: [vector: Vector, what: string, code: string][] = [
  [Vector.Ud, "UD2", "0f 0b"],
  [Vector.Ud, "UD1", "0f b9 00"],
  [Vector.Ud, "UD0", "0f ff 00"],
  [Vector.Ud, "an undefined one-byte group member", "fe f8"],
  [Vector.Ud, "an undefined member of group 5", "ff f8"],
  [Vector.Ud, "MOV to CS", "8e c8"],
  [Vector.Ud, "MOV to segment register 6", "8e f0"],
  [Vector.Ud, "MOV from segment register 7", "8c f8"],
  [Vector.Ud, "MOV to CR1", "0f 22 c8"],
  [Vector.Ud, "LEA of a register", "8d c0"],
  [Vector.Ud, "LOCK before MOV", "f0 89 03"],
  [Vector.Ud, "LOCK before ADD to a register", "f0 01 d8"],
  [Vector.Ud, "LOCK before CMP", "f0 39 03"],
  [Vector.Ud, "LOCK before ADD from memory", "f0 03 03"],
  [Vector.Ud, "LOCK before BT", "f0 0f a3 03"],
  [Vector.Ud, "CMPXCHG8B of a register", "0f c7 c8"],
  [Vector.Ud, "SGDT to a register with an undefined rest", "0f 01 c7"],
  [Vector.Gp, "fifteen prefixes before NOP", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90"],
  [
    Vector.Gp,
    "sixteen bytes with a displacement and an immediate",
    "2e 2e 2e 2e 2e 2e 81 84 88 00 00 00 00 01 00 00 00",
  ],
];

describeNative("code that the host's processor refuses", () => {
  const plan = planCodes(
    REFUSED.map(([, , code]) => parse(code)),
    STATES,
    1,
  );
  let host: Outcome[] = [];
  let ours: Outcome[] = [];

  beforeAll(() => {
    host = runNative(plan).outcomes;
    ours = new EmulatedHost().run(plan);
  });

  it.each(REFUSED.map(([vector, what], n) => ({ vector, what, n })))(
    "is refused here alike: $what raises $vector",
    ({ vector, n }) => {
      for (let state = n * STATES; state < (n + 1) * STATES; state++) {
        const [theirs, mine] = [host[state], ours[state]];
        if (!theirs || !mine) throw new Error("a case has no outcome");
        expect(theirs.vector, disassemble(plan.codes[n] ?? new Uint8Array(0), 0)).toBe(vector);
        expect(difference(theirs, mine, { flags: -1, registers: [], anyAccess: false })).toBeUndefined();
      }
    },
  );
});
