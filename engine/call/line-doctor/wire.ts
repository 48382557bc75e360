import { headersOf, plainAddress, receivedOf, type SipTrace } from '../../sip/index.ts';

export { bodyOf, headersOf, type Ladder, ladderOf, ladderText } from '../../sip/index.ts';

/** What the wire told of one transaction of ours, by its Call-ID. */
export interface WireFacts {
  /** Final answers that really came, in their order: what the server makes up itself is not among them. */
  readonly finals: readonly { readonly status: number; readonly entry: SipTrace }[];
  /** A password was asked for. */
  readonly challenged: boolean;
  /** Address that answers come from, and that they see us at. */
  readonly peer: string | null;
  readonly seenAs: string | null;
}

export function wireFacts(traces: readonly SipTrace[], method: string): WireFacts {
  const finals = traces.flatMap((entry) => {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(entry.startLine)?.[1] ?? 0);
    const fits = entry.direction === 'in' && status >= 200 && methodOf(entry) === method;
    return fits ? [{ status, entry }] : [];
  });
  const answers = traces.filter(
    (entry) =>
      entry.direction === 'in' && entry.startLine.startsWith('SIP/2.0') && methodOf(entry) === method,
  );
  const last = answers.at(-1);
  const seenAs = answers.map(({ text }) => receivedOf(text)).find((seen) => seen !== null);
  return {
    finals,
    challenged: finals.some(({ status }) => status === 401 || status === 407),
    peer: last ? addressOf(last.peer) : null,
    seenAs: seenAs ? plainAddress(seenAs.address) : null,
  };
}

/** Where our last ACK went, unless that is where the answer came from. */
export function acknowledgedElsewhere(traces: readonly SipTrace[]): string | null {
  const ack = traces.findLast(
    ({ direction, startLine }) => direction === 'out' && startLine.startsWith('ACK '),
  );
  const [answer] = wireFacts(traces, 'INVITE').finals.slice(-1);
  return ack && ack.peer !== answer?.entry.peer ? ack.peer : null;
}

const methodOf = (entry: SipTrace): string => headersOf(entry.text, 'cseq')[0]?.split(/\s+/)[1] ?? '';

/** `[::1]:5060` → `::1` */
export const addressOf = (place: string): string => place.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** Values of a list header such as Allow; null where there is none. */
export function listOf(text: string, name: string): readonly string[] | null {
  const values = headersOf(text, name);
  if (values.length === 0) return null;
  return values
    .flatMap((value) => value.split(','))
    .map((word) => word.trim().toUpperCase())
    .filter((word) => word !== '');
}
