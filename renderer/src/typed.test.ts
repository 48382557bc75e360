import { expect, it } from 'vitest';
import { found, isEmail, isZone, listOf, numberOf } from './typed.ts';

it('takes numbers as people write them, and no others', () => {
  expect(numberOf('+1 (202) 555-0123')).toBe('+12025550123');
  for (const none of ['', '2025550123', '+0123456789', '+12', 'call me']) expect(numberOf(none)).toBeNull();
});

it('knows what is no e-mail address', () => {
  expect(isEmail(' bea@example.com ')).toBe(true);
  for (const none of ['', 'bea', 'bea@', 'be a@example.com', 'a@b@c']) expect(isEmail(none)).toBe(false);
});

it('knows time zones', () => {
  expect([isZone('Europe/London'), isZone(''), isZone('Nowhere/Land')]).toEqual([true, false, false]);
});

it('takes a list apart', () => {
  expect(listOf(' the boss,Ada Lovelace ,, ')).toEqual(['the boss', 'Ada Lovelace']);
  expect(listOf('  ')).toEqual([]);
});

it('finds what holds the term, whatever its case', () => {
  const all = ['Front desk', 'Workshop'];
  expect(found(all, ' DESK ', (one) => one)).toEqual(['Front desk']);
  expect(found(all, '', (one) => one)).toEqual(all);
});
