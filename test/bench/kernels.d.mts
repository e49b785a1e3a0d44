/** See kernels.mjs. */
export const EMPTY: string;
export const EMPTY_GUEST: string;
export const kernelNames: readonly string[];
export const guestNames: readonly string[];
export function emptyOf(name: string): string;
export interface Boot {
  kernel: string;
  modules: string[];
}
export function buildBoot(name: string, folder: string, options?: { short?: boolean }): Boot;
