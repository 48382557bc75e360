import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../foundation/index.ts';
import { splitOutside, unquote } from './message/grammar.ts';

export type DigestAlgorithm = 'MD5' | 'SHA-256';

/** Hashes of `user:realm:password`, hexadecimal, by algorithm; null where that one is not stored. */
export interface Ha1 {
  readonly md5: string | null;
  readonly sha256: string | null;
}

export type DigestVerdict =
  | { readonly ok: true; readonly username: string }
  /** `stale`: the answer was right but its nonce is used up, so a new challenge needs no new password. */
  | { readonly ok: false; readonly stale: boolean };

/** Digest authentication of the server's side (RFC 3261 §22, RFC 7616, RFC 2617). */
export interface Digest {
  /** Value of WWW-Authenticate or Proxy-Authenticate. MD5 where left out: few telephones know another. */
  challenge(options?: {
    readonly stale?: boolean;
    readonly algorithm?: DigestAlgorithm;
    /** Address that the challenge goes to: its nonce is good for answers from there alone. */
    readonly source?: string;
  }): string;
  /**
   * A challenge for each algorithm that every user has a hash of, best first as RFC 8760 §2.3 wants them;
   * each is the value of a header line of its own.
   */
  challenges(options?: { readonly stale?: boolean }): readonly string[];
  /**
   * @param options `header`: value of Authorization; `lookup`: hash of `user:realm:password` in hexadecimal
   * by the algorithm that was answered with (a bare string is of MD5), null for unknown users; `source`: the
   * address that it came from, as given to `challenge`
   */
  verify(options: {
    readonly header: string;
    readonly method: string;
    readonly source?: string;
    readonly lookup: (username: string, algorithm: DigestAlgorithm) => string | Ha1 | null;
  }): DigestVerdict;
}

/**
 * Who tries which password from where. The address has seen a nonce that was sent to it, so it is not forged.
 * Whether the user exists makes no difference.
 */
export interface PasswordTries {
  /** False: the password is not even looked at, and counts as wrong. */
  mayTry(username: string, source: string): boolean;
  tried(username: string, source: string, isRight: boolean): void;
}

export interface DigestOptions {
  readonly realm: string;
  /** Signs nonces; nonces of another secret are stale. */
  readonly secret: string;
  readonly clock: Clock;
  readonly nonceLifetimeMs?: number;
  readonly tries?: PasswordTries;
  /** What `challenges` asks for, best first. MD5 alone where left out: the hash that is stored of every user. */
  readonly algorithms?: readonly DigestAlgorithm[];
}

const defaultLifetimeMs = 5 * 60_000;
/** Nonces whose use is remembered; when there are more, the oldest count as stale. */
const maxRemembered = 10_000;

const hashNames = { MD5: 'md5', 'SHA-256': 'sha256' } as const;

export const digestHash = (algorithm: DigestAlgorithm, ...parts: readonly string[]): string =>
  createHash(hashNames[algorithm]).update(parts.join(':')).digest('hex');

/** The protection domain of the box (RFC 7616 §3.3): stored passwords are bound to it. */
export const sipRealm = 'voxbox';

/** What is stored in place of a password, for the algorithm that every phone knows: MD5 of user:realm:password. */
export const ha1Of = (username: string, password: string): string =>
  digestHash('MD5', username, sipRealm, password);

/** Both hashes of a password, for users who may be challenged with either. */
export const ha1PairOf = (username: string, password: string): Ha1 => ({
  md5: ha1Of(username, password),
  sha256: digestHash('SHA-256', username, sipRealm, password),
});

/** The response that RFC 7616 §3.4.1 asks for, with qop=auth. */
export function digestResponse(answer: {
  readonly algorithm: DigestAlgorithm;
  readonly ha1: string;
  readonly nonce: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly method: string;
  readonly uri: string;
}): string {
  const { algorithm, ha1, nonce, nc, cnonce } = answer;
  const ha2 = digestHash(algorithm, answer.method, answer.uri);
  return digestHash(algorithm, ha1, nonce, nc, cnonce, 'auth', ha2);
}

export function createDigest(options: DigestOptions): Digest {
  const { realm, clock, tries, nonceLifetimeMs = defaultLifetimeMs, algorithms = ['MD5'] } = options;
  const nonces = createNonces(options.secret, realm);
  /** Nonce → its time and its highest count so far, in order of first use. */
  const used = new Map<string, { readonly madeAtMs: number; count: number }>();
  let forgottenBeforeMs = 0;

  const remember = (nonce: string, madeAtMs: number, count: number): void => {
    used.set(nonce, { madeAtMs, count });
    for (const [old, { madeAtMs: oldMadeAtMs }] of used) {
      const expired = oldMadeAtMs + nonceLifetimeMs < clock.nowMs();
      if (!expired && used.size <= maxRemembered) break;
      if (!expired) forgottenBeforeMs = Math.max(forgottenBeforeMs, oldMadeAtMs + 1);
      used.delete(old);
    }
  };

  const challenge = ({ stale = false, algorithm = 'MD5' as DigestAlgorithm, source = '' } = {}): string => {
    const nonce = nonces.make(clock.nowMs(), source);
    const value = `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=${algorithm}`;
    return stale ? `${value}, stale=true` : value;
  };
  return {
    challenge,
    challenges: ({ stale = false } = {}) => algorithms.map((algorithm) => challenge({ stale, algorithm })),
    verify: ({ header, method, source = '', lookup }) => {
      const answer = parseAnswer(header);
      if (!answer || answer.realm !== realm) return { ok: false, stale: false };
      const { algorithm, username, nonce } = answer;
      const madeAtMs = nonces.madeAtMs(nonce, source);
      // RFC 7616 §3.3: the nonce is invalid. Who did not see one of ours learns nothing about passwords.
      if (madeAtMs === null) return { ok: false, stale: true };
      if (tries && !tries.mayTry(username, source)) return { ok: false, stale: false };
      const length = digestHash(algorithm).length;
      const known = hashOf(lookup(username, algorithm), algorithm);
      // An unknown user costs the same work as a wrong password.
      const decoy = digestHash(algorithm, nonce, username);
      const ha1 = known.length === length ? known : decoy;
      const expected = digestResponse({ ...answer, ha1, method });
      const right = sameText(expected, answer.response) && known.length === length;
      if (!right) {
        tries?.tried(username, source, false);
        return { ok: false, stale: false };
      }
      const count = Number.parseInt(answer.nc, 16);
      const fresh = madeAtMs + nonceLifetimeMs >= clock.nowMs() && madeAtMs >= forgottenBeforeMs;
      if (!fresh || count <= (used.get(nonce)?.count ?? 0)) return { ok: false, stale: true };
      remember(nonce, madeAtMs, count);
      tries?.tried(username, source, true);
      return { ok: true, username };
    },
  };
}

/** Lower case; empty where nothing is stored for the algorithm. */
function hashOf(stored: string | Ha1 | null, algorithm: DigestAlgorithm): string {
  const hash = typeof stored === 'object' ? stored?.[algorithm === 'MD5' ? 'md5' : 'sha256'] : stored;
  return hash?.toLowerCase() ?? '';
}

/** Nonces that carry their time of making and a signature, so that none has to be kept. */
function createNonces(secret: string, realm: string) {
  const sign = (text: string, source: string): string =>
    createHmac('sha256', secret).update(`${realm} ${source} ${text}`).digest('base64url').slice(0, 24);
  return {
    make: (nowMs: number, source: string): string => {
      const text = `${Math.floor(nowMs).toString(36)}.${randomBytes(9).toString('base64url')}`;
      return `${text}.${sign(text, source)}`;
    },
    /** Null for a nonce that is not ours, or went to somebody else. */
    madeAtMs: (nonce: string, source: string): number | null => {
      const last = nonce.lastIndexOf('.');
      const text = nonce.slice(0, Math.max(0, last));
      if (!sameText(sign(text, source), nonce.slice(last + 1))) return null;
      return Number.parseInt(text.split('.', 1)[0] ?? '', 36);
    },
  };
}

const sameText = (expected: string, given: string): boolean => {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(expected), hash(given));
};

interface Answer {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly cnonce: string;
  /** Eight hexadecimal digits as they were sent. */
  readonly nc: string;
}

/** `name=value` pieces by lower-case name; null where one has no name or comes twice. */
export function digestParams(pieces: readonly string[]): ReadonlyMap<string, string> | null {
  const params = new Map<string, string>();
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name === '' || params.has(name)) return null;
    params.set(name, unquote(piece.slice(equals + 1).trim()));
  }
  return params;
}

/** User whose password an answer to a challenge brings; null where it is none. */
export const accountOf = (header: string | null): string | null =>
  (header === null ? null : parseAnswer(header)?.username) ?? null;

/** Null for another scheme, for missing parts, and for answers without qop=auth. */
function parseAnswer(header: string): Answer | null {
  const match = /^\s*digest\s+(.*)$/is.exec(header);
  const params = match && digestParams(splitOutside(match[1] ?? '', ','));
  if (!params) return null;
  const text = (name: string): string => params.get(name) ?? '';
  const algorithm = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const [username, realm, nonce, uri] = [text('username'), text('realm'), text('nonce'), text('uri')];
  const [response, cnonce, nc] = [text('response').toLowerCase(), text('cnonce'), text('nc')];
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return null;
  if (text('qop').toLowerCase() !== 'auth' || cnonce === '' || !/^[0-9a-f]{8}$/i.test(nc)) return null;
  if (username === '' || nonce === '' || uri === '') return null;
  return { algorithm, username, realm, nonce, uri, response, cnonce, nc };
}
