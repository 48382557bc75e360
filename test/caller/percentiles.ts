/** Nearest-rank percentile; null when there are no values. @param rank 0–100 */
export function percentile(values: ArrayLike<number>, rank: number): number | null {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return null;
  const index = Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1);
  return Math.round((sorted[index] ?? 0) * 10) / 10;
}
