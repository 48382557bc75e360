import { type Envelope, tagOf } from '../message/envelope.ts';
import { formatVia, hasMagicBranch, type Via } from '../message/via.ts';

/**
 * Key of the server transaction that a request belongs to (RFC 3261 §17.2.3). ACK and CANCEL give the key
 * of their INVITE when asked with `method` INVITE.
 */
export function serverKey(envelope: Envelope, method: string): string {
  const { via } = envelope;
  if (hasMagicBranch(via)) {
    return `${via.params.get('branch')} ${via.host.toLowerCase()}:${via.port ?? ''} ${method}`;
  }
  // RFC 2543 has no usable branch: what stays the same when a request is repeated must do. The To tag is
  // left out, because an ACK carries one that its INVITE had not.
  const parts = [envelope.request.uri, tagOf(envelope.from) ?? '', envelope.callId, String(envelope.cseq)];
  return [...parts, formatVia(via), method].join(' ');
}

/** Same request, another way (RFC 3261 §8.2.2.2): equal for copies that were forked on their path. */
export const mergeKey = (envelope: Envelope): string =>
  `${tagOf(envelope.from) ?? ''} ${envelope.callId} ${envelope.cseq} ${envelope.request.method}`;

/** Key of a client transaction (RFC 3261 §17.1.3). */
export const clientKey = (via: Via, method: string): string => `${via.params.get('branch') ?? ''} ${method}`;
