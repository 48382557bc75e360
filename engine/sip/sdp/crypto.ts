import { randomBytes } from 'node:crypto';
import type { SdpCrypto, SrtpKey, SrtpSuite } from './model.ts';

/** In the order of our liking; both take a key of 16 bytes and a salt of 14 (RFC 4568 §6.2). */
export const srtpSuites = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const;

const isSuite = (text: string): text is SrtpSuite => srtpSuites.some((suite) => suite === text);

const keySaltBytes = 30;

/**
 * Reads the value of `a=crypto` (RFC 4568 §9.1): `1 AES_CM_128_HMAC_SHA1_80 inline:<base64>|2^20`.
 *
 * @returns null where the line cannot be used: an unknown suite, several keys or one with an MKI (§6.1, the
 * packets would carry it), or session parameters that change the packets (§6.3)
 */
export function readCrypto(value: string): SdpCrypto | null {
  const [tag = '', suite = '', keys = '', ...parameters] = value.trim().split(/\s+/);
  if (!/^[0-9]{1,9}$/.test(tag) || !isSuite(suite) || !parameters.every(isHarmless)) return null;
  const match = /^inline:([A-Za-z0-9+/]{40}={0,2})((?:\|[^|;]+){0,2})$/i.exec(keys);
  if (!match) return null;
  const [lifetime, mki] = (match[2] ?? '').split('|').slice(1);
  // Of the two only the MKI holds a colon.
  if (mki !== undefined || (lifetime !== undefined && !/^(?:2\^)?[0-9]{1,15}$/.test(lifetime))) return null;
  const keySalt = new Uint8Array(Buffer.from(match[1] ?? '', 'base64'));
  return keySalt.length === keySaltBytes ? { tag: Number(tag), key: { suite, keySalt } } : null;
}

/** RFC 4568 §6.3: a hint at the window size is one; what begins with a hyphen may be passed over. */
const isHarmless = (parameter: string): boolean =>
  parameter.startsWith('-') || /^WSH=[0-9]+$/i.test(parameter) || /^KDR=0$/i.test(parameter);

export const writeCrypto = ({ tag, key }: SdpCrypto): string =>
  `a=crypto:${tag} ${key.suite} inline:${Buffer.from(key.keySalt).toString('base64')}`;

export const newSrtpKey = (suite: SrtpSuite): SrtpKey => ({
  suite,
  keySalt: new Uint8Array(randomBytes(keySaltBytes)),
});
