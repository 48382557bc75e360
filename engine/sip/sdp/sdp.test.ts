import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVoxboxError } from '../../foundation/index.ts';
import { buildAnswer, commonDirection } from './answer.ts';
import type { AudioCodec } from './model.ts';
import { negotiateAudio } from './negotiate.ts';
import { parseOffer } from './parse.ts';

const description = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.5', 's=-', 'c=IN IP4 192.0.2.5', 't=0 0', ...lines, ''].join('\r\n');

const codecs = ['PCMU', 'PCMA'] satisfies AudioCodec[];
const phone = description(
  'm=audio 40000 RTP/AVP 9 8 0 101',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=ptime:30',
);

describe('session descriptions', () => {
  it('takes the codec that the other side likes best among ours', () => {
    expect(negotiateAudio(parseOffer(phone), { codecs })).toMatchObject({
      codec: 'PCMA',
      payloadType: 8,
      dtmfPayloadType: 101,
      remote: { address: '192.0.2.5', port: 40000 },
      ptimeMs: 30,
      direction: 'sendrecv',
    });
  });

  it('knows static payload types and prefers the address of the section', () => {
    const offer = description('m=audio 4000 RTP/AVP 0', 'c=IN IP4 192.0.2.66');
    expect(negotiateAudio(parseOffer(offer), { codecs })).toMatchObject({
      codec: 'PCMU',
      dtmfPayloadType: null,
      remote: { address: '192.0.2.66' },
      ptimeMs: 20,
    });
  });

  it.each([
    ['an unusable codec', ['m=audio 4000 RTP/AVP 18 96', 'a=rtpmap:96 opus/48000/2']],
    [
      'encryption that is switched off',
      [
        'm=audio 4000 RTP/SAVP 0',
        'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn',
      ],
    ],
    ['encryption that is not spoken', ['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=setup:actpass']],
    ['G.722 at the rate that it really has', ['m=audio 4000 RTP/AVP 97', 'a=rtpmap:97 G722/16000']],
    ['a section that is switched off', ['m=audio 0 RTP/AVP 0']],
    ['no audio', ['m=video 4000 RTP/AVP 31']],
    ['nothing', []],
    ['a rate that telephones do not have', ['m=audio 4000 RTP/AVP 97', 'a=rtpmap:97 PCMU/16000']],
  ])('has no answer to %s', (_, lines) => {
    expect(negotiateAudio(parseOffer(description(...lines)), { codecs })).toBeNull();
  });

  it.each([
    ['a=sendonly', 'recvonly'],
    ['a=recvonly', 'sendonly'],
    ['a=inactive', 'inactive'],
    ['c=IN IP4 0.0.0.0', 'recvonly'],
  ])('answers %s with %s', (line, direction) => {
    const offer = parseOffer(description('m=audio 4000 RTP/AVP 0', line));
    const negotiated = negotiateAudio(offer, { codecs });
    expect(negotiated?.direction).toBe(direction);
    const answer = negotiated && buildAnswer(negotiated, { address: '192.0.2.1', port: 2, sessionId: 1 });
    expect(answer).toContain(`a=${direction}\r\n`);
  });

  it('answers every section in its place, and is read as it was meant', () => {
    const offer = description(
      'm=audio 4000 RTP/SAVP 0',
      'm=image 4002 udptl t38',
      'm=audio 4004 RTP/AVP 8 97',
      'a=rtpmap:97 telephone-event/8000',
      'm=video 4006 RTP/AVP 31 32',
    );
    const negotiated = negotiateAudio(parseOffer(offer), { codecs });
    if (!negotiated) throw new Error('nothing negotiated');
    const answer = buildAnswer(negotiated, {
      address: '2001:db8::1',
      port: 20_000,
      sessionId: 7,
      direction: 'sendonly',
    });
    expect(answer).toContain('c=IN IP6 2001:db8::1\r\n');
    expect(answer.match(/^m=.*$/gm)).toEqual([
      'm=audio 0 RTP/SAVP 0',
      'm=image 0 udptl t38',
      'm=audio 20000 RTP/AVP 8 97',
      'm=video 0 RTP/AVP 31 32',
    ]);
    expect(negotiateAudio(parseOffer(answer), { codecs })).toMatchObject({
      codec: 'PCMA',
      dtmfPayloadType: 97,
      remote: { address: '2001:db8::1', port: 20_000 },
      direction: 'recvonly',
    });
  });

  it('has the direction that both sides allow', () => {
    expect(commonDirection('sendrecv', 'recvonly')).toBe('recvonly');
    expect(commonDirection('sendonly', 'recvonly')).toBe('inactive');
    expect(commonDirection('sendonly', 'sendrecv')).toBe('sendonly');
  });

  it.each([
    '',
    'hello',
    'v=1\r\n',
    'v=0\r\nm=audio\r\n',
    'v=0\r\nm=audio 99999 RTP/AVP 0\r\n',
    'v=0\r\nc=x\r\nm=audio 1 RTP/AVP 0',
  ])('cannot be %j', (text) => {
    expect(() => parseOffer(text)).toThrowError(expect.objectContaining({ code: 'sdp_invalid' }));
  });

  it('throws nothing but sdp_invalid, whatever is changed', () => {
    const change = fc.record({ at: fc.nat(phone.length - 1), to: fc.string({ maxLength: 3 }) });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        try {
          negotiateAudio(parseOffer(phone.slice(0, at) + to + phone.slice(at + to.length)), { codecs });
        } catch (error) {
          expect(isVoxboxError(error) && error.code).toBe('sdp_invalid');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
