/** See compile.mjs. */
export function compileKernel(
  sources: readonly string[],
  image: string,
  flags?: readonly string[],
  compiler?: string,
): void;
export function compileAlone(source: string, image: string, flags?: readonly string[]): void;
export function compileGuest(sources: readonly string[], image: string, flags?: readonly string[]): void;
