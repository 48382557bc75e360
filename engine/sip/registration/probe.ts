import { type Clock, systemClock } from '../../foundation/index.ts';
import type { Srf, SrfHeaders, SrfResponse } from '../srf.ts';
import { externalOf, isOwnReply } from './via.ts';

export interface ProbeResult {
  /** Any status means that somebody is there; null where nobody answered in time. */
  readonly status: number | null;
  readonly rttMs: number | null;
  /** Where the other side saw the request come from; null where it does not tell. */
  readonly external: { readonly address: string; readonly port: number } | null;
}

export interface ProbeOptions {
  readonly uri: string;
  /** Next hop in place of the URI's host. */
  readonly proxy?: string;
  readonly timeoutMs: number;
  readonly headers?: SrfHeaders;
  readonly clock?: Clock;
}

/** Asks with OPTIONS whether somebody is there (RFC 3261 §11). Never rejects. */
export async function probeOptions(srf: Srf, options: ProbeOptions): Promise<ProbeResult> {
  const { clock = systemClock, headers = {}, ...rest } = options;
  const startMs = clock.monotonicMs();
  const response = await requestFinal(srf, { ...rest, method: 'OPTIONS', headers });
  if (!response || isOwnReply(response)) return { status: null, rttMs: null, external: null };
  const { status } = response;
  return { status, rttMs: clock.monotonicMs() - startMs, external: externalOf(response) };
}

/** Sends a request outside of any dialog. Resolves with its final answer, null where none came in time. */
export const requestFinal = (
  srf: Srf,
  options: {
    readonly uri: string;
    readonly method: string;
    readonly headers: SrfHeaders;
    readonly proxy?: string;
    readonly timeoutMs: number;
  },
): Promise<SrfResponse | null> =>
  new Promise((resolve) => {
    const { uri, method, headers, proxy, timeoutMs } = options;
    const limit = setTimeout(() => resolve(null), timeoutMs).unref();
    const settle = (response: SrfResponse | null): void => {
      clearTimeout(limit);
      resolve(response);
    };
    const request = { method, headers: { ...headers }, ...(proxy === undefined ? {} : { proxy }) };
    try {
      srf.request(uri, request, (error, sent) => {
        if (error) settle(null);
        else sent.on('response', (response) => response.status >= 200 && settle(response));
      });
    } catch {
      // The connection to call control is down; it comes back by itself.
      settle(null);
    }
  });
