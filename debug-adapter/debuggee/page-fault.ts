import type { Walk, WalkLevel } from "../../emulator/index";
import { pageFaultMessages as say } from "../messages";
import { hex32 } from "../values/hex";

/** Bits of a page fault's error code (SDM vol. 3A, 4.7). */
const enum ErrorCode {
  Present = 1 << 0,
  Write = 1 << 1,
  User = 1 << 2,
  Reserved = 1 << 3,
}

/** Bits of table entries (SDM vol. 3A, 4.3 and 4.4). */
const WRITABLE = 1 << 1;
const USER = 1 << 2;
/** PDPTEs of PAE have no bits for rights. */
const RIGHTS_LEVEL = 2;

export interface PageFault {
  /** CR2. */
  linear: number;
  errorCode: number;
  ring: number;
  /** The name of what is at the address. */
  name: string | undefined;
}

/** The address, access and ring of a page fault, and the entry at which its translation failed, in words. */
export function describePageFault({ linear, errorCode, ring, name }: PageFault, walk: Walk): string {
  const address = name === undefined ? hex32(linear) : `${hex32(linear)} <${name}>`;
  const isWrite = (errorCode & ErrorCode.Write) !== 0;
  return say.fault(isWrite, address, ring, causeIn(walk.levels, errorCode));
}

function causeIn(levels: readonly WalkLevel[], errorCode: number): string | undefined {
  const last = levels.at(-1);
  if (last === undefined) return undefined;
  if ((errorCode & ErrorCode.Reserved) !== 0) return say.reserved(entryText(last));
  if ((errorCode & ErrorCode.Present) === 0) return isPresent(last) ? undefined : say.notPresent(entryText(last));
  const lacking = (bit: number): WalkLevel | undefined =>
    levels.find(({ level, low }) => level <= RIGHTS_LEVEL && (low & bit) === 0);
  const supervisor = (errorCode & ErrorCode.User) === 0 ? undefined : lacking(USER);
  if (supervisor !== undefined) return say.supervisorOnly(entryText(supervisor));
  const readOnly = (errorCode & ErrorCode.Write) === 0 ? undefined : lacking(WRITABLE);
  return readOnly === undefined ? undefined : say.readOnly(entryText(readOnly));
}

const isPresent = ({ low }: WalkLevel): boolean => (low & 1) !== 0;

const NAMES = { 1: "PTE", 2: "PDE", 3: "PDPTE" } as const;

function entryText({ level, address, low, high }: WalkLevel): string {
  const value = high === 0 ? hex32(low) : `0x${(high >>> 0).toString(16)}${hex32(low).slice(2)}`;
  return say.entry(NAMES[level], value, hex32(address));
}
