/**
 * Where a variable is, as the image describes it. `ImageSymbols.evaluateLocation` makes a Place of it in a frame. It is
 * opaque to callers except for `kind`. `context` is the number of its unit.
 */
export type Location =
  | { readonly kind: "expression"; readonly expression: Uint8Array; readonly context: number }
  /** Its bytes, little-endian. */
  | { readonly kind: "constant"; readonly bytes: Uint8Array }
  /** A location list, which gives other places at other instructions. */
  | { readonly kind: "list"; readonly offset: number; readonly context: number }
  | { readonly kind: "none" };
