import { pooledSamples } from './frame.ts';

/** Two frames of `length` samples as one, left and right in turn; null is silence. */
export function interleaved(left: Int16Array | null, right: Int16Array | null, length: number): Int16Array {
  const both = pooledSamples(2 * length);
  for (let i = 0; i < length; i += 1) {
    both[2 * i] = left?.[i] ?? 0;
    both[2 * i + 1] = right?.[i] ?? 0;
  }
  return both;
}
