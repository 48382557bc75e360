import { formatHost } from './message/uri.ts';
import type { Flow, TransportName } from './transport/flow.ts';

/** One message on the wire, for ladders. */
export interface SipTrace {
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  readonly transport: TransportName;
  /** `address:port`, IPv6 in brackets. */
  readonly local: string;
  readonly peer: string;
  /** Empty where the message has none. */
  readonly callId: string;
  readonly startLine: string;
  /** The whole message, one character per octet (latin1). */
  readonly text: string;
}

/** Where a request came from. */
export interface GuardedSource {
  readonly address: string;
  readonly transport: TransportName;
}

/** Decides what is worth an answer. All of it runs on the signalling loop: a look-up, no more. */
export interface SipGuard {
  /** Before parsing; false drops silently (banned, flooding). */
  admits(source: GuardedSource): boolean;
  /** A parsed request outside of every dialog, before a transaction exists. `drop`: no answer at all. */
  inspect(
    request: {
      readonly method: string;
      readonly uri: string;
      readonly userAgent: string | null;
      readonly fromUri: string | null;
      /** User whose password it brings; null where it brings none. */
      readonly account: string | null;
    },
    source: GuardedSource,
  ): 'take' | 'drop';
  /** A final answer that went out to a request. */
  answered(status: number, source: GuardedSource, method: string): void;
}

/** A message as it is traced. */
export function traceOf(octets: Buffer, flow: Flow, seen: Pick<SipTrace, 'atMs' | 'direction'>): SipTrace {
  const text = octets.toString('latin1');
  const { peer, local } = flow;
  const callId = /^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)/im.exec(text)?.[1] ?? '';
  return {
    ...seen,
    transport: peer.transport,
    local: `${formatHost(local.address)}:${local.port}`,
    peer: `${formatHost(peer.address)}:${peer.port}`,
    callId,
    startLine: /[^\r\n]+/.exec(text)?.[0] ?? '',
    text,
  };
}
