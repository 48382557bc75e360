import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../foundation/index.ts';
import { createDigest, digestHash, ha1PairOf, sipRealm } from './digest.ts';
import { answerChallenge, readChallenge } from './digest-client.ts';

const mufasa = { username: 'Mufasa', password: 'Circle of Life', method: 'GET', uri: '/dir/index.html' };
const rfc7616 = [
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, ' +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, ' +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
] as const;
const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

describe('answers to a digest challenge', () => {
  it.each([
    ['of both, the better', [...rfc7616], '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    [
      'of both in the other order',
      [...rfc7616].reverse(),
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
    [
      'of both in one line',
      rfc7616.join(', '),
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
    ['of MD5', rfc7616[1], '8ca523f5e9506fed4657c9700eebdbec'],
  ])('are those of RFC 7616 §3.9.1: %s', (_, challenge, response) => {
    const answer = answerChallenge({ ...mufasa, challenge, cnonce }) ?? '';
    expect(answer).toContain(`response="${response}"`);
    expect(answer).toContain('nc=00000001');
    expect(answer).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  it('leaves nonce count and client nonce out where no qop is asked for', () => {
    const challenge = 'Digest realm="r", nonce="n"';
    const answer = answerChallenge({ ...mufasa, challenge }) ?? '';
    const [ha1, ha2] = [
      digestHash('MD5', 'Mufasa', 'r', 'Circle of Life'),
      digestHash('MD5', 'GET', mufasa.uri),
    ];
    expect(answer).toContain(`response="${digestHash('MD5', ha1, 'n', ha2)}"`);
    expect(answer).not.toMatch(/qop|nc=|cnonce/);
  });

  it('makes a session key where the algorithm asks for it', () => {
    const challenge = 'Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"';
    const answer = answerChallenge({ ...mufasa, challenge, cnonce: 'c', nonceCount: 17 }) ?? '';
    const ha1 = digestHash('MD5', digestHash('MD5', 'Mufasa', 'r', 'Circle of Life'), 'n', 'c');
    const expected = digestHash(
      'MD5',
      ha1,
      'n',
      '00000011',
      'c',
      'auth',
      digestHash('MD5', 'GET', mufasa.uri),
    );
    expect(answer).toContain(`response="${expected}"`);
    expect(answer).toContain('algorithm=MD5-sess');
  });

  it.each([
    ['another scheme', 'Basic realm="x"'],
    ['an algorithm that nobody knows', 'Digest realm="x", nonce="n", algorithm=SHA-1'],
    ['integrity of the body alone', 'Digest realm="x", nonce="n", qop="auth-int"'],
    ['no nonce', 'Digest realm="x"'],
    ['nothing', ''],
  ])('do not exist for %s', (_, challenge) => {
    expect(answerChallenge({ ...mufasa, challenge })).toBeNull();
  });

  it('passes over schemes that it does not speak', () => {
    expect(readChallenge('Bearer scope="a, b", Digest realm="x", nonce="n", stale=TRUE')).toMatchObject({
      realm: 'x',
      stale: true,
      qop: null,
    });
  });

  it('are taken by the server side, with every name and password', () => {
    const clock: Clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 };
    const digest = createDigest({ realm: sipRealm, secret: 's', clock, algorithms: ['SHA-256', 'MD5'] });
    const text = fc.string({ minLength: 1, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(text, text, fc.boolean(), (username, password, better) => {
        const challenge = better ? digest.challenges() : digest.challenge();
        const options = { challenge, username, password, method: 'REGISTER', uri: 'sip:voxbox' };
        const header = answerChallenge(options) ?? '';
        expect(header).toContain(better ? 'algorithm=SHA-256' : 'algorithm=MD5');
        const lookup = (name: string) => (name === username ? ha1PairOf(username, password) : null);
        expect(digest.verify({ header, method: 'REGISTER', lookup })).toEqual({ ok: true, username });
        const wrong = answerChallenge({ ...options, password: `${password}x` }) ?? '';
        expect(digest.verify({ header: wrong, method: 'REGISTER', lookup }).ok).toBe(false);
      }),
    );
  });

  it('never come out of rubbish as an exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const challenge of [text, `Digest ${text}`, `Digest realm="r",nonce="n",${text}`]) {
          const answer = answerChallenge({ ...mufasa, challenge });
          expect(answer === null || !/[\r\n]/.test(answer)).toBe(true);
        }
      }),
    );
  });
});
