import { opensDialog } from '../dialog/dialog.ts';
import { headerValue, withoutHeaders } from '../message/headers.ts';
import type { Header, SipRequest, SipResponse } from '../message/model.ts';
import { allowHeader, supportedHeader } from './acceptance.ts';
import type { Core } from './core.ts';
import { contactHeader, contactMethods, ownedHeaders } from './identity.ts';
import type { Incoming } from './incoming.ts';
import { needsReliability, ReliableProvisionals } from './reliable-provisional.ts';
import { grantHeaders, grantSession, supports } from './session-timer.ts';

/** The application's headers with those that the server owes; notes in `incoming` the session that a 2xx grants. */
export function answerHeaders(
  core: Pick<Core, 'applications' | 'session'>,
  incoming: Incoming,
  response: SipResponse,
): Header[] {
  const { request, uri } = incoming.envelope;
  const { method } = request;
  const { status } = response;
  const isProvisional = status > 100 && status < 200;
  const isSuccess = status >= 200 && status < 300;
  const opens = isSuccess ? opensDialog.has(method) : isProvisional && method === 'INVITE';
  const wantsContact = contactMethods.has(method) && (isProvisional || isSuccess);
  const headers: Header[] = [
    ...(opens ? copies(request, 'Record-Route') : []),
    ...(wantsContact
      ? [contactHeader(response.headers, incoming.flow, uri.scheme === 'sips')]
      : copies(response, 'Contact')),
    ...withoutHeaders(response.headers, ownedHeaders),
  ];
  const lacks = (name: string): boolean => headerValue(headers, name) === null;
  if (opens && lacks('Allow')) headers.push(allowHeader(core.applications.methods()));
  if (opens && lacks('Supported')) headers.push(supportedHeader);
  if (!isSuccess || (method !== 'INVITE' && method !== 'UPDATE')) return headers;
  incoming.session = grantSession(request.headers, headers, core.session);
  const others = headers.filter(({ name }) => name !== 'Session-Expires');
  return [...others, ...grantHeaders(incoming.session, headers)];
}

/** RFC 3262 §3: reliable where the caller insists, or the application asks and the caller can. */
export function reliably(
  core: Pick<Core, 'schedule' | 'timers'>,
  incoming: Incoming,
  options: { readonly headers: readonly Header[]; readonly onTimeout: () => void },
): { readonly headers: readonly Header[]; readonly rseq?: number } {
  const { dialog, envelope } = incoming;
  const { headers, onTimeout } = options;
  const asked = envelope.request.headers;
  const wanted = needsReliability(asked) || (needsReliability(headers) && supports(asked, '100rel'));
  if (!wanted || dialog?.state !== 'early') {
    return { headers: headers.filter(({ name, value }) => name !== 'Require' || !/^100rel$/i.test(value)) };
  }
  const { schedule, timers } = core;
  const { cseq } = envelope;
  const provisionals =
    incoming.provisionals ?? new ReliableProvisionals({ schedule, timers, cseq, onTimeout });
  incoming.provisionals = provisionals;
  dialog.acknowledgeProvisional = (rack) => provisionals.acknowledge(rack);
  const rseq = provisionals.next();
  const required = needsReliability(headers) ? [] : [{ name: 'Require', value: '100rel' }];
  return { headers: [...headers, ...required, { name: 'RSeq', value: String(rseq) }], rseq };
}

const copies = (message: SipRequest | SipResponse, name: string): Header[] =>
  message.headers.filter((header) => header.name === name);
