import { describe, expect, it } from 'vitest';
import { buildAnswer } from './answer.ts';
import type { AudioCodec, NegotiatedAudio } from './model.ts';
import { negotiateAudio } from './negotiate.ts';
import { parseOffer } from './parse.ts';

const all = ['PCMU', 'PCMA', 'G722', 'opus'] satisfies AudioCodec[];
const own = { address: '192.0.2.1', port: 20_000, sessionId: 1 };

const description = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.5', 's=-', 'c=IN IP4 192.0.2.5', 't=0 0', ...lines, ''].join('\r\n');

function negotiated(lines: readonly string[], codecs: readonly AudioCodec[] = all): NegotiatedAudio {
  const audio = negotiateAudio(parseOffer(description(...lines)), { codecs });
  if (!audio) throw new Error('nothing negotiated');
  return audio;
}

const webPhone = [
  'm=audio 4000 RTP/AVPF 111 9 0 8 13 110 101',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:101 telephone-event/8000',
  'a=rtcp-mux',
  'a=rtcp:4000',
];

describe('codecs of a call', () => {
  it('are opus with the telephone-event of its clock', () => {
    const audio = negotiated(webPhone);
    expect(audio).toMatchObject({
      codec: 'opus',
      payloadType: 111,
      clockRateHz: 48_000,
      fmtp: 'minptime=10;useinbandfec=1',
      dtmfPayloadType: 110,
      dtmfClockRateHz: 48_000,
      comfortNoisePayloadType: null,
      rtcpMux: true,
      remoteRtcp: { address: '192.0.2.5', port: 4000 },
      srtp: null,
    });
    const answer = buildAnswer(audio, own).split('\r\n');
    expect(answer).toContain('m=audio 20000 RTP/AVPF 111 110');
    expect(answer).toContain('a=rtpmap:111 opus/48000/2');
    expect(answer).toContain('a=rtpmap:110 telephone-event/48000');
    expect(answer.find((line) => line.startsWith('a=fmtp:111'))).toContain('useinbandfec=1');
    expect(answer).toContain('a=rtcp-mux');
  });

  it('are G.722, called 8000 as RFC 3551 wants it, with comfort noise', () => {
    const audio = negotiated(webPhone, ['G722', 'PCMA']);
    expect(audio).toMatchObject({
      codec: 'G722',
      payloadType: 9,
      clockRateHz: 8000,
      dtmfPayloadType: 101,
      dtmfClockRateHz: 8000,
      comfortNoisePayloadType: 13,
    });
    const answer = buildAnswer(audio, own).split('\r\n');
    expect(answer).toContain('m=audio 20000 RTP/AVPF 9 13 101');
    expect(answer).toContain('a=rtpmap:9 G722/8000');
    expect(answer).toContain('a=rtpmap:13 CN/8000');
  });

  it('have the keys of 8 kHz beside opus where there are no others', () => {
    const lines = [
      'm=audio 4000 RTP/AVP 96 101',
      'a=rtpmap:96 opus/48000',
      'a=rtpmap:101 telephone-event/8000',
    ];
    const audio = negotiated(lines);
    expect(audio).toMatchObject({ codec: 'opus', dtmfPayloadType: 101, dtmfClockRateHz: 8000 });
    // One that leaves out the channels is answered in its own words.
    expect(buildAnswer(audio, own)).toContain('a=rtpmap:96 opus/48000\r\n');
  });

  it.each([
    ['the port above', [], { address: '192.0.2.5', port: 4001 }, false],
    ['its own port', ['a=rtcp:53020'], { address: '192.0.2.5', port: 53_020 }, false],
    ['its own address', ['a=rtcp:53020 IN IP4 192.0.2.77'], { address: '192.0.2.77', port: 53_020 }, false],
    ['the port above where it is unreadable', ['a=rtcp:0'], { address: '192.0.2.5', port: 4001 }, false],
    ['the same port', ['a=rtcp-mux'], { address: '192.0.2.5', port: 4000 }, true],
    ['nowhere while on hold', ['c=IN IP4 0.0.0.0'], null, false],
  ])('have their RTCP at %s', (_, lines, remoteRtcp, rtcpMux) => {
    const audio = negotiated(['m=audio 4000 RTP/AVP 0', ...lines]);
    expect(audio).toMatchObject({ remoteRtcp, rtcpMux });
    const answer = buildAnswer(audio, { ...own, rtcpPort: 20_007 });
    expect(answer.includes('a=rtcp-mux')).toBe(rtcpMux);
    expect(answer.includes('a=rtcp:20007')).toBe(!rtcpMux);
  });
});
