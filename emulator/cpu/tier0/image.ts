import { generateTier0 } from "./generate";

/** The tier-0 module's bytes. The build replaces this file by the bytes themselves, emitted once. */
export function tier0Image(): Uint8Array {
  return generateTier0();
}
