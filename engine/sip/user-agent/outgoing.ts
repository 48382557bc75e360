import { type Dialog, routeOf } from '../dialog/dialog.ts';
import { tagOf } from '../message/envelope.ts';
import { headerValue, headerValues, withoutHeaders } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { formatHost } from '../message/uri.ts';
import { magicCookie } from '../message/via.ts';
import type {
  InviteClientTransaction,
  NonInviteClientTransaction,
} from '../transaction/client-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { allowHeader, supportedHeader, understood } from './acceptance.ts';
import type { Application, Sent } from './application.ts';
import { newToken } from './core.ts';
import { contactHeader, contactMethods, contactValue, fromValue, ownedHeaders } from './identity.ts';

/** A request of ours, from when it is sent to when its last transaction ends. */
export interface Outgoing {
  readonly id: string;
  /** These change where it is sent again after a 422 or 491. */
  request: SipRequest;
  cseq: number;
  transaction: InviteClientTransaction | NonInviteClientTransaction;
  attempts: number;
  /** Changes with the request where another server is tried. */
  flow: Flow;
  /** Makes the way to the next server of the same name (RFC 3263 §4.3); null where there is no other. */
  elsewhere: Elsewhere | null;
  /** Null for what the server sends by itself. */
  readonly application: Application | null;
  /** The dialog that the request was sent in. */
  readonly within: Dialog | null;
  /** Dialogs that its responses opened, by remote tag. */
  readonly opened: Map<string, Dialog>;
  /** Sends the CANCEL that waits for a first provisional response. */
  heldCancel: (() => void) | null;
  /** Hears of every response where the server itself asked. */
  readonly onResponse: ((response: SipResponse) => void) | null;
}

/** The same request on its way to another server, all but the Via; rejects where none can be reached. */
export type Elsewhere = () => Promise<Pick<Outgoing, 'flow' | 'request' | 'elsewhere'>>;

export const remoteTagOf = (response: SipResponse): string =>
  tagOf(parseNameAddr(headerValue(response.headers, 'To') ?? '')) ?? '';

export const sentOf = ({ request, flow, id }: Outgoing, dialogId: string): Sent => ({
  message: request,
  flow,
  transactionId: id,
  dialogId,
});

export function viaOf(flow: Flow): Header {
  const { address, port } = flow.local;
  const transport = flow.peer.transport.toUpperCase();
  const branch = magicCookie + newToken();
  return { name: 'Via', value: `SIP/2.0/${transport} ${formatHost(address)}:${port};branch=${branch};rport` };
}

/** A message without content, for what the server sends by itself. */
export const bare = (method: string, headers: readonly Header[] = []): SipRequest => ({
  kind: 'request',
  method,
  uri: '',
  headers,
  body: Buffer.alloc(0),
});

/**
 * Our option tags beside the application's. Without an offer of ours a reliable provisional would carry the
 * other side's, which call control has no way to answer in the PRACK: 100rel is left out then.
 */
function abilities(request: SipRequest): Header[] {
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return [];
  const given = headerValue(request.headers, 'Supported');
  const takes = understood.filter((tag) => tag !== '100rel' || request.body.length > 0);
  const allow = headerValue(request.headers, 'Allow') === null ? [allowHeader([])] : [];
  if (given === null) return [...allow, { ...supportedHeader, value: takes.join(', ') }];
  const known = given.toLowerCase().split(/[ \t]*,[ \t]*/);
  return [
    ...allow,
    { ...supportedHeader, value: [given, ...takes.filter((tag) => !known.includes(tag))].join(', ') },
  ];
}

/** RFC 3261 §8.1.1, all but the Via. */
export function outsideDialog(
  request: SipRequest,
  options: { readonly flow: Flow; readonly cseq: number; readonly tag: string; readonly callId: string },
): SipRequest {
  const { flow, cseq } = options;
  const given = (name: string) => headerValue(request.headers, name);
  const secure = /^sips:/i.test(request.uri);
  const headers: Header[] = [
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: fromValue(given('From'), flow, options.tag) },
    { name: 'To', value: given('To') ?? `<${request.uri}>` },
    { name: 'Call-ID', value: options.callId },
    { name: 'CSeq', value: `${cseq} ${request.method}` },
    ...(contactMethods.has(request.method)
      ? [contactHeader(request.headers, flow, secure)]
      : request.headers
          .filter(({ name }) => name === 'Contact')
          .map(({ name, value }) => ({ name, value: contactValue(value, flow, false) }))),
    ...abilities(request),
    ...withoutHeaders(request.headers, ownedHeaders).filter(
      ({ name }) => name !== 'Supported' || request.method !== 'INVITE',
    ),
  ];
  return { ...request, headers };
}

/** RFC 3261 §12.2.1.1, all but the Via. */
export function inDialog(
  dialog: Dialog,
  request: SipRequest,
  options: { readonly flow: Flow; readonly cseq: number },
): SipRequest {
  const { uri, routes } = routeOf(dialog);
  const { method } = request;
  const able = abilities(request);
  const headers = [
    ...routes.map((value) => ({ name: 'Route', value })),
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: dialog.localIdentity },
    { name: 'To', value: dialog.remoteIdentity },
    { name: 'Call-ID', value: dialog.callId },
    { name: 'CSeq', value: `${options.cseq} ${method}` },
    ...(contactMethods.has(method) ? [contactHeader(request.headers, options.flow, dialog.secure)] : []),
    ...able,
    ...withoutHeaders(request.headers, ownedHeaders).filter(
      ({ name }) => name !== 'Route' && (able.length === 0 || name !== 'Supported'),
    ),
  ];
  return { ...request, uri, headers };
}

/** The ACK for a refusal: RFC 3261 §17.1.1.3. */
export function ackOf(request: SipRequest, response: SipResponse, cseq: number): SipRequest {
  const to = headerValues(response.headers, 'To').map((value) => ({ name: 'To', value }));
  const kept = ['Via', 'Route', 'Max-Forwards', 'From', 'Call-ID'];
  const copied = request.headers.filter(({ name }) => kept.includes(name));
  return { ...bare('ACK', [...copied, ...to, { name: 'CSeq', value: `${cseq} ACK` }]), uri: request.uri };
}

/** RFC 3261 §9.1: same Request-URI, Via, From, To, Call-ID, CSeq number and Route as the INVITE. */
export function cancelOf({ request, cseq }: Outgoing, given: readonly Header[]): SipRequest {
  const kept = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'Route'];
  const headers = [
    ...request.headers.filter(({ name }) => kept.includes(name)),
    { name: 'CSeq', value: `${cseq} CANCEL` },
    ...given.filter(({ name }) => name === 'Reason'),
  ];
  return { ...bare('CANCEL', headers), uri: request.uri };
}

/** The same request under another number and with a branch of its own. */
export function renumbered(
  request: SipRequest,
  options: { readonly flow: Flow; readonly cseq: number; readonly headers?: readonly Header[] },
): SipRequest {
  const cseq = { name: 'CSeq', value: `${options.cseq} ${request.method}` };
  const headers = (options.headers ?? request.headers)
    .filter(({ name }) => name !== 'Via')
    .map((header) => (header.name === 'CSeq' ? cseq : header));
  return { ...request, headers: [viaOf(options.flow), ...headers] };
}

/** Methods that may carry an offer inside a dialog. */
export const negotiates = (method: string): boolean => method === 'INVITE' || method === 'UPDATE';

export const isOfferPending = ({ invitePending, updatePending }: Dialog): boolean =>
  invitePending !== null || updatePending !== null;

/** Notes that an INVITE, or an UPDATE with an offer, is on its way or has come to its end. */
export function markPending(dialog: Dialog, request: SipRequest, by: 'local' | null): void {
  if (request.method === 'INVITE') dialog.invitePending = by;
  if (request.method === 'UPDATE' && request.body.length > 0) dialog.updatePending = by;
}
