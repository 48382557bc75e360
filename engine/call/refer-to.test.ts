import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReferTo } from './refer-to.ts';

describe('Refer-To', () => {
  it.each([
    ['<sip:105@box.example>', '105'],
    ['"Desk" <sip:105@box.example;transport=tcp>;x=y', '105'],
    ['sip:desk@box.example;method=INVITE', 'desk'],
    ['<sip:%2B1%20212%20555%200147@box.example>', '+12125550147'],
    ['<sip:105;phone-context=box@box.example>', '105'],
    ['<tel:+1-212-555-0147;phone-context=x>', '+12125550147'],
    ['<SIPS:Front-Desk@box.example>', 'Front-Desk'],
    ['<sip:box.example>', ''],
  ])('%s names %s', (header, user) => {
    expect(readReferTo(header)).toEqual({ user, replaces: null });
  });

  it.each([undefined, '', '<mailto:x@y>', '105', '<>', '<sip:>'])('%s names nobody', (header) => {
    expect(readReferTo(header)).toBeNull();
  });

  it('reads the call that is to be joined out of its escapes, whatever stands beside it', () => {
    const header =
      '<sip:105@box.example?Subject=x&REPLACES=a%40b%3Bfrom-tag%3D1%3Bto-tag%3D2&Require=replaces>';
    expect(readReferTo(header)).toEqual({
      user: '105',
      replaces: { callId: 'a@b', fromTag: '1', toTag: '2', earlyOnly: false },
    });
  });

  it('any call is found again that was written into one', () => {
    const token = fc.stringMatching(/^[\w.!*+~@-]{1,30}$/);
    fc.assert(
      fc.property(token, token, token, (callId, toTag, fromTag) => {
        fc.pre(!/@/.test(toTag + fromTag));
        const value = encodeURIComponent(`${callId};to-tag=${toTag};from-tag=${fromTag}`);
        expect(readReferTo(`<sip:x@y?Replaces=${value}>`)?.replaces).toEqual({
          ...{ callId, toTag, fromTag },
          earlyOnly: false,
        });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readReferTo(`<sip:${text}>`)));
  });
});
