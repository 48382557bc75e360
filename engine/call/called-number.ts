import type { Trunk } from '../store/index.ts';

/** Where an INVITE says who is called. */
export interface CalledParties {
  /** User of the Request-URI. */
  readonly request: string;
  /** User of To; empty where it has none. */
  readonly to: string;
  /** What the call came through; null for phones and the loopback. */
  readonly trunk: Pick<Trunk, 'authUsername' | 'username' | 'callerId'> | null;
}

/**
 * Which of our numbers was called: the Request-URI's, else To's, else the number of the trunk, because
 * carriers that we register with put the account's name into the Request-URI and the number into To, or
 * nowhere. The first that is ours counts; where none is, the Request-URI as it came.
 *
 * @param isOurs whether a number in E.164 with + is one that the box answers
 */
export function calledNumberOf(called: CalledParties, isOurs: (number: string) => boolean): string {
  const trunkNumber = called.trunk?.callerId ?? null;
  const asked = [called.request, called.to, called.trunk?.authUsername, called.trunk?.username, trunkNumber];
  for (const text of asked) {
    const found = text ? spellings(text, trunkNumber).find(isOurs) : undefined;
    if (found !== undefined) return found;
  }
  return called.request;
}

/** How a number may be written: with +, without it, or as it is dialled within its own country. */
function spellings(text: string, trunkNumber: string | null): readonly string[] {
  if (!/^\+?\d{4,15}$/.test(text)) return [text];
  const digits = text.replace('+', '');
  if (text.startsWith('+')) return [text];
  // National digits, with or without a trunk prefix of 0, are completed by the country of the trunk's number.
  const country = trunkNumber === null ? [] : countryPrefixes(trunkNumber, digits);
  return [text, `+${digits}`, ...country];
}

const countryPrefixes = (trunkNumber: string, digits: string): readonly string[] => {
  const national = digits.replace(/^0/, '');
  const prefixLength = trunkNumber.length - national.length;
  return prefixLength >= 2 && prefixLength <= 4 ? [`${trunkNumber.slice(0, prefixLength)}${national}`] : [];
};

/** User part of the first SIP URI in a header; empty where it has none. */
export function userOfHeader(header: string | undefined): string {
  const user = /sips?:([^@>;,\s]{1,200})@/i.exec(header ?? '')?.[1] ?? '';
  try {
    return decodeURIComponent(user.split(':', 1)[0] ?? '').replaceAll(/(?<=\d)[-. ()]+(?=\d)/g, '');
  } catch {
    return user;
  }
}
