/** See statistics.mjs. */
export function median(values: readonly number[]): number;
export function geometricMean(ratios: readonly number[]): number;
export function netSeconds(runs: readonly number[], start: number): number;
export function mips(instructions: number, seconds: number): number;
export interface Summary {
  mean: number;
  worst: string;
  worstRatio: number;
  kernels: number;
}
export function summary(rows: readonly { name: string; ratio: number | undefined }[]): Summary | undefined;
