import { describe, expect, it } from 'vitest';
import { distinctWords, isBackchannel, saysLittle, wantsTheFloor } from './backchannel.ts';

describe('isBackchannel', () => {
  it.each(['Mm-hmm.', 'uh-huh', 'Okay.', 'okay, okay', 'Yeah, right.', 'I see.', 'Oh, great.'])(
    '%s',
    (text) => {
      expect(isBackchannel(text)).toBe(true);
    },
  );
  it.each(['No.', 'Okay, but wait', 'Stop.', 'yes', 'Yeah, thanks, but no', ''])('not %s', (text) => {
    expect(isBackchannel(text)).toBe(false);
  });
});

describe('wantsTheFloor', () => {
  it.each(['Wait.', 'No, no.', 'okay but what does it cost', 'Hold on a second', 'Never mind.'])(
    '%s',
    (text) => {
      expect(wantsTheFloor(text)).toBe(true);
    },
  );
  it.each(['Okay.', 'I know.', 'Mm-hmm, nowhere'])('not %s', (text) => {
    expect(wantsTheFloor(text)).toBe(false);
  });
});

it('hears little in what a recogniser makes of a cough', () => {
  expect(distinctWords('So, so, so, so that')).toEqual(['so', 'that']);
  expect(saysLittle('So, so, so, so that')).toBe(true);
  expect(saysLittle('So what?')).toBe(false);
});
