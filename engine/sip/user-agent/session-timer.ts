import type { Dialog } from '../dialog/dialog.ts';
import { parseNumber } from '../message/grammar.ts';
import { headerValue } from '../message/headers.ts';
import type { Header } from '../message/model.ts';
import { listValues } from '../message/name-addr.ts';
import type { Schedule } from '../transaction/schedule.ts';
import type { Refusal } from './acceptance.ts';

/** What the server asks for and grants (RFC 4028), seconds. */
export interface SessionPolicy {
  /** 0 for no session timers of our own; the other side's are still honoured. */
  readonly expiresS: number;
  /** RFC 4028 §4 allows no less than 90. */
  readonly minS: number;
}

export const standardSession: SessionPolicy = { expiresS: 1800, minS: 90 };

/** The refresher as the transaction names it: its client or its server. */
export interface SessionTerms {
  readonly intervalS: number;
  readonly refresher: 'uac' | 'uas' | null;
}

export function readSession(headers: readonly Header[]): SessionTerms | null {
  const [text = '', ...params] = (headerValue(headers, 'Session-Expires') ?? '').split(';', 8);
  const intervalS = parseNumber(text.trim(), 0x7fff_ffff);
  if (intervalS === null) return null;
  const refresher = params.map((param) => /^\s*refresher\s*=\s*"?(uac|uas)"?\s*$/i.exec(param)?.[1]);
  const named = refresher.find((value) => value !== undefined)?.toLowerCase();
  return { intervalS, refresher: named === 'uac' || named === 'uas' ? named : null };
}

const minimumOf = (headers: readonly Header[]): number =>
  parseNumber((headerValue(headers, 'Min-SE') ?? '').split(';', 1)[0]?.trim() ?? '', 0x7fff_ffff) ?? 0;

export const supports = (headers: readonly Header[], option: string): boolean =>
  [...listValues(headers, 'Supported'), ...listValues(headers, 'Require')].some(
    (value) => value.toLowerCase() === option,
  );

/** 422 for an interval that would have us refresh all the time, where the other side can ask again (§6). */
export function tooShort(headers: readonly Header[], policy: SessionPolicy): Refusal | null {
  const asked = readSession(headers);
  if (!asked || asked.intervalS >= policy.minS || !supports(headers, 'timer')) return null;
  const minimum = [{ name: 'Min-SE', value: String(policy.minS) }];
  return { status: 422, reason: 'Session Interval Too Small', headers: minimum };
}

/**
 * What our 2xx says (RFC 4028 §9): the caller's wishes, else ours where the caller knows session timers.
 *
 * @param given the application's headers; its Session-Expires goes first
 */
export function grantSession(
  request: readonly Header[],
  given: readonly Header[],
  policy: SessionPolicy,
): SessionTerms | null {
  const decided = readSession(given);
  const asked = readSession(request);
  const knows = supports(request, 'timer');
  if (decided) return { ...decided, refresher: decided.refresher ?? (knows ? 'uac' : 'uas') };
  if (asked) return { intervalS: asked.intervalS, refresher: knows ? (asked.refresher ?? 'uac') : 'uas' };
  if (!knows || policy.expiresS === 0) return null;
  return { intervalS: Math.max(policy.expiresS, minimumOf(request)), refresher: 'uac' };
}

/** The headers of a 2xx that grants those terms. */
export function grantHeaders(terms: SessionTerms | null, given: readonly Header[]): Header[] {
  if (!terms) return [];
  const wanted: Header[] = [{ name: 'Session-Expires', value: formatSession(terms) }];
  const required = listValues(given, 'Require').some((value) => value.toLowerCase() === 'timer');
  if (terms.refresher === 'uac' && !required) wanted.push({ name: 'Require', value: 'timer' });
  return wanted;
}

export const formatSession = ({ intervalS, refresher }: SessionTerms): string =>
  refresher === null ? String(intervalS) : `${intervalS};refresher=${refresher}`;

/** Session-Expires of a request of ours; `dialog` null for the first INVITE. */
export function askHeaders(dialog: Dialog | null, given: readonly Header[], policy: SessionPolicy): Header[] {
  if (policy.expiresS === 0 && !dialog?.session) return [];
  if (headerValue(given, 'Session-Expires') !== null) return [];
  const session = dialog?.session ?? null;
  // In a dialog the same side goes on refreshing (§7.4); we are the client of this transaction.
  const refresher = session ? (session.refresher === 'local' ? 'uac' : 'uas') : null;
  const intervalS = session?.intervalS ?? policy.expiresS;
  return [{ name: 'Session-Expires', value: formatSession({ intervalS, refresher }) }];
}

/** The same request once more, with the interval that a 422 asks for; null where it names none (§7.3). */
export function lengthened(headers: readonly Header[], refusal: readonly Header[]): Header[] | null {
  const minimumS = minimumOf(refusal);
  const asked = readSession(headers);
  if (minimumS === 0 || (asked && asked.intervalS >= minimumS)) return null;
  const kept = headers.filter(({ name }) => name !== 'Session-Expires' && name !== 'Min-SE');
  const terms = { intervalS: minimumS, refresher: asked?.refresher ?? null };
  return [
    ...kept,
    { name: 'Session-Expires', value: formatSession(terms) },
    { name: 'Min-SE', value: String(minimumS) },
  ];
}

/** Starts the timers of a session anew, as every 2xx to INVITE and UPDATE does; null stops them. */
export function keepSession(
  dialog: Dialog,
  terms: { readonly intervalS: number; readonly refresher: 'local' | 'remote' } | null,
  actions: {
    readonly schedule: Schedule;
    readonly refresh: () => void;
    readonly expire: () => void;
  },
): void {
  dialog.session?.cancel();
  dialog.session = null;
  if (!terms) return;
  const { intervalS, refresher } = terms;
  const { schedule, refresh, expire } = actions;
  // §10: who waits hangs up a little before the end, so that the BYE still finds the proxies' state.
  const expiryMs = (intervalS - Math.min(32, intervalS / 3)) * 1000;
  const cancelExpiry = schedule.after(expiryMs, expire);
  const cancelRefresh = refresher === 'local' ? schedule.after(intervalS * 500, refresh) : () => {};
  const cancel = (): void => {
    cancelExpiry();
    cancelRefresh();
  };
  dialog.session = { intervalS, refresher, cancel };
}
