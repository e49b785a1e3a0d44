/**
 * What every host of JavaScript has beyond the language itself: Node, browsers and their workers. TypeScript's ES library
 * leaves it out, and the adapter's core sees neither the DOM nor Node, so the few members used are declared here.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare function btoa(latin1: string): string;
/** Throws for what is no base64. */
declare function atob(base64: string): string;
