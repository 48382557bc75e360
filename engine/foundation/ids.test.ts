import { expect, it } from 'vitest';
import { isUuid, uuidV7 } from './index.ts';

it('names what is made in one millisecond in its order, apart, and as the standard has it', () => {
  const made = Array.from({ length: 2000 }, () => uuidV7(1_800_000_000_000));
  expect(made).toEqual(made.toSorted());
  expect(new Set(made).size).toBe(made.length);
  expect(made.every(isUuid)).toBe(true);
  const later = uuidV7(1_800_000_000_001);
  expect(later > (made.at(-1) ?? '')).toBe(true);
  expect(Number.parseInt(later.replaceAll('-', '').slice(0, 12), 16)).toBe(1_800_000_000_001);
});
