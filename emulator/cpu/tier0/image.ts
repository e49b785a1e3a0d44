import { catalogue } from "./catalogue";
import { generateTier0 } from "./generate";

export interface Tier0Image {
  /** The WebAssembly module. */
  bytes: Uint8Array;
  /** The numbers of its handlers, by key (catalogue.ts). */
  handlers: ReadonlyMap<string, number>;
}

let made: Tier0Image | undefined;

/** Tier 0 in the form in which it runs. The build calls this once, and puts the result in place of this file. */
export function tier0Image(): Tier0Image {
  return (made ??= { bytes: generateTier0(), handlers: catalogue().numbers });
}
