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

/** What the two sides agreed for RFC 4028, and the timers that see to it. */
export interface SessionTimer {
  readonly intervalS: number;
  /** Who has to send the refreshes. */
  readonly refresher: 'local' | 'remote';
  cancel(): void;
}

/** The last provisional that the other side sent reliably (RFC 3262 §4). */
export interface ReceivedProvisional {
  readonly rseq: number;
  readonly cseq: number;
  isAcknowledged: boolean;
}

/**
 * State of RFC 3261 §12. `leaving`: our BYE is on its way. `ended`: the call is over, but a subscription that
 * a REFER made lives on (RFC 5057).
 */
export interface Dialog {
  readonly id: string;
  /** What began it; a subscription is not ended by BYE. */
  readonly usage: 'call' | 'subscription';
  /** True where we chose the Call-ID: the longer wait after a 491 is ours (RFC 3261 §14.1). */
  readonly ownsCallId: boolean;
  /** Asked for with `sips:`. */
  readonly secure: boolean;
  readonly callId: string;
  readonly localTag: string;
  /** Empty where the other side speaks RFC 2543. */
  readonly remoteTag: string;
  /** From and To of our requests, tags included. */
  readonly localIdentity: string;
  readonly remoteIdentity: string;
  routeSet: readonly string[];
  readonly application: Application;
  state: 'early' | 'confirmed' | 'leaving' | 'ended';
  localCseq: number;
  remoteCseq: number | null;
  remoteTarget: string;
  /** Where the other side was last heard from. */
  flow: Flow;
  /** Set while the INVITE of that direction has no final response. */
  invitePending: 'local' | 'remote' | null;
  /** The same of an UPDATE that carries an offer (RFC 3311 §5.2). */
  updatePending: 'local' | 'remote' | null;
  unacknowledged: UnacknowledgedAnswer | null;
  /** Run when the answer is acknowledged, or is known never to be. */
  readonly onAcknowledged: (() => void)[];
  /** The last 2xx received, by its INVITE's number, and our ACK for it, to send again when that comes again. */
  answer: { readonly cseq: number; ack: (() => void) | null } | null;
  /** Credentials of the INVITE, which its ACK repeats (RFC 3261 §22.1). */
  credentials: readonly Header[];
  /** Option tags and methods that the other side named last, lower and upper case. */
  peerSupports: ReadonlySet<string>;
  peerAllows: ReadonlySet<string>;
  /** The last session description that we sent, which a refresh repeats. */
  localSdp: Buffer | null;
  /** The same of the other side. */
  remoteSdp: Buffer | null;
  session: SessionTimer | null;
  provisional: ReceivedProvisional | null;
  /** Takes the RAck of a PRACK; false where nothing waits for it. Null where no reliable provisional went out. */
  acknowledgeProvisional: ((rack: string) => boolean) | null;
  /** Event packages of the subscriptions that live in it; `refer` for those of REFERs. */
  readonly subscriptions: Set<string>;
  /** Withdraws the limit on how long subscriptions keep the dialog. */
  cancelLimit: (() => void) | null;
}

const fresh = {
  updatePending: null,
  unacknowledged: null,
  answer: null,
  session: null,
  provisional: null,
  acknowledgeProvisional: null,
  cancelLimit: null,
} as const;

/** Methods that open a dialog with a 2xx. */
export const opensDialog: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

/** Notes what the other side says it can do; headers that are missing change nothing. */
export function learnAbilities(dialog: Dialog, headers: readonly Header[]): void {
  const supported = listValues(headers, 'Supported');
  const allowed = listValues(headers, 'Allow');
  if (supported.length > 0) dialog.peerSupports = new Set(supported.map((tag) => tag.toLowerCase()));
  if (allowed.length > 0) dialog.peerAllows = new Set(allowed.map((method) => method.toUpperCase()));
}

export function noteRemoteSdp(dialog: Dialog, { body }: Pick<SipRequest | SipResponse, 'body'>): void {
  if (body.length > 0) dialog.remoteSdp = body;
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
  const { headers, method } = envelope.request;
  const isCall = method === 'INVITE';
  const dialog: Dialog = {
    ...fresh,
    id: options.id,
    usage: isCall ? 'call' : 'subscription',
    ownsCallId: false,
    secure: envelope.uri.scheme === 'sips',
    callId: envelope.callId,
    localTag: options.localTag,
    remoteTag: tagOf(envelope.from) ?? '',
    localIdentity: withTag(headerValue(headers, 'To') ?? '', options.localTag),
    remoteIdentity: headerValue(headers, 'From') ?? '',
    routeSet: listValues(headers, 'Record-Route'),
    application: options.application,
    state: isCall ? 'early' : 'confirmed',
    localCseq: 0,
    remoteCseq: envelope.cseq,
    remoteTarget: targetOf(headers) ?? envelope.from.uriText,
    flow: options.flow,
    invitePending: isCall ? 'remote' : null,
    onAcknowledged: [],
    credentials: [],
    peerSupports: new Set(),
    peerAllows: new Set(),
    localSdp: null,
    remoteSdp: null,
    subscriptions: new Set(),
  };
  learnAbilities(dialog, headers);
  noteRemoteSdp(dialog, envelope.request);
  return dialog;
}

/** Record-Route as the caller's side has to walk it. */
export const callerRoutes = (headers: readonly Header[]): string[] =>
  listValues(headers, 'Record-Route').toReversed();

/** RFC 3261 §12.1.2: the caller's side. */
export function dialogOfCaller(options: {
  readonly id: string;
  readonly request: SipRequest;
  readonly response: Pick<SipResponse, 'headers'>;
  readonly cseq: number;
  readonly flow: Flow;
  readonly application: Application;
}): Dialog {
  const { request, response } = options;
  const localIdentity = headerValue(request.headers, 'From') ?? '';
  const remoteIdentity = headerValue(response.headers, 'To') ?? '';
  const isCall = request.method === 'INVITE';
  const dialog: Dialog = {
    ...fresh,
    id: options.id,
    usage: isCall ? 'call' : 'subscription',
    ownsCallId: true,
    secure: /^sips:/i.test(request.uri),
    callId: headerValue(request.headers, 'Call-ID') ?? '',
    localTag: tagOf(parseNameAddr(localIdentity)) ?? '',
    remoteTag: tagOf(parseNameAddr(remoteIdentity)) ?? '',
    localIdentity,
    remoteIdentity,
    routeSet: callerRoutes(response.headers),
    application: options.application,
    state: isCall ? 'early' : 'confirmed',
    localCseq: options.cseq,
    remoteCseq: null,
    remoteTarget: targetOf(response.headers) ?? request.uri,
    flow: options.flow,
    invitePending: isCall ? 'local' : null,
    onAcknowledged: [],
    credentials: request.headers.filter(({ name }) => /^(proxy-)?authorization$/i.test(name)),
    peerSupports: new Set(),
    peerAllows: new Set(),
    localSdp: request.body.length > 0 ? request.body : null,
    remoteSdp: null,
    subscriptions: new Set(),
  };
  learnAbilities(dialog, response.headers);
  return dialog;
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
