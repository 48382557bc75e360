import { describe, expect, it } from 'vitest';
import { isBackchannel } from './backchannel.ts';

describe('isBackchannel', () => {
  it.each(['Mm-hmm.', 'uh-huh', 'Okay.', 'okay, okay', 'Yeah, right.', 'I see.'])('%s', (text) => {
    expect(isBackchannel(text)).toBe(true);
  });
  it.each(['No.', 'Okay, but wait', 'Stop.', 'yes', ''])('not %s', (text) => {
    expect(isBackchannel(text)).toBe(false);
  });
});
