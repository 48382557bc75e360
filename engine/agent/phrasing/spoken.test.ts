import { expect, it } from 'vitest';
import { speakable } from '../../speech/index.ts';
import { counted, spokenDateTime, spokenDay, spokenDuration, spokenPhone, writtenMoney } from './spoken.ts';

const tuesdayAtTen = Date.parse('2026-11-24T10:00:00Z');

it.each([
  ['en-US', 'Tuesday, November 24th at 10 AM'],
  ['en-GB', 'Tuesday the 24th of November at 10 AM'],
  ['en-IN', 'Tuesday the 24th of November at 10 AM'],
])('names a day in %s as "%s"', (language, words) => {
  expect(spokenDateTime(tuesdayAtTen, { timeZone: 'UTC', language })).toBe(words);
  expect(`${spokenDay('2026-11-24', language)} at 10 AM`).toBe(words);
});

it.each([
  ['en-US', 21_000, 'USD', '$210', 'two hundred ten dollars'],
  ['en-US', 4950, 'EUR', '€49.50', 'forty-nine euros and fifty cents'],
  ['en-US', 1500, 'CAD', 'CA$15', 'fifteen Canadian dollars'],
  ['en-GB', 350, 'GBP', '£3.50', 'three pounds fifty'],
  ['en-GB', 10_500, 'GBP', '£105', 'one hundred and five pounds'],
  ['en-IN', 15_000_000, 'INR', '₹1,50,000', 'one lakh fifty thousand rupees'],
  ['en-AU', 8000, 'AUD', '$80', 'eighty dollars'],
])(
  'writes money in %s so that it can be read and said: %i %s',
  (language, minor, currency, written, said) => {
    expect(writtenMoney(minor, currency, language)).toBe(written);
    expect(speakable(written, language)).toBe(said);
  },
);

it.each([
  [45, '45 minutes'],
  [60, 'an hour'],
  [90, 'an hour and a half'],
  [140, '2 hours and 20 minutes'],
])('says that %i minutes are %s', (minutes, words) => {
  expect(spokenDuration(minutes)).toBe(words);
});

it.each([
  ['en-US', '+14155550132', '4 1 5, 5 5 5, 0 1 3 2', 'four one five, five five five, zero one three two'],
  ['en-GB', '+442079460958', '0 2 0, 7 9 4 6, 0 9 5 8', 'oh two oh, seven nine four six, oh nine five eight'],
  ['en-IN', '+919876543210', '9 8 7 6 5, 4 3 2 1 0', 'nine eight seven six five, four three two one zero'],
  [
    'en-GB',
    '+14155550132',
    'plus 1, 4 1 5, 5 5 5, 0 1 3 2',
    'plus one, four one five, triple five, oh one three two',
  ],
])('reads a number out in %s: %s', (language, number, groups, said) => {
  expect(spokenPhone(number, language)).toBe(groups);
  expect(speakable(groups, language)).toBe(said);
});

it.each([
  [1, 'tomato soup', '1 tomato soup'],
  [2, 'tomato soup', '2 tomato soups'],
  [3, 'glass of red wine', '3 glasses of red wine'],
  [2, 'french fries', '2 french fries'],
  [2, 'fish and chips', '2 fish and chips'],
  [2, 'club sandwich', '2 club sandwiches'],
  [4, 'pastry with cream', '4 pastries with cream'],
])('counts things as they are ordered: %i %s', (quantity, name, words) => {
  expect(counted(quantity, name)).toBe(words);
});
