/** What the table is made of: medians, means, and times without the start. */

/** A difference smaller than this is noise: no kernel takes less. */
const LEAST_SECONDS = 0.001;

/** The middle one of the values; of an even number the mean of the two in the middle. */
export function median(values) {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The nth root of the product of n positive ratios. */
export function geometricMean(ratios) {
  if (ratios.length === 0) throw new RangeError("no values");
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** Seconds of the work alone: the median of whole runs less the start's. Never 0, so that a rate can be made of it. */
export function netSeconds(runs, start) {
  return Math.max(median(runs) - start, LEAST_SECONDS);
}

/** Million instructions a second. */
export function mips(instructions, seconds) {
  return instructions / seconds / 1e6;
}

/**
 * Mean and worst of our speed against another's.
 * @param {readonly { name: string, ratio: number | undefined }[]} rows undefined: the other did not do this kernel
 * @returns {{ mean: number, worst: string, worstRatio: number, kernels: number } | undefined} undefined without any ratio
 */
export function summary(rows) {
  const known = rows.filter(({ ratio }) => ratio !== undefined);
  if (known.length === 0) return undefined;
  const worst = known.reduce((least, row) => (row.ratio < least.ratio ? row : least));
  const mean = geometricMean(known.map(({ ratio }) => ratio));
  return { mean, worst: worst.name, worstRatio: worst.ratio, kernels: known.length };
}
