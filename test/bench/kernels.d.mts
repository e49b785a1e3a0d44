/** See kernels.mjs. */
export const EMPTY: string;
export const kernelNames: readonly string[];
export function buildKernel(name: string, folder: string, options?: { short?: boolean }): string;
