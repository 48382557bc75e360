import { type Clock, isVoxboxError, type Log } from '../../foundation/index.ts';
import type { Digest } from '../digest.ts';
import { parseCSeq } from '../message/envelope.ts';
import { splitOutside } from '../message/grammar.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { formatHost } from '../message/uri.ts';
import type { SrfHeaders, SrfRequest, SrfResponse } from '../srf.ts';
import { plainAddress } from '../transport/flow.ts';
import { type BindingLimits, type BindingRequest, updateBindings, usualLimits } from './bindings.ts';
import type { Binding, RegistrarPorts } from './model.ts';

export interface RegistrarOptions {
  readonly digest: Digest;
  readonly ports: RegistrarPorts;
  readonly clock: Clock;
  readonly log: Log;
  /** 60 s to an hour and ten phones for each user where left out. */
  readonly limits?: BindingLimits;
  /** Runs something later and returns how to take it back. */
  readonly after?: (delayMs: number, run: () => void) => () => void;
}

export interface Registrar {
  /** Answers a REGISTER. Never throws. */
  handle(request: SrfRequest, response: SrfResponse): void;
  /** Where the user can be reached now, what was registered last at the end. */
  bindingsOf(username: string): readonly Binding[];
  /** The same of everybody. */
  bindings(): readonly Binding[];
  /** Told when a user's bindings change, by a REGISTER or because their time is over. */
  onChange(listener: (username: string) => void): () => void;
  /** Keeps the bindings and forgets the timer. */
  stop(): void;
}

const afterDelay = (delayMs: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
};

/**
 * The registrar for phones of the box (RFC 3261 §10.3). Everybody gets a challenge until the password is
 * right, whether the user exists or not, and may then register under the own name only.
 */
export function createRegistrar(options: RegistrarOptions): Registrar {
  const { digest, ports, clock, log, limits = usualLimits, after = afterDelay } = options;
  const listeners = new Set<(username: string) => void>();
  const byUser = new Map<string, readonly Binding[]>();
  for (const binding of ports.load()) {
    byUser.set(binding.aor, [...(byUser.get(binding.aor) ?? []), binding]);
  }
  let cancelExpiry = (): void => {};

  const keep = (username: string, bindings: readonly Binding[]): void => {
    ports.save(username, bindings);
    if (bindings.length === 0) byUser.delete(username);
    else byUser.set(username, bindings);
    scheduleExpiry();
    for (const listener of listeners) listener(username);
  };
  const alive = (username: string): readonly Binding[] =>
    (byUser.get(username) ?? []).filter(({ expiresAtMs }) => expiresAtMs > clock.nowMs());
  const expire = (): void => {
    for (const [username, bindings] of byUser) {
      const left = alive(username);
      if (left.length === bindings.length) continue;
      try {
        keep(username, left);
      } catch (error) {
        // They are over all the same; only the store still has them.
        byUser.set(username, left);
        log.error({ err: error }, 'bindings that ran out could not be taken out of the store');
      }
    }
    scheduleExpiry();
  };
  const scheduleExpiry = (): void => {
    cancelExpiry();
    const times = [...byUser.values()].flat().map(({ expiresAtMs }) => expiresAtMs);
    if (times.length === 0) return;
    cancelExpiry = after(Math.max(1, Math.min(...times) - clock.nowMs()), expire);
  };

  const answer = (req: SrfRequest, res: SrfResponse): void => {
    const header = req.get('authorization');
    const source = plainAddress(req.source_address);
    const verdict = header
      ? digest.verify({ header, method: 'REGISTER', source, lookup: (username) => ports.ha1Of(username) })
      : ({ ok: false, stale: false } as const);
    if (!verdict.ok) {
      const challenge = digest.challenge({ stale: verdict.stale, source });
      res.send(401, { headers: { 'WWW-Authenticate': challenge } });
      return;
    }
    const { username } = verdict;
    if (userOf(req.get('to')) !== username) return void res.send(403);
    const request = readRequest(req, username);
    const current = byUser.get(username) ?? [];
    const result = updateBindings(current, request, { nowMs: clock.nowMs(), limits });
    if (result.kind === 'refused') {
      const headers: SrfHeaders = result.status === 423 ? { 'Min-Expires': String(limits.minS) } : {};
      res.send(result.status, result.reason, { headers });
      return;
    }
    if (result.bindings !== current && !isQuery(request)) keep(username, result.bindings);
    const contacts = result.bindings.map((binding) => contactOf(binding, clock.nowMs()));
    res.send(200, contacts.length === 0 ? {} : { headers: { Contact: contacts.join(', ') } });
  };

  expire();
  return {
    handle: (req, res) => {
      try {
        answer(req, res);
      } catch (error) {
        log.error({ err: error }, 'a registration could not be processed');
        const status = isVoxboxError(error) ? (error.entry.sipStatus ?? 500) : 500;
        if (!res.finalResponseSent) res.send(status);
      }
    },
    bindingsOf: alive,
    bindings: () => [...byUser.keys()].flatMap(alive),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => {
      cancelExpiry();
      cancelExpiry = () => {};
    },
  };
}

const isQuery = ({ contacts }: BindingRequest): boolean => contacts !== '*' && contacts?.length === 0;

function readRequest(req: SrfRequest, aor: string): BindingRequest {
  return {
    aor,
    contacts: readContacts(req.get('contact')),
    expires: req.get('expires') ?? null,
    callId: req.get('call-id') ?? '',
    cseq: parseCSeq(req.get('cseq') ?? '')?.number ?? 0,
    flow: `${req.protocol}/${formatHost(plainAddress(req.source_address))}:${req.source_port}`,
    userAgent: req.get('user-agent') ?? null,
  };
}

function readContacts(value: string | undefined): BindingRequest['contacts'] {
  if (value === undefined || value.trim() === '') return [];
  if (value.trim() === '*') return '*';
  const contacts = splitOutside(value, ',').map(parseNameAddr);
  return contacts.every((contact) => contact !== null) ? contacts : null;
}

function userOf(to: string | undefined): string | null {
  const user = parseNameAddr(to ?? '')?.uri.user ?? null;
  try {
    return user === null ? null : decodeURIComponent(user);
  } catch {
    return user;
  }
}

const contactOf = ({ contact, expiresAtMs }: Binding, nowMs: number): string =>
  `<${contact}>;expires=${Math.max(1, Math.round((expiresAtMs - nowMs) / 1000))}`;

/**
 * The next hop of a call to a binding: `proxy` of drachtio-srf. Over TCP and TLS it names the connection
 * that the phone opened, which the server finds by the address and port at its far end.
 */
export function nextHopOf({ flow }: Pick<Binding, 'flow'>): string {
  const slash = flow.indexOf('/');
  return `sip:${flow.slice(slash + 1)};transport=${flow.slice(0, slash)}`;
}
