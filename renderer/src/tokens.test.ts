/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './accent.ts';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** Each colour stands there for light and for dark, in this order. */
const colours = (scheme: 0 | 1): Map<string, string> =>
  new Map(
    [...css.matchAll(/--([a-z\d-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(
      ([, name = '', ...values]) => [name, values[scheme] ?? ''],
    ),
  );

const pairs: readonly (readonly [text: string, ground: string])[] = [
  ...['ink', 'ink-2', 'ink-3', 'accent', 'live', 'amber', 'red'].flatMap((text) =>
    ['ground', 'surface', 'sunk'].map((ground) => [text, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['accent', 'accent-soft'],
  ['ink-2', 'accent-soft'],
  ['live', 'live-soft'],
  ['amber', 'amber-soft'],
  ['ink-2', 'amber-soft'],
  ['ink-2', 'red-soft'],
];

describe.each([
  ['light', colours(0)],
  ['dark', colours(1)],
] as const)('colours, %s', (_scheme, palette) => {
  it.each(pairs)('%s can be read on %s (AA, 4.5 : 1)', (text, ground) => {
    expect(contrast(palette.get(text) ?? '', palette.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  it('the edge of a field can be seen (3 : 1)', () => {
    expect(contrast(palette.get('line-strong') ?? '', palette.get('surface') ?? '')).toBeGreaterThanOrEqual(
      3,
    );
  });
});
