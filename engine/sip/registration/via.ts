import { splitOutside } from '../message/grammar.ts';
import { formatHost, isAddress } from '../message/uri.ts';
import { parseVia } from '../message/via.ts';
import { isPrivateAddress } from '../transport/local-address.ts';

interface Message {
  get(header: string): string | undefined;
}

/** Our own Via as it came back in an answer. */
export interface SeenVia {
  /** Lower case. */
  readonly transport: string;
  /** What we wrote. */
  readonly host: string;
  readonly port: number | null;
  /** Where the other side saw the request come from (RFC 3261 §18.2.1); null where it does not tell. */
  readonly received: string | null;
  /** The port that it came from (RFC 3581). */
  readonly rport: number | null;
}

/** Reads the topmost Via of an answer. @returns null where there is none that can be read */
export function readVia(message: Message): SeenVia | null {
  const via = parseVia(splitOutside(message.get('via') ?? '', ',')[0] ?? '');
  if (!via) return null;
  const received = (via.params.get('received') ?? '').replaceAll(/[[\]]/g, '');
  const rport = Number(via.params.get('rport') ?? 0);
  return {
    transport: via.transport.toLowerCase(),
    host: via.host,
    port: via.port,
    received: isAddress(received) ? received : null,
    rport: Number.isInteger(rport) && rport > 0 && rport <= 65535 ? rport : null,
  };
}

/**
 * True for a 408 or 503 that our own server made because nobody answered (RFC 3261 §8.1.3.1): its Via has
 * not been at the other side, who would have filled in `rport` or `received`.
 */
export function isOwnReply(response: Message & { readonly status: number }): boolean {
  if (response.status !== 408 && response.status !== 503) return false;
  const via = readVia(response);
  return via !== null && via.received === null && via.rport === null;
}

/**
 * Where requests reach us, as it follows from an answer: what we wrote, or behind a NAT the address and port
 * that it made of that. A private address told by somebody on the public network is a gateway's mistake.
 */
export function reachableAt(
  via: SeenVia,
  source: string,
): { readonly host: string; readonly port: number | null } {
  const own = { host: via.host, port: via.port };
  if (via.received === null) return own;
  if (isPrivateAddress(via.received) && isAddress(source) && !isPrivateAddress(source)) return own;
  const moved = via.received !== via.host || (via.transport === 'udp' && via.rport !== (via.port ?? 5060));
  return moved ? { host: via.received, port: via.rport ?? via.port } : own;
}

/** Where the other side saw a request of ours come from (RFC 3261 §18.2.1, RFC 3581); null where it does not tell. */
export function externalOf(
  response: Message & { readonly source_address?: string },
): { readonly address: string; readonly port: number } | null {
  const via = readVia(response);
  if (!via || via.received === null) return null;
  const { host, port } = reachableAt(via, response.source_address ?? '');
  return { address: host, port: via.rport ?? port ?? 5060 };
}

export function contactUri(options: {
  readonly user: string;
  readonly host: string;
  readonly port: number | null;
  readonly transport: string;
}): string {
  const { user, host, port, transport } = options;
  const place = `${formatHost(host)}${port === null ? '' : `:${port}`}`;
  return `sip:${user}@${place}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}
