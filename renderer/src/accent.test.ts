import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accentOf, contrast } from './accent.ts';

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);
const pair = (text = ''): readonly string[] => text.match(/#[\da-f]{6}/g) ?? [];

it('makes of every colour one that can be read, in light and in dark', () => {
  fc.assert(
    fc.property(colour, (chosen) => {
      const made = accentOf(chosen);
      const [light = '', dark = ''] = pair(made['--accent']);
      const [onLight = '', onDark = ''] = pair(made['--on-accent']);
      const [lightSoft = '', darkSoft = ''] = pair(made['--accent-soft']);
      for (const ground of ['#f7f6f3', '#ffffff', '#f0eeea', lightSoft, onLight]) {
        expect(contrast(light, ground)).toBeGreaterThanOrEqual(4.5);
      }
      for (const ground of ['#161513', '#1e1d1a', '#262420', darkSoft, onDark]) {
        expect(contrast(dark, ground)).toBeGreaterThanOrEqual(4.5);
      }
    }),
  );
});

it('leaves a colour that can be read as it is', () => {
  expect(pair(accentOf('#0f5f5c')['--accent'])[0]).toBe('#0f5f5c');
});
