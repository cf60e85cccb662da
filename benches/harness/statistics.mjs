// Figures out of samples. Medians, because single samples on a shared machine are off by any factor.

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** @param {number[]} values */
export const median = (values) => quantile(values.toSorted((a, b) => a - b), 0.5);

/**
 * What is kept of samples; all in the samples' own unit.
 * @param {number[]} samples
 */
export function summary(samples) {
  if (samples.length === 0) throw new Error('no samples to summarise');
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = quantile(sorted, 0.5);
  return {
    samples: sorted.length,
    median: middle,
    p5: quantile(sorted, 0.05),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: sorted[sorted.length - 1],
    mad: median(sorted.map((value) => Math.abs(value - middle))),
  };
}

/** @param {number[]} values */
export const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
