import type { Envelope } from '../message/envelope.ts';
import { tagOf } from '../message/envelope.ts';
import { headerValue } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { listValues, parseNameAddr } from '../message/name-addr.ts';
import { withTag } from '../message/reply.ts';
import { parseUri, type Uri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';
import { isPrivateAddress } from '../transport/local-address.ts';
import type { Application } from '../user-agent/application.ts';

/** A 2xx that is repeated until its ACK comes (RFC 3261 §13.3.1.4). */
export interface UnacknowledgedAnswer {
  readonly cseq: number;
  stop(): void;
}

/** State of RFC 3261 §12. `leaving`: our BYE is on its way. */
export interface Dialog {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  /** Empty where the other side speaks RFC 2543. */
  readonly remoteTag: string;
  /** From and To of our requests, tags included. */
  readonly localIdentity: string;
  readonly remoteIdentity: string;
  readonly routeSet: readonly string[];
  readonly application: Application;
  state: 'early' | 'confirmed' | 'leaving';
  localCseq: number;
  remoteCseq: number | null;
  remoteTarget: string;
  /** Where the other side was last heard from. */
  flow: Flow;
  /** Set while the INVITE of that direction has no final response. */
  invitePending: 'local' | 'remote' | null;
  unacknowledged: UnacknowledgedAnswer | null;
  /** Run when the answer is acknowledged, or is known never to be. */
  readonly onAcknowledged: (() => void)[];
  /** The last 2xx received, by its INVITE's number, and our ACK for it, to send again when that comes again. */
  answer: { readonly cseq: number; ack: (() => void) | null } | null;
  /** Credentials of the INVITE, which its ACK repeats (RFC 3261 §22.1). */
  credentials: readonly Header[];
}

const targetOf = (headers: readonly Header[]): string | null => {
  const [contact] = listValues(headers, 'Contact');
  return contact === undefined ? null : (parseNameAddr(contact)?.uriText ?? null);
};

/** RFC 3261 §12.1.1: the callee's side. */
export function dialogOfCallee(options: {
  readonly id: string;
  readonly envelope: Envelope;
  readonly localTag: string;
  readonly flow: Flow;
  readonly application: Application;
}): Dialog {
  const { envelope } = options;
  const { headers } = envelope.request;
  return {
    id: options.id,
    callId: envelope.callId,
    localTag: options.localTag,
    remoteTag: tagOf(envelope.from) ?? '',
    localIdentity: withTag(headerValue(headers, 'To') ?? '', options.localTag),
    remoteIdentity: headerValue(headers, 'From') ?? '',
    routeSet: listValues(headers, 'Record-Route'),
    application: options.application,
    state: 'early',
    localCseq: 0,
    remoteCseq: envelope.cseq,
    remoteTarget: targetOf(headers) ?? envelope.from.uriText,
    flow: options.flow,
    invitePending: 'remote',
    unacknowledged: null,
    onAcknowledged: [],
    answer: null,
    credentials: [],
  };
}

/** RFC 3261 §12.1.2: the caller's side. */
export function dialogOfCaller(options: {
  readonly id: string;
  readonly request: SipRequest;
  readonly response: SipResponse;
  readonly cseq: number;
  readonly flow: Flow;
  readonly application: Application;
}): Dialog {
  const { request, response } = options;
  const localIdentity = headerValue(request.headers, 'From') ?? '';
  const remoteIdentity = headerValue(response.headers, 'To') ?? '';
  return {
    id: options.id,
    callId: headerValue(request.headers, 'Call-ID') ?? '',
    localTag: tagOf(parseNameAddr(localIdentity)) ?? '',
    remoteTag: tagOf(parseNameAddr(remoteIdentity)) ?? '',
    localIdentity,
    remoteIdentity,
    routeSet: listValues(response.headers, 'Record-Route').toReversed(),
    application: options.application,
    state: 'early',
    localCseq: options.cseq,
    remoteCseq: null,
    remoteTarget: targetOf(response.headers) ?? request.uri,
    flow: options.flow,
    invitePending: 'local',
    unacknowledged: null,
    onAcknowledged: [],
    answer: null,
    credentials: request.headers.filter(({ name }) => /^(proxy-)?authorization$/i.test(name)),
  };
}

/** Target refresh (RFC 3261 §12.2): a Contact in a re-INVITE or its answer. */
export function refreshTarget(dialog: Dialog, headers: readonly Header[]): void {
  dialog.remoteTarget = targetOf(headers) ?? dialog.remoteTarget;
}

/** The ACK came, or never will: repeats end and what waited for it goes on. */
export function settleAnswer(dialog: Dialog): void {
  dialog.unacknowledged?.stop();
  dialog.unacknowledged = null;
  for (const run of dialog.onAcknowledged.splice(0)) run();
}

/** Request-URI and Route headers of a request in the dialog (RFC 3261 §12.2.1.1), loose and strict routers. */
export function routeOf(dialog: Dialog): { readonly uri: string; readonly routes: readonly string[] } {
  const [first, ...rest] = dialog.routeSet;
  const router = first === undefined ? null : parseNameAddr(first);
  if (first === undefined || !router) return { uri: dialog.remoteTarget, routes: [] };
  if (router.uri.params.has('lr')) return { uri: dialog.remoteTarget, routes: dialog.routeSet };
  return { uri: router.uriText, routes: [...rest, `<${dialog.remoteTarget}>`] };
}

/**
 * Where a request in the dialog is sent: the flow the other side was heard on where its URI only means
 * itself behind a NAT, or where a connection to that place is open; else the URI to resolve.
 */
export function nextHop(dialog: Dialog): Flow | Uri | null {
  const { routes, uri } = routeOf(dialog);
  const [first] = routes;
  const target = first === undefined ? parseUri(uri) : (parseNameAddr(first)?.uri ?? null);
  if (!target) return dialog.flow.isOpen() ? dialog.flow : null;
  const { peer } = dialog.flow;
  const behindNat = isPrivateAddress(target.host) && !isPrivateAddress(peer.address);
  const sameConnection = dialog.flow.reliable && target.host === peer.address;
  return (behindNat || sameConnection) && dialog.flow.isOpen() ? dialog.flow : target;
}
