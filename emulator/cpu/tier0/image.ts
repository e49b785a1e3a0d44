import { catalogue } from "./catalogue";
import { generateTier0 } from "./generate";

export interface Tier0Image {
  /** The WebAssembly module. */
  bytes: Uint8Array;
  /** Numbers of its handlers by key (catalogue.ts). */
  handlers: ReadonlyMap<string, number>;
}

let made: Tier0Image | undefined;

/** Tier 0 as it is run. The build replaces this file by what it returns, made once. */
export function tier0Image(): Tier0Image {
  return (made ??= { bytes: generateTier0(), handlers: catalogue().numbers });
}
