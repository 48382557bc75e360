import { type Envelope, knownMethods, tagOf } from '../message/envelope.ts';
import { headerValue, headerValues } from '../message/headers.ts';
import type { Header, Problem } from '../message/model.ts';
import { listValues } from '../message/name-addr.ts';
import { type SessionPolicy, tooShort } from './session-timer.ts';

/** A refusal that may name what would have been accepted. */
export interface Refusal extends Problem {
  readonly headers?: readonly Header[];
}

const sdpType = 'application/sdp';
/** Option tags that a request may require of us. */
export const understood: readonly string[] = ['100rel', 'timer', 'replaces'];
const needDialog: ReadonlySet<string> = new Set(['BYE', 'PRACK', 'UPDATE', 'INFO']);

/**
 * What a server refuses before anybody looks at the request, in the order of RFC 3261 §8.2.
 *
 * @param routed methods that the application takes
 * @param merged true where the same request came already by another way
 */
export function inspect(
  envelope: Envelope,
  context: {
    readonly routed: readonly string[];
    readonly merged: boolean;
    readonly session: SessionPolicy;
  },
): Refusal | null {
  const { request, uri } = envelope;
  if (!knownMethods.has(request.method)) {
    return { status: 501, reason: 'Not Implemented', headers: [allowHeader(context.routed)] };
  }
  // Only a proxy minds a 0 for itself, but nothing that has come to its end may start a dialog; an OPTIONS
  // that ends here has done its job (RFC 3261 §16.3).
  if (envelope.maxForwards === 0 && request.method !== 'OPTIONS') {
    return { status: 483, reason: 'Too Many Hops' };
  }
  if (!['sip', 'sips', 'tel'].includes(uri.scheme)) {
    return { status: 416, reason: 'Unsupported URI Scheme' };
  }
  if (context.merged) return { status: 482, reason: 'Loop Detected' };
  const required = listValues(request.headers, 'Require').filter(
    (option) => option !== '' && !understood.includes(option.toLowerCase()),
  );
  if (required.length > 0) {
    const headers = [{ name: 'Unsupported', value: required.join(', ') }];
    return { status: 420, reason: 'Bad Extension', headers };
  }
  if (tagOf(envelope.to) === null && needDialog.has(request.method)) {
    return { status: 481, reason: 'Call/Transaction Does Not Exist' };
  }
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return null;
  return inspectBody(envelope) ?? tooShort(request.headers, context.session);
}

function inspectBody({ request }: Envelope): Refusal | null {
  const type = mediaType(headerValue(request.headers, 'Content-Type') ?? sdpType);
  const readable = type === sdpType || type.startsWith('multipart/');
  const optional = /handling\s*=\s*optional/i.test(headerValue(request.headers, 'Content-Disposition') ?? '');
  if (request.body.length > 0 && !readable && !optional) {
    const headers = [{ name: 'Accept', value: sdpType }];
    return { status: 415, reason: 'Unsupported Media Type', headers };
  }
  if (headerValues(request.headers, 'Content-Encoding').some((value) => value.toLowerCase() !== 'identity')) {
    const headers = [{ name: 'Accept-Encoding', value: 'identity' }];
    return { status: 415, reason: 'Unsupported Media Type', headers };
  }
  const accepted = listValues(request.headers, 'Accept').map(mediaType);
  const takesSdp = accepted.some(
    (value) => value === sdpType || value === 'application/*' || value === '*/*',
  );
  return accepted.length === 0 || takesSdp ? null : { status: 406, reason: 'Not Acceptable' };
}

const mediaType = (value: string): string =>
  (value.split(';', 1)[0] ?? '').replaceAll(/\s/g, '').toLowerCase();

/** What is taken in a dialog whatever the application asked for: drachtio-srf answers all of these. */
const ownMethods = 'INVITE ACK CANCEL BYE OPTIONS PRACK UPDATE INFO REFER NOTIFY MESSAGE'.split(' ');

/** What the server and the application take together. */
export const allowHeader = (routed: readonly string[]): Header => ({
  name: 'Allow',
  value: [...new Set([...ownMethods, ...routed])].join(', '),
});

export const supportedHeader: Header = { name: 'Supported', value: understood.join(', ') };

export const acceptHeader: Header = { name: 'Accept', value: sdpType };
