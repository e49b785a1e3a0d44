import { ByteReader } from "../bytes";
import { GnuLle, Lle } from "./constants";
import type { Unit } from "./unit";

/** The most entries of a list. A variable has far fewer, but many variables may share a list. */
const MOST_ENTRIES = 4096;

/**
 * The expression that holds at `pc` in a location list; undefined where the variable has no place (it was optimised out
 * there).
 * @throws SymbolError dwarf-corrupt
 */
export function locationAt(unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  if (unit.version >= 5) return newLocationAt(unit, offset, pc);
  return unit.skeleton ? gnuSplitLocationAt(unit, offset, pc) : oldLocationAt(unit, offset, pc);
}

/** .debug_loc.dwo of GNU's split DWARF 4, with addresses by index and lengths of 4 bytes. */
function gnuSplitLocationAt(unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const reader = new ByteReader(unit.sections.loc, ".debug_loc.dwo", offset);
  let base = unit.lowPc;
  for (let left = MOST_ENTRIES; left > 0; left--) {
    let low: number;
    let high: number;
    const entry: GnuLle = reader.u8();
    switch (entry) {
      case GnuLle.EndOfList:
        return undefined;
      case GnuLle.BaseAddress:
        base = unit.indexedAddress(reader.uleb());
        continue;
      case GnuLle.StartEnd:
        low = unit.indexedAddress(reader.uleb());
        high = unit.indexedAddress(reader.uleb());
        break;
      case GnuLle.StartLength:
        low = unit.indexedAddress(reader.uleb());
        high = low + reader.u32();
        break;
      case GnuLle.OffsetPair:
        low = base + reader.u32();
        high = base + reader.u32();
        break;
      default:
        throw reader.corrupt(`location list entry ${entry as number}`);
    }
    const expression = reader.block(reader.u16());
    if (pc >= low && pc < high) return expression;
  }
  throw reader.corrupt("a location list with too many entries");
}

/** .debug_loc (DWARF 4, 2.6.2). */
function oldLocationAt(unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const reader = new ByteReader(unit.sections.loc, ".debug_loc", offset);
  let base = unit.lowPc;
  for (let left = MOST_ENTRIES; left > 0; left--) {
    const low = reader.u32();
    const high = reader.u32();
    if (low === 0 && high === 0) return undefined;
    if (low === 0xffffffff) {
      base = high;
      continue;
    }
    const expression = reader.block(reader.u16());
    if (pc >= base + low && pc < base + high) return expression;
  }
  throw reader.corrupt("a location list with too many entries");
}

/** .debug_loclists (DWARF 5, 2.6.2). */
function newLocationAt(unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const reader = new ByteReader(unit.sections.loclists, ".debug_loclists", offset);
  let base = unit.lowPc;
  let fallback: Uint8Array | undefined;
  for (let left = MOST_ENTRIES; left > 0; left--) {
    let low: number;
    let high: number;
    const entry: Lle = reader.u8();
    switch (entry) {
      case Lle.EndOfList:
        return fallback;
      case Lle.BaseAddressx:
        base = unit.indexedAddress(reader.uleb());
        continue;
      case Lle.BaseAddress:
        base = reader.u32();
        continue;
      case Lle.GnuViewPair:
        reader.uleb();
        reader.uleb();
        continue;
      case Lle.DefaultLocation:
        fallback = reader.block(reader.uleb());
        continue;
      case Lle.StartxEndx:
        low = unit.indexedAddress(reader.uleb());
        high = unit.indexedAddress(reader.uleb());
        break;
      case Lle.StartxLength:
        low = unit.indexedAddress(reader.uleb());
        high = low + reader.uleb();
        break;
      case Lle.OffsetPair:
        low = base + reader.uleb();
        high = base + reader.uleb();
        break;
      case Lle.StartEnd:
        low = reader.u32();
        high = reader.u32();
        break;
      case Lle.StartLength:
        low = reader.u32();
        high = low + reader.uleb();
        break;
      default:
        throw reader.corrupt(`location list entry ${entry as number}`);
    }
    const expression = reader.block(reader.uleb());
    if (pc >= low && pc < high) return expression;
  }
  throw reader.corrupt("a location list with too many entries");
}
