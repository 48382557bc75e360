import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakable } from './speakable.ts';

describe('speakable', () => {
  it.each([
    ['It costs $120.', 'It costs one hundred twenty dollars.'],
    ['$1,250.50 in total', 'one thousand two hundred fifty dollars and fifty cents in total'],
    ['$1 or $0.99', 'one dollar or ninety-nine cents'],
    ['at 10:30 AM tomorrow', 'at ten thirty A M tomorrow'],
    ['at 9:05 a.m. on Monday', 'at nine oh five A M on Monday'],
    ['at 3 PM.', 'at three P M.'],
    ['12:00 PM', 'noon'],
    ['from 9:00 AM – 5:00 PM', 'from nine A M to five P M'],
    ['on Tuesday, November 24', 'on Tuesday, November twenty-fourth'],
    ['Nov. 3rd, 2026', 'November third, twenty twenty-six'],
    ['2026-11-21', 'November twenty-first, twenty twenty-six'],
    ['11/05/2026', 'November fifth, twenty twenty-six'],
    ['Call (415) 555-0132.', 'Call four one five, five five five, zero one three two.'],
    ['+1 415 555 0132', 'one, four one five, five five five, zero one three two'],
    ['+14155550132', 'one, four one five, five five five, zero one three two'],
    ['ann.lee2@mail.com', 'ann dot lee two at mail dot com'],
    ['www.smile-dental.com', 'smile dash dental dot com'],
    ['a 20% discount', 'a twenty percent discount'],
    ['the 2nd floor', 'the second floor'],
    ['Dr. Smith at 12 Main St.', 'Doctor Smith at twelve Main Street'],
    ['45 minutes & 1,500 people', 'forty-five minutes and one thousand five hundred people'],
    ['3.5 hours', 'three point five hours'],
    ['code 00421', 'code zero zero four two one'],
    ['since 1998', 'since nineteen ninety-eight'],
    ['Sure, no problem.', 'Sure, no problem.'],
  ])('%s', (written, spoken) => {
    expect(speakable(written)).toBe(spoken);
  });

  const pieces = fc
    .array(
      fc.constantFrom('&', ' ', '|', '$', '5', '12', '00', '.', '@', 'a', 'St', 'Rd', ':', 'pm', '/', 'th'),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join(''));

  it('leaves no figure unspoken and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), pieces), (text) => {
        const once = speakable(text);
        expect(once).not.toMatch(/[0-9]/);
        expect(speakable(once)).toBe(once);
      }),
    );
  });
});
