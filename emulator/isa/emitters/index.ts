import { ARITHMETIC } from "./arithmetic";
import { BITS } from "./bits";
import { BRANCH } from "./branch";
import { DECIMAL } from "./decimal";
import { FLAG_CONTROL } from "./flag-control";
import { MOVE } from "./move";
import { MULTIPLY } from "./multiply";
import type { EmitterTable } from "./registry";
import { SHIFT } from "./shift";
import { STACK } from "./stack";
import { STRING } from "./string";
import { SYSTEM } from "./system";

/**
 * The meaning of every mnemonic of opcode-map.ts. This is the one definition that interpreter, compiler and tests
 * share.
 */
export const EMITTERS: EmitterTable = {
  ...ARITHMETIC,
  ...BITS,
  ...BRANCH,
  ...DECIMAL,
  ...FLAG_CONTROL,
  ...MOVE,
  ...MULTIPLY,
  ...SHIFT,
  ...STACK,
  ...STRING,
  ...SYSTEM,
};
