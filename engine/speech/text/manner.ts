import { type CountryCode, isSupportedCountry } from 'libphonenumber-js';

/** How English is spoken in one country. Other tags of BCP 47 follow the nearest: `en-AU` as `en-GB`, anything else as `en-US`. */
export interface Manner {
  readonly kind: 'US' | 'GB' | 'IN';
  /** Whose telephone numbers are written without a country code. */
  readonly country: CountryCode;
  /** "one hundred and five". */
  readonly hundredAnd: boolean;
  /** From the largest. */
  readonly scales: readonly (readonly [number, string])[];
  /** 12/11 is in November, and said "the twelfth of November". */
  readonly dayFirst: boolean;
  /** The figure 0 in telephone numbers. */
  readonly zero: 'zero' | 'oh';
  /** 55 in a telephone number is "double five". */
  readonly doubles: boolean;
}

const shortScale = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e3, 'thousand'],
  [100, 'hundred'],
] as const;

const indianScale = [
  [1e7, 'crore'],
  [1e5, 'lakh'],
  [1e3, 'thousand'],
  [100, 'hundred'],
] as const;

const manners = {
  US: { kind: 'US', hundredAnd: false, scales: shortScale, dayFirst: false, zero: 'zero', doubles: false },
  GB: { kind: 'GB', hundredAnd: true, scales: shortScale, dayFirst: true, zero: 'oh', doubles: true },
  IN: { kind: 'IN', hundredAnd: true, scales: indianScale, dayFirst: true, zero: 'zero', doubles: true },
} as const satisfies Record<string, Omit<Manner, 'country'>>;

const kindOf: Readonly<Record<string, keyof typeof manners>> = {
  ...{ GB: 'GB', IE: 'GB', AU: 'GB', NZ: 'GB', ZA: 'GB' },
  ...{ IN: 'IN', PK: 'IN', BD: 'IN', LK: 'IN', NP: 'IN' },
};

/** @param language BCP 47, for example `en-GB`; American English where it names no region */
export function mannerOf(language: string): Manner {
  const region = /-([A-Z]{2})\b/.exec(language)?.[1] ?? 'US';
  return { ...manners[kindOf[region] ?? 'US'], country: isSupportedCountry(region) ? region : 'US' };
}
