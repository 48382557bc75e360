import { createHash, randomBytes } from 'node:crypto';
import { digestParams } from './digest.ts';
import { splitOutside } from './message/grammar.ts';

/** Best first; RFC 8760 §2.4 leaves it to the client whether it goes by the server's order. */
const algorithms = ['SHA-512-256', 'SHA-256', 'MD5'] as const;
type ClientAlgorithm = (typeof algorithms)[number];

const hashNames = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

/** A challenge that can be answered (RFC 7616 §3.3). */
export interface DigestChallenge {
  readonly algorithm: ClientAlgorithm;
  /** The algorithm's `-sess` variant (RFC 7616 §3.4.2). */
  readonly session: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** The nonce was too old; the password was right. */
  readonly stale: boolean;
  /** `auth`, or null for the old way without one (RFC 2069). */
  readonly qop: 'auth' | null;
}

export interface ChallengeAnswer {
  /** Value of WWW-Authenticate or Proxy-Authenticate; of several lines each, or all joined by commas. */
  readonly challenge: string | readonly string[];
  readonly method: string;
  /** The Request-URI, exactly as it is sent. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** How often the nonce has been used, with this time; 1 where left out. */
  readonly nonceCount?: number;
  /** Tests fix it. */
  readonly cnonce?: string;
}

/**
 * The value of Authorization (after 401) or Proxy-Authorization (after 407).
 *
 * @returns null where nothing among the challenges can be answered: another scheme, an unknown algorithm,
 * or `auth-int` alone
 */
export function answerChallenge(options: ChallengeAnswer): string | null {
  const challenge = readChallenge(options.challenge);
  return challenge && authorization(challenge, options);
}

/** The best challenge that can be answered; null where there is none. */
export function readChallenge(header: string | readonly string[]): DigestChallenge | null {
  const found = [header]
    .flat()
    .flatMap(splitChallenges)
    .flatMap((pieces) => challengeOf(pieces) ?? []);
  for (const algorithm of algorithms) {
    const best = found.find((challenge) => challenge.algorithm === algorithm);
    if (best) return best;
  }
  return null;
}

/** `Digest a=b, c=d, Digest e=f` → the pieces of each; challenges of other schemes are left out. */
function splitChallenges(header: string): string[][] {
  const challenges: string[][] = [];
  let current: string[] | null = null;
  for (const piece of splitOutside(header, ',')) {
    // What begins with a word and a space begins a challenge (RFC 9110 §11.6.1).
    const scheme = /^([A-Za-z][A-Za-z0-9-]*)[ \t\r\n]+([^=\s].*)$/s.exec(piece);
    if (scheme) {
      current = scheme[1]?.toLowerCase() === 'digest' ? [] : null;
      if (current) challenges.push(current);
    }
    const text = scheme?.[2] ?? piece;
    if (text !== '') current?.push(text);
  }
  return challenges;
}

function challengeOf(pieces: readonly string[]): DigestChallenge | null {
  const params = digestParams(pieces);
  const [realm, nonce] = [params?.get('realm'), params?.get('nonce')];
  if (!params || realm === undefined || !nonce) return null;
  const match = /^(.*?)(-sess)?$/.exec(
    (params.get('algorithm') ?? 'MD5').toUpperCase().replace('-SESS', '-sess'),
  );
  const algorithm = algorithms.find((known) => known === match?.[1]);
  if (!algorithm) return null;
  const offered = params
    .get('qop')
    ?.split(',')
    .map((word) => word.trim().toLowerCase());
  if (offered && !offered.includes('auth')) return null;
  return {
    algorithm,
    session: match?.[2] !== undefined,
    realm,
    nonce,
    opaque: params.get('opaque') ?? null,
    stale: params.get('stale')?.toLowerCase() === 'true',
    qop: offered ? 'auth' : null,
  };
}

/** Answers one challenge, again and again with a rising `nonceCount` where its nonce is kept. */
export function authorization(
  challenge: DigestChallenge,
  options: Omit<ChallengeAnswer, 'challenge'>,
): string {
  const { algorithm, session, realm, nonce, opaque, qop } = challenge;
  const { username, password, method, uri, nonceCount = 1 } = options;
  const cnonce = options.cnonce ?? randomBytes(12).toString('hex');
  const nc = nonceCount.toString(16).padStart(8, '0');
  const hash = (...parts: readonly string[]): string =>
    createHash(hashNames[algorithm]).update(parts.join(':')).digest('hex');
  const secret = hash(username, realm, password);
  const ha1 = session ? hash(secret, nonce, cnonce) : secret;
  const ha2 = hash(method, uri);
  const response = qop ? hash(ha1, nonce, nc, cnonce, qop, ha2) : hash(ha1, nonce, ha2);
  const params = [
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}${session ? '-sess' : ''}`,
    ...(qop ? [`qop=${qop}`, `nc=${nc}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
  ];
  return `Digest ${params.join(', ')}`;
}

/** A quoted string (RFC 3261 §25.1); line ends would begin a header of their own. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[\r\n]/g, '').replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
