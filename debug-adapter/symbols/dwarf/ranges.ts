import { ByteReader } from "../bytes";
import type { AddressRange } from "../model";
import { At, Rle } from "./constants";
import type { Die, Unit } from "./unit";

/** How many entries of range lists may still be read. An index shares one budget among all lists, which may overlap. */
export interface RangeBudget {
  entries: number;
}

/** The most entries of a list; a function or a block has far fewer. */
const MOST_ENTRIES = 1024;

/**
 * The addresses of a DIE: DW_AT_ranges, or DW_AT_low_pc up to DW_AT_high_pc.
 * @param budget from which the entries of a list are taken
 * @throws SymbolError dwarf-corrupt for a bad range list, or one for which the budget does not suffice
 */
export function rangesOf(die: Die, budget: RangeBudget = { entries: MOST_ENTRIES }): AddressRange[] {
  const { unit } = die;
  const list = die.attribute(At.Ranges);
  if (list) {
    if (unit.version < 5) return readOldRanges(unit, unit.rangesBase + (die.sectionOffset(At.Ranges) ?? 0), budget);
    const offset = list.kind === "listIndex" ? unit.indexedList("rnglists", list.value) : die.sectionOffset(At.Ranges);
    return readRanges(unit, offset ?? 0, budget);
  }
  const low = die.address(At.LowPc);
  if (low === undefined) return [];
  const size = die.number(At.HighPc);
  const high = size === undefined ? die.address(At.HighPc) : low + size;
  return high !== undefined && high > low ? [{ low, high }] : [];
}

export function contains(ranges: readonly AddressRange[], pc: number): boolean {
  return ranges.some((range) => pc >= range.low && pc < range.high);
}

function spend(budget: RangeBudget, reader: ByteReader): void {
  if (--budget.entries < 0) throw reader.corrupt("range lists with too many entries");
}

/** A list of .debug_ranges (DWARF 4, 2.17.3). */
function readOldRanges(unit: Unit, offset: number, budget: RangeBudget): AddressRange[] {
  const reader = new ByteReader(unit.sections.ranges, ".debug_ranges", offset);
  const ranges: AddressRange[] = [];
  let base = unit.lowPc;
  for (;;) {
    spend(budget, reader);
    const low = reader.u32();
    const high = reader.u32();
    if (low === 0 && high === 0) return ranges;
    if (low === 0xffffffff) base = high;
    else if (high > low) ranges.push({ low: (base + low) >>> 0, high: (base + high) >>> 0 });
  }
}

/** A list of .debug_rnglists (DWARF 5, 2.17.3). */
function readRanges(unit: Unit, offset: number, budget: RangeBudget): AddressRange[] {
  const reader = new ByteReader(unit.sections.rnglists, ".debug_rnglists", offset);
  const ranges: AddressRange[] = [];
  let base = unit.lowPc;
  const push = (low: number, high: number): void => {
    if (high > low) ranges.push({ low: low >>> 0, high: high >>> 0 });
  };
  for (;;) {
    spend(budget, reader);
    const entry: Rle = reader.u8();
    switch (entry) {
      case Rle.EndOfList:
        return ranges;
      case Rle.BaseAddressx:
        base = unit.indexedAddress(reader.uleb());
        break;
      case Rle.StartxEndx:
        push(unit.indexedAddress(reader.uleb()), unit.indexedAddress(reader.uleb()));
        break;
      case Rle.StartxLength: {
        const low = unit.indexedAddress(reader.uleb());
        push(low, low + reader.uleb());
        break;
      }
      case Rle.OffsetPair:
        push(base + reader.uleb(), base + reader.uleb());
        break;
      case Rle.BaseAddress:
        base = reader.u32();
        break;
      case Rle.StartEnd:
        push(reader.u32(), reader.u32());
        break;
      case Rle.StartLength: {
        const low = reader.u32();
        push(low, low + reader.uleb());
        break;
      }
      default:
        throw reader.corrupt(`range list entry ${entry as number}`);
    }
  }
}
