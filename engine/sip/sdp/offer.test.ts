import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVoxboxError } from '../../foundation/index.ts';
import { buildAnswer } from './answer.ts';
import { nextDescription } from './describe.ts';
import type { AudioCodec, MediaDirection, NegotiatedAudio, SrtpMode } from './model.ts';
import { negotiateAudio } from './negotiate.ts';
import { acceptAnswer, buildOffer } from './offer.ts';
import { parseOffer } from './parse.ts';

const us = { address: '192.0.2.1', port: 20_000, sessionId: 1 };
const them = { address: '2001:db8::2', port: 30_000, sessionId: 2 };
const all = ['PCMU', 'PCMA', 'G722', 'opus'] satisfies AudioCodec[];

const codecLists = fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 });
const modes = fc.constantFrom<SrtpMode>('off', 'optional', 'required');
const directions = fc.constantFrom<MediaDirection>('sendrecv', 'sendonly', 'recvonly', 'inactive');
const mirror = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
} as const;

const present = (audio: NegotiatedAudio | null): NegotiatedAudio => {
  if (!audio) throw new Error('nothing negotiated');
  return audio;
};

describe('an offer of ours', () => {
  it('names every codec with its numbers, and keys at each clock rate', () => {
    const { sdp } = buildOffer({ ...us, codecs: ['opus', 'G722', 'PCMA'] });
    const lines = sdp.split('\r\n');
    expect(lines).toContain('m=audio 20000 RTP/AVP 96 9 8 97 101');
    for (const line of [
      'o=- 1 1 IN IP4 192.0.2.1',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:97 telephone-event/48000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      'a=sendrecv',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('and its answer mean the same to both sides', () => {
    fc.assert(
      fc.property(
        codecLists,
        codecLists,
        modes,
        modes,
        directions,
        directions,
        (a, b, modeA, modeB, dirA, dirB) => {
          const offer = buildOffer({ ...us, codecs: a, srtp: modeA, direction: dirA });
          const theirs = negotiateAudio(parseOffer(offer.sdp), { codecs: b, srtp: modeB });
          const encrypted = modeA === 'required';
          const agree =
            a.some((codec) => b.includes(codec)) && (encrypted ? modeB !== 'off' : modeB !== 'required');
          expect(theirs !== null).toBe(agree);
          if (!theirs) return;
          expect(theirs.codec).toBe(a.find((codec) => b.includes(codec)));
          expect(theirs.dtmfClockRateHz).toBe(theirs.clockRateHz);
          const ours = acceptAnswer(offer, buildAnswer(theirs, { ...them, direction: dirB }));
          const { codec, payloadType, clockRateHz, dtmfPayloadType, dtmfClockRateHz, rtcpMux } = theirs;
          expect(ours).toMatchObject({
            codec,
            payloadType,
            clockRateHz,
            dtmfPayloadType,
            dtmfClockRateHz,
            rtcpMux,
          });
          expect(ours?.remote).toEqual({ address: them.address, port: them.port });
          expect(ours?.srtp?.send).toEqual(theirs.srtp?.receive);
          expect(ours?.srtp?.receive).toEqual(theirs.srtp?.send);
          const wanted = [dirA, mirror[dirB]];
          expect(ours?.direction === 'sendrecv').toBe(wanted.every((direction) => direction === 'sendrecv'));
          expect(ours?.direction === 'inactive' || wanted.includes(ours?.direction ?? 'inactive')).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['refuses the section', 'm=audio 0 RTP/AVP 8'],
    ['names no codec of the offer', 'm=audio 4000 RTP/AVP 18'],
    ['is of something else', 'm=video 4000 RTP/AVP 31'],
    ['has no section'],
  ])('comes to nothing where the answer %s', (_, ...lines) => {
    const offer = buildOffer({ ...us, codecs: ['PCMA'] });
    const answer = ['v=0', 'o=- 1 1 IN IP4 192.0.2.5', 's=-', 'c=IN IP4 192.0.2.5', 't=0 0', ...lines, ''];
    expect(acceptAnswer(offer, answer.join('\r\n'))).toBeNull();
  });

  it('within a call keeps sections, payload types and keys, and puts on hold', () => {
    const theirOffer = [
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.5',
      's=-',
      'c=IN IP4 192.0.2.5',
      't=0 0',
      'm=video 4010 RTP/AVP 31',
      'm=audio 4000 RTP/SAVP 100 101 96',
      'a=rtpmap:100 opus/48000/2',
      'a=rtpmap:101 PCMA/8000',
      'a=rtpmap:96 telephone-event/48000',
      'a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj',
      '',
    ].join('\r\n');
    const agreed = present(negotiateAudio(parseOffer(theirOffer), { codecs: all, srtp: 'optional' }));
    const answer = buildAnswer(agreed, us);
    const hold = buildOffer({
      ...us,
      codecs: ['opus', 'PCMU', 'PCMA'],
      previous: agreed,
      direction: 'sendonly',
    });
    expect(hold.sdp.match(/^m=.*$/gm)).toEqual([
      'm=video 0 RTP/AVP 31',
      'm=audio 20000 RTP/SAVP 100 0 101 96 97',
    ]);
    expect(hold.sdp).toContain('a=rtpmap:97 telephone-event/8000\r\n');
    expect(hold.sdp).toContain('a=sendonly\r\n');
    expect(hold.srtpSend).toBe(agreed.srtp?.send);
    expect(hold.crypto[0]?.tag).toBe(4);
    expect(nextDescription(answer, hold.sdp)).toContain('o=- 1 2 IN IP4');
    const theirs = present(negotiateAudio(parseOffer(hold.sdp), { codecs: ['opus'], srtp: 'required' }));
    expect(theirs).toMatchObject({ direction: 'recvonly', mediaIndex: 1, payloadType: 100 });
    const held = acceptAnswer(hold, buildAnswer(theirs, them));
    expect(held).toMatchObject({ direction: 'sendonly', mediaIndex: 1, codec: 'opus' });
  });
});

describe('versions of a description', () => {
  const first = buildOffer({ ...us, codecs: ['PCMA'] }).sdp;

  it('stay where nothing changes and grow by one where anything does', () => {
    const held = buildOffer({ ...us, codecs: ['PCMA'], direction: 'sendonly' }).sdp;
    expect(nextDescription(null, first)).toBe(first);
    expect(nextDescription(first, first)).toBe(first);
    const second = nextDescription(first, held);
    expect(second).toContain('o=- 1 2 IN');
    expect(nextDescription(second, held)).toBe(second);
    expect(nextDescription(second, first)).toContain('o=- 1 3 IN');
  });

  it('grow as long as a call may last', () => {
    const late = first.replace('o=- 1 1 ', 'o=- 1 18446744073709551615 ');
    const next = buildOffer({ ...us, codecs: ['PCMU'] }).sdp;
    expect(nextDescription(late, next)).toContain('o=- 1 18446744073709551616 IN');
  });
});

describe('descriptions of strangers', () => {
  const rich = [
    buildOffer({ ...us, codecs: all, srtp: 'required' }).sdp,
    buildOffer({ ...them, codecs: ['opus'], rtcpPort: 9 }).sdp,
  ];

  it('throw nothing but sdp_invalid, whatever is changed in them', () => {
    const offer = buildOffer({ ...us, codecs: all, srtp: 'required' });
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('\r\n', '=', ' ', '|', ':', '/', '4294967296'),
    );
    const changes = fc.array(fc.record({ at: fc.nat(700), cut: fc.nat(8), put: piece }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.constantFrom(...rich), changes, (text, list) => {
        let sdp = text;
        for (const { at, cut, put } of list) sdp = sdp.slice(0, at) + put + sdp.slice(at + cut);
        try {
          const audio = negotiateAudio(parseOffer(sdp), { codecs: all, srtp: 'optional' });
          if (audio) {
            const answer = buildAnswer(audio, us);
            expect(parseOffer(answer).media).toHaveLength(audio.media.length);
            expect(audio.remote.port).toBeLessThanOrEqual(65535);
          }
          acceptAnswer(offer, sdp);
        } catch (error) {
          if (!isVoxboxError(error)) throw error;
          expect(error.code).toBe('sdp_invalid');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
