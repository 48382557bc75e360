/** One measured number beside the limit it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly unit: 'ms' | 'dB' | 'dBFS' | 's' | 'MB' | 'kB' | '%' | 'packets' | 'calls' | 'calls/s';
  /** Null where the figure is for orientation. */
  readonly limit: number | null;
  /** `least` where more is better. */
  readonly limitIs?: 'most' | 'least';
  /** What was measured and how often, in a few words. */
  readonly note: string;
}

export interface BenchOptions {
  /** Fewer rounds, for a first look. */
  readonly quick: boolean;
  readonly tell: (text: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<readonly Figure[]>;

/** How much of the limit is used: above 1 it is missed. */
export function ratio({ value, limit, limitIs = 'most' }: Figure): number | null {
  if (value === null || limit === null) return null;
  // Nothing allowed and nothing found uses none of the limit.
  if (limit === 0 && value === 0) return 0;
  return limitIs === 'most' ? value / limit : limit / value;
}
