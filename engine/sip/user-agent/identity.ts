import { formatParams } from '../message/grammar.ts';
import { headerValue } from '../message/headers.ts';
import type { Header } from '../message/model.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { formatHost } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';

/** Hosts that call control writes where it leaves the address to the server. */
const placeholders: ReadonlySet<string> = new Set(['localhost', 'placeholder']);

/** Requests whose Contact is where the other side sends to from then on. */
export const contactMethods: ReadonlySet<string> = new Set([
  'INVITE',
  'SUBSCRIBE',
  'UPDATE',
  'REFER',
  'NOTIFY',
]);

const place = (flow: Flow): string => `${formatHost(flow.local.address)}:${flow.local.port}`;

/** Our own address as a URI. `sips` says TLS by itself (RFC 3261 §26.2.2). */
function ownUri(flow: Flow, user: string, secure: boolean): string {
  if (secure) return `sips:${user}${place(flow)}`;
  const { transport } = flow.peer;
  return `sip:${user}${place(flow)}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}

/**
 * The application's Contact with its placeholder host filled in, or our own.
 *
 * @param secure the dialog was asked for with `sips:`, and so is its Contact (RFC 3261 §8.1.1.8)
 */
export function contactValue(given: string | null, flow: Flow, secure: boolean): string {
  const address = given === null ? null : parseNameAddr(given);
  if (given === null) return `<${ownUri(flow, '', secure)}>`;
  if (!address || !placeholders.has(address.uri.host.toLowerCase())) return given;
  const user = address.uri.user === null ? '' : `${address.uri.user}@`;
  const uri = ownUri(flow, user, secure);
  return `${address.display}${address.display && ' '}<${uri}>${formatParams(address.params)}`;
}

/** The application's From with its placeholder host filled in, or our own; never without a tag. */
export function fromValue(given: string | null, flow: Flow, tag: string): string {
  const address = given === null ? null : parseNameAddr(given);
  if (!address) return `<sip:${formatHost(flow.local.address)}>;tag=${tag}`;
  const params = address.params.has('tag') ? address.params : new Map([...address.params, ['tag', tag]]);
  const local = placeholders.has(address.uri.host.toLowerCase());
  const user = address.uri.user === null ? '' : `${address.uri.user}@`;
  const uri = local ? `${address.uri.scheme}:${user}${formatHost(flow.local.address)}` : address.uriText;
  return `${address.display}${address.display && ' '}<${uri}>${formatParams(params)}`;
}

/** The Contact header of what is sent, where that kind of message has one. */
export const contactHeader = (headers: readonly Header[], flow: Flow, secure: boolean): Header => ({
  name: 'Contact',
  value: contactValue(headerValue(headers, 'Contact'), flow, secure),
});

/** Headers that the server writes by itself, whatever the application says. */
export const ownedHeaders: ReadonlySet<string> = new Set([
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-length',
  'contact',
  'record-route',
]);
