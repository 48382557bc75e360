import { describe, expect, it } from 'vitest';
import { buildAnswer } from './answer.ts';
import { newSrtpKey, readCrypto, writeCrypto } from './crypto.ts';
import type { NegotiatedAudio, SrtpMode } from './model.ts';
import { negotiateAudio } from './negotiate.ts';
import { acceptAnswer, buildOffer } from './offer.ts';
import { parseOffer } from './parse.ts';

const key80 = 'inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj';
const key32 = 'inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj';
const line80 = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${key80}`;
const line32 = `a=crypto:2 AES_CM_128_HMAC_SHA1_32 ${key32}`;
const own = { address: '192.0.2.1', port: 20_000, sessionId: 1 };

const description = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.5', 's=-', 'c=IN IP4 192.0.2.5', 't=0 0', ...lines, ''].join('\r\n');

const negotiate = (srtp: SrtpMode, ...lines: string[]): NegotiatedAudio | null =>
  negotiateAudio(parseOffer(description(...lines)), { codecs: ['PCMU', 'PCMA'], srtp });

describe('a=crypto', () => {
  it.each([
    ['the plain line', `1 AES_CM_128_HMAC_SHA1_80 ${key80}`],
    ['a lifetime', `1 AES_CM_128_HMAC_SHA1_80 ${key80}|2^20`],
    ['a lifetime in figures', `1 AES_CM_128_HMAC_SHA1_80 ${key80}|1048576`],
    ['a hint at the window', `1 AES_CM_128_HMAC_SHA1_80 ${key80} WSH=64`],
    ['what may be passed over', `1 AES_CM_128_HMAC_SHA1_80 ${key80} -FUTURE=1`],
  ])('is read with %s', (_, value) => {
    expect(readCrypto(value)).toMatchObject({ tag: 1, key: { suite: 'AES_CM_128_HMAC_SHA1_80' } });
    expect(Buffer.from(readCrypto(value)?.key.keySalt ?? []).toString('base64')).toBe(key80.slice(7));
  });

  it.each([
    ['an MKI', `1 AES_CM_128_HMAC_SHA1_80 ${key80}|2^20|1:4`],
    ['an MKI without a lifetime', `1 AES_CM_128_HMAC_SHA1_80 ${key80}|1:4`],
    ['several keys', `1 AES_CM_128_HMAC_SHA1_80 ${key80}|2^20|1:4;${key32}|2^20|2:4`],
    ['an unknown suite', `1 AES_256_CM_HMAC_SHA1_80 ${key80}`],
    ['packets that are not encrypted', `1 AES_CM_128_HMAC_SHA1_80 ${key80} UNENCRYPTED_SRTP`],
    ['a key derivation rate', `1 AES_CM_128_HMAC_SHA1_80 ${key80} KDR=12`],
    ['a short key', '1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZi'],
    ['no key', '1 AES_CM_128_HMAC_SHA1_80'],
    ['no tag', `AES_CM_128_HMAC_SHA1_80 ${key80}`],
  ])('is not taken with %s', (_, value) => {
    expect(readCrypto(value)).toBeNull();
  });

  it('is written as it is read', () => {
    const key = newSrtpKey('AES_CM_128_HMAC_SHA1_32');
    expect(readCrypto(writeCrypto({ tag: 7, key }).slice('a=crypto:'.length))).toEqual({ tag: 7, key });
  });
});

describe('encrypted media', () => {
  it.each(['RTP/SAVP', 'RTP/SAVPF'])(
    'is answered under %s with tag and suite of the first line',
    (protocol) => {
      const audio = negotiate('optional', `m=audio 4000 ${protocol} 0`, line32, line80);
      expect(audio?.srtp).toMatchObject({
        tag: 2,
        send: { suite: 'AES_CM_128_HMAC_SHA1_32' },
        receive: { suite: 'AES_CM_128_HMAC_SHA1_32' },
      });
      if (!audio?.srtp) throw new Error('not encrypted');
      expect(audio.srtp.send.keySalt).not.toEqual(audio.srtp.receive.keySalt);
      const answer = buildAnswer(audio, own);
      expect(answer).toContain(`m=audio 20000 ${protocol} 0\r\n`);
      expect(answer).toContain(`${writeCrypto({ tag: 2, key: audio.srtp.send })}\r\n`);
    },
  );

  it('passes over lines that it cannot use', () => {
    const strange = `a=crypto:1 AES_256_CM_HMAC_SHA1_80 ${key80}`;
    expect(negotiate('required', 'm=audio 4000 RTP/SAVP 0', strange, line32)?.srtp?.tag).toBe(2);
    expect(negotiate('required', 'm=audio 4000 RTP/SAVP 0', strange)).toBeNull();
    expect(negotiate('optional', 'm=audio 4000 RTP/SAVP 0', `${line80}|2^20|1:4`)).toBeNull();
  });

  it.each([
    ['off', ['m=audio 4000 RTP/AVP 0', line80], 'RTP/AVP', false],
    ['optional', ['m=audio 4000 RTP/AVP 0'], 'RTP/AVP', false],
    // Opportunistic (RFC 8643): what telephones offer where encryption is their wish and no must.
    ['optional', ['m=audio 4000 RTP/AVP 0', line80], 'RTP/AVP', true],
    ['required', ['m=audio 4000 RTP/AVP 0', line80], 'RTP/AVP', true],
    ['optional', ['m=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/SAVP 0', line80], 'RTP/SAVP', true],
    ['off', ['m=audio 4002 RTP/SAVP 0', line80, 'm=audio 4000 RTP/AVP 0'], 'RTP/AVP', false],
  ] as const)('%s: %j', (mode, lines, protocol, encrypted) => {
    const audio = negotiate(mode, ...lines);
    if (!audio) throw new Error('nothing negotiated');
    expect(audio.srtp !== null).toBe(encrypted);
    const answer = buildAnswer(audio, own);
    expect(answer).toMatch(new RegExp(`^m=audio 20000 ${protocol} `, 'm'));
    expect(answer.includes('a=crypto')).toBe(encrypted);
  });

  it('does without plain media where it is required', () => {
    expect(negotiate('required', 'm=audio 4000 RTP/AVP 0')).toBeNull();
  });

  it('keeps our key over the offers of one call', () => {
    const first = negotiate('optional', 'm=audio 4000 RTP/SAVP 0', line80);
    const offer = parseOffer(description('m=audio 4000 RTP/SAVP 0', line80));
    const again = negotiateAudio(offer, {
      codecs: ['PCMU'],
      srtp: 'optional',
      ...(first?.srtp ? { sendKey: first.srtp.send } : {}),
    });
    expect(again?.srtp?.send).toBe(first?.srtp?.send);
  });

  it('is offered under RTP/SAVP where required, and agreed with one that takes it', () => {
    const offer = buildOffer({ ...own, codecs: ['PCMA'], srtp: 'required' });
    expect(offer.sdp).toContain('m=audio 20000 RTP/SAVP 8 101\r\n');
    expect(offer.crypto.map(({ key }) => key.suite)).toEqual([
      'AES_CM_128_HMAC_SHA1_80',
      'AES_CM_128_HMAC_SHA1_32',
    ]);
    const theirs = negotiateAudio(parseOffer(offer.sdp), { codecs: ['PCMA'], srtp: 'optional' });
    if (!theirs?.srtp) throw new Error('not encrypted');
    const ours = acceptAnswer(offer, buildAnswer(theirs, { ...own, address: '192.0.2.2' }));
    expect(ours?.srtp).toEqual({ tag: 1, send: theirs.srtp.receive, receive: theirs.srtp.send });
  });

  it.each([
    ['plain', 'm=audio 4000 RTP/AVP 8'],
    ['without a key', 'm=audio 4000 RTP/SAVP 8'],
    ['under a tag that was not offered', 'm=audio 4000 RTP/SAVP 8', line80.replace(':1 ', ':9 ')],
    ['with the suite of another tag', 'm=audio 4000 RTP/SAVP 8', line80.replace(':1 ', ':2 ')],
  ])('is given up rather than answered %s', (_, ...lines) => {
    const offer = buildOffer({ ...own, codecs: ['PCMA'], srtp: 'required' });
    expect(acceptAnswer(offer, description(...lines))).toBeNull();
  });

  it('is not believed in where it was not offered', () => {
    const offer = buildOffer({ ...own, codecs: ['PCMA'], srtp: 'optional' });
    expect(offer.sdp).not.toContain('a=crypto');
    expect(acceptAnswer(offer, description('m=audio 4000 RTP/SAVP 8', line80))).toBeNull();
    expect(acceptAnswer(offer, description('m=audio 4000 RTP/AVP 8'))).toMatchObject({ srtp: null });
  });
});
