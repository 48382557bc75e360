import { isIPv6 } from 'node:net';
import type { SipTrace, Srf, SrfHeaders, SrfRequest, SrfResponse } from '../../sip/index.ts';
import { type Account, authorizedHeaders } from './authorize.ts';
import type { AccountSeen, LineTrunk, OptionsSeen } from './model.ts';
import { defaultPorts } from './network.ts';
import { headersOf, listOf, wireFacts } from './wire.ts';

/** Where requests of a trunk go, as URIs. */
export interface Way {
  /** `sip:host[:port][;transport=…]` of the trunk. */
  readonly domain: string;
  /** Bare host, for From and To. */
  readonly host: string;
  /** Next hop in place of the domain; undefined where there is none. */
  readonly proxy: string | undefined;
}

const bracketed = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

export function wayOf(trunk: LineTrunk): Way {
  const host = bracketed(trunk.host ?? '');
  const transport = trunk.transport === 'udp' ? '' : `;transport=${trunk.transport}`;
  const proxy = trunk.outboundProxy;
  return {
    domain: `sip:${host}${portOf(trunk)}${transport}`,
    host,
    proxy: proxy === null ? undefined : /^sips?:/i.test(proxy) ? proxy : `sip:${proxy}${transport}`,
  };
}

const portOf = ({ port }: LineTrunk): string => (port === null ? '' : `:${port}`);

/** Host and port that requests really go to. */
export function nextHop(trunk: LineTrunk): { readonly host: string; readonly port: number | null } | null {
  if (trunk.host === null) return null;
  if (trunk.outboundProxy === null) return { host: trunk.host, port: trunk.port };
  const match = /^(?:sips?:)?(?:[^@]*@)?(\[[^\]]+\]|[^:;]+)(?::(\d+))?/i.exec(trunk.outboundProxy);
  if (!match) return null;
  return {
    host: (match[1] ?? '').replace(/^\[|\]$/g, ''),
    port: match[2] === undefined ? null : Number(match[2]),
  };
}

export const portOrDefault = (trunk: LineTrunk, port: number | null): number =>
  port ?? defaultPorts[trunk.transport];

/** A user or number at the trunk, or a URI as it is. */
export function targetUri(trunk: LineTrunk, target: string): string {
  if (/^sips?:/i.test(target)) return target;
  const { domain } = wayOf(trunk);
  return domain.replace(
    /^sip:/,
    `sip:${encodeURIComponent(target).replaceAll('%2B', '+').replaceAll('%23', '#')}@`,
  );
}

export interface Asking {
  readonly srf: Srf;
  readonly method: string;
  readonly uri: string;
  readonly proxy: string | undefined;
  readonly headers: SrfHeaders;
  /** Answers one challenge; null answers none. */
  readonly account: Account | null;
  readonly timeoutMs: number;
}

export interface Asked {
  readonly callId: string | null;
  readonly response: SrfResponse | null;
}

/** Sends one request outside of a dialog, and again when it is challenged; a final answer, or none in time. Never rejects. */
export async function ask(asking: Asking): Promise<Asked> {
  const { method, uri, account, headers } = asking;
  const first = await askOnce(asking, headers);
  const { response, sent, callId } = first;
  if (!response || !sent) return { callId, response };
  const again = authorizedHeaders(response, { status: response.status, sent, method, uri, account });
  if (!again) return { callId, response };
  const second = await askOnce(asking, { ...headers, ...again });
  return { callId, response: second.response };
}

function askOnce(
  { srf, method, uri, proxy, timeoutMs }: Asking,
  headers: SrfHeaders,
): Promise<Asked & { readonly sent: SrfRequest | null }> {
  return new Promise((settle) => {
    let sent: SrfRequest | null = null;
    const end = (response: SrfResponse | null): void => {
      clearTimeout(limit);
      settle({ callId: sent?.get('call-id') ?? null, response, sent });
    };
    const limit = setTimeout(() => end(null), timeoutMs);
    try {
      srf.request(uri, { method, headers: { ...headers }, ...(proxy ? { proxy } : {}) }, (error, request) => {
        if (error || !request) return end(null);
        sent = request;
        request.on('response', (response) => {
          if (response.status >= 200) end(response);
        });
      });
    } catch {
      end(null);
    }
  });
}

/** How one question went, with what the wire says about it. `wired`: whether traces come at all. */
export interface Wired {
  readonly of: (callId: string | null) => readonly SipTrace[];
  readonly wired: () => boolean;
}

/** An answer that the SIP server made up itself (408, 503) is none. */
function statusOf({ callId, response }: Asked, method: string, wire: Wired): number | null {
  if (!response) return null;
  const { finals } = wireFacts(wire.of(callId), method);
  return wire.wired() && finals.length === 0 ? null : response.status;
}

export function optionsSeen(asked: Asked, wire: Wired, tookMs: number): OptionsSeen {
  const status = statusOf(asked, 'OPTIONS', wire);
  const entry = wireFacts(wire.of(asked.callId), 'OPTIONS').finals.at(-1)?.entry;
  return {
    status,
    rttMs: status === null ? null : tookMs,
    allow: entry ? listOf(entry.text, 'allow') : null,
  };
}

/** The contacts that a registrar holds come back in its 200 (RFC 3261 §10.3, item 8). */
export function accountSeen(asked: Asked, wire: Wired, hasPassword: boolean): Omit<AccountSeen, 'kept'> {
  const status = statusOf(asked, 'REGISTER', wire);
  const facts = wireFacts(wire.of(asked.callId), 'REGISTER');
  const last = facts.finals.at(-1)?.entry;
  const contacts = last
    ? headersOf(last.text, 'contact')
    : [asked.response?.get('contact') ?? ''].filter(Boolean);
  return {
    status,
    reason: status === null ? null : (asked.response?.reason ?? null),
    challenged: facts.challenged || status === 401 || status === 407 || (!wire.wired() && hasPassword),
    contacts: status === 200 ? contacts.map((contact) => contact.slice(0, 120)) : null,
  };
}
