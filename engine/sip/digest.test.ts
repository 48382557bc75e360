import { describe, expect, it } from 'vitest';
import type { Clock } from '../foundation/index.ts';
import { createDigest, type DigestAlgorithm, digestHash, digestResponse } from './digest.ts';

const realm = 'voxbox';

function setUp() {
  const time = { nowMs: 1_700_000_000_000 };
  const clock: Clock = { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs };
  return { time, digest: createDigest({ realm, secret: 'a secret', clock, nonceLifetimeMs: 60_000 }) };
}

const nonceOf = (challenge: string): string => /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';

function answer(options: {
  challenge: string;
  password?: string;
  nc?: string;
  algorithm?: DigestAlgorithm;
  username?: string;
  method?: string;
}): string {
  const { algorithm = 'MD5', username = 'desk', password = 'right', nc = '00000001' } = options;
  const nonce = nonceOf(options.challenge);
  const [cnonce, uri] = ['c0ffee', 'sip:100@voxbox'];
  const ha1 = digestHash(algorithm, username, realm, password);
  const method = options.method ?? 'INVITE';
  const response = digestResponse({ algorithm, ha1, nonce, nc, cnonce, method, uri });
  return (
    `Digest username="${username}",realm="${realm}",nonce="${nonce}",uri="${uri}",response="${response}",` +
    `algorithm=${algorithm},cnonce="${cnonce}",qop=auth,nc=${nc}`
  );
}

const lookup = (username: string, algorithm: DigestAlgorithm): string | null =>
  username === 'desk' ? digestHash(algorithm, 'desk', realm, 'right') : null;

describe('digest', () => {
  it('computes the example of RFC 2617 §3.5', () => {
    const response = digestResponse({
      algorithm: 'MD5',
      ha1: digestHash('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life'),
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      nc: '00000001',
      cnonce: '0a4f113b',
      method: 'GET',
      uri: '/dir/index.html',
    });
    expect(response).toBe('6629fae49393a05397450978507c4ef1');
  });

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('computes the %s example of RFC 7616 §3.9.1', (algorithm, expected) => {
    const response = digestResponse({
      algorithm,
      ha1: digestHash(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life'),
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      nc: '00000001',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      method: 'GET',
      uri: '/dir/index.html',
    });
    expect(response).toBe(expected);
  });

  it.each(['MD5', 'SHA-256'] as const)('takes the right password with %s', (algorithm) => {
    const { digest } = setUp();
    const header = answer({ challenge: digest.challenge({ algorithm }), algorithm });
    expect(digest.verify({ header, method: 'INVITE', lookup })).toEqual({ ok: true, username: 'desk' });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['an unknown user', { username: 'nobody' }],
    ['an answer for another method', { method: 'REGISTER' }],
  ])('refuses %s', (_, change) => {
    const { digest } = setUp();
    const header = answer({ challenge: digest.challenge(), ...change });
    expect(digest.verify({ header, method: 'INVITE', lookup })).toEqual({ ok: false, stale: false });
  });

  it('takes a nonce-count once, and only ever a higher one', () => {
    const { digest } = setUp();
    const challenge = digest.challenge();
    const verdicts = ['00000001', '00000001', '00000003', '00000002', '0000000a'].map(
      (nc) => digest.verify({ header: answer({ challenge, nc }), method: 'INVITE', lookup }).ok,
    );
    expect(verdicts).toEqual([true, false, true, false, true]);
  });

  it('calls the right answer to an old, a foreign or a forged nonce stale', () => {
    const { digest, time } = setUp();
    const challenge = digest.challenge();
    time.nowMs += 60_001;
    const foreign = createDigest({
      realm,
      secret: 'another',
      clock: { ...setUp().time, nowMs: () => time.nowMs, monotonicMs: () => 0 },
    });
    const forged = `nonce="${(time.nowMs).toString(36)}.AAAA.BBBB"`;
    for (const old of [challenge, foreign.challenge(), forged]) {
      const header = answer({ challenge: old });
      expect(digest.verify({ header, method: 'INVITE', lookup })).toEqual({ ok: false, stale: true });
    }
    expect(digest.challenge({ stale: true })).toMatch(/stale=true$/);
  });

  it('looks at no password from where its nonce was not sent to', () => {
    const { digest } = setUp();
    const challenge = digest.challenge({ source: '192.0.2.1' });
    const verify = (source: string, password: string) =>
      digest.verify({ header: answer({ challenge, password }), method: 'INVITE', lookup, source });
    for (const password of ['right', 'wrong']) {
      expect(verify('192.0.2.2', password)).toEqual({ ok: false, stale: true });
    }
    expect(verify('192.0.2.1', 'wrong')).toEqual({ ok: false, stale: false });
    expect(verify('192.0.2.1', 'right').ok).toBe(true);
  });

  it('tells what was tried, and looks at nothing that may not be tried', () => {
    const told: unknown[] = [];
    let mayTry = true;
    const tries = { mayTry: () => mayTry, tried: (...what: unknown[]) => void told.push(what) };
    const { time } = setUp();
    const clock = { nowMs: () => time.nowMs, monotonicMs: () => 0 };
    const digest = createDigest({ realm, secret: 'a secret', clock, tries });
    const verify = (change: { username?: string; password?: string }) => {
      const header = answer({ challenge: digest.challenge({ source: '192.0.2.1' }), ...change });
      return digest.verify({ header, method: 'INVITE', lookup, source: '192.0.2.1' });
    };
    verify({});
    // A right answer that is sent again is none.
    const again = answer({ challenge: digest.challenge({ source: '192.0.2.1' }) });
    for (const ok of [true, false]) {
      const repeated = digest.verify({ header: again, method: 'INVITE', lookup, source: '192.0.2.1' });
      expect(repeated.ok).toBe(ok);
    }
    verify({ password: 'wrong' });
    verify({ username: 'nobody' });
    mayTry = false;
    expect(verify({})).toEqual({ ok: false, stale: false });
    expect(told).toEqual([
      ['desk', '192.0.2.1', true],
      ['desk', '192.0.2.1', true],
      ['desk', '192.0.2.1', false],
      ['nobody', '192.0.2.1', false],
    ]);
  });

  it('takes the same time for a wrong password and for an unknown user', () => {
    const { digest } = setUp();
    const challenge = digest.challenge();
    const headers = [answer({ challenge, password: 'wrong' }), answer({ challenge, username: 'none' })];
    const stored = digestHash('MD5', 'desk', realm, 'right');
    const lookUp = (username: string) => (username === 'desk' ? stored : null);
    const tookUs: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 3000; turn += 1) {
      const kind = turn % 2 === 0 ? 0 : 1;
      const fromMs = performance.now();
      digest.verify({ header: headers[kind] ?? '', method: 'INVITE', lookup: lookUp });
      tookUs[kind].push(1000 * (performance.now() - fromMs));
    }
    const [known, unknown] = tookUs.map((values) => values.toSorted((a, b) => a - b)[750] ?? 0);
    const ratio = (unknown ?? 0) / (known ?? 0);
    // Without the decoy it is 0.69.
    expect(ratio, `${known} and ${unknown} µs`).toBeGreaterThan(0.82);
    expect(ratio, `${known} and ${unknown} µs`).toBeLessThan(1 / 0.82);
  });

  it.each([
    '',
    'Basic YTpi',
    'Digest',
    'Digest ,,,',
    'Digest username="desk',
    'Digest username="desk", username="x"',
  ])('refuses %j', (header) => {
    expect(setUp().digest.verify({ header, method: 'INVITE', lookup })).toEqual({ ok: false, stale: false });
  });

  it('refuses answers without qop, which cannot be told from replays', () => {
    const { digest } = setUp();
    const header = answer({ challenge: digest.challenge() }).replace(',qop=auth', '');
    expect(digest.verify({ header, method: 'INVITE', lookup }).ok).toBe(false);
  });
});
