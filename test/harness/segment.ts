import type { Seg } from "../../emulator/base/arch";
import { SegField } from "../../emulator/base/layout";
import type { State } from "../../emulator/base/state";

/** Fills a descriptor cache, without any check. `limit` in bytes, `rights` as SegField.Rights. */
export function setSegment(
  state: State,
  seg: Seg,
  selector: number,
  base: number,
  limit: number,
  rights: number,
): void {
  state.setSeg(seg, SegField.Selector, selector);
  state.setSeg(seg, SegField.Base, base);
  state.setSeg(seg, SegField.Limit, limit);
  state.setSeg(seg, SegField.Rights, rights);
  state.setSeg(seg, SegField.Valid, 1);
}
