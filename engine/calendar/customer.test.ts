import { expect, it } from 'vitest';
import { namesMatch } from './index.ts';

it.each([
  ['Sarah Miller', 'sarah miller'],
  ['Sarah Miller', 'Miller Sarah'],
  ['Sarah Miller', 'Sarah'],
  ['Miller', 'Sarah Miller'],
  ['Sarah Miller', 'Sara Miller'],
  ['Sarah Miller', 'Sarah Millar'],
  ['Katharina Schneider', 'Katarina Schnieder'],
  ['José Núñez', 'jose nunez'],
  ["Sean O'Brien", 'sean obrien'],
  ['Mary-Ann Lee', 'Maryann Lee'],
  ['Dr. Sarah Miller', 'Mrs Miller'],
  ['S. Miller', 'Sarah Miller'],
  ['Jan van der Berg', 'Jan Vanderberg'],
])('"%s" is "%s"', (one, other) => {
  expect(namesMatch(one, other)).toBe(true);
  expect(namesMatch(other, one)).toBe(true);
});

it.each([
  ['Sarah Miller', 'Tom Miller'],
  ['Sarah Miller', 'Sarah Jones'],
  ['Ann', 'Ana'],
  ['Ann', 'Anna'],
  ['Sarah Miller', ''],
  ['Sarah Miller', '  '],
  ['S. M.', 'Sarah Miller'],
  ['S', 'Sarah'],
  ['Marie', 'Rossi'],
  ['Mr', 'Mrs'],
  ['Miller Miller', 'Sarah Miller'],
])('"%s" is not "%s"', (one, other) => {
  expect(namesMatch(one, other)).toBe(false);
  expect(namesMatch(other, one)).toBe(false);
});
