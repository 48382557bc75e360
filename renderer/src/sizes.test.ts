import { expect, it } from 'vitest';
import { percent, size } from './sizes.ts';

it('tells sizes as disks are sold, with one decimal where it says something', () => {
  expect([0, 999, 1000, 43_900_000, 98_362_432, 512_000_000, 24e9, 2e12].map(size)).toEqual([
    ...['0 bytes', '999 bytes', '1.0 kB', '43.9 MB', '98.4 MB', '512 MB', '24.0 GB', '2.0 TB'],
  ]);
  expect(percent(0.424)).toBe('42 %');
});
