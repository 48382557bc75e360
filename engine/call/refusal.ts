import { type ErrorCode, errorCatalogue, isVoxboxError, type Log } from '../foundation/index.ts';
import type { SrfResponse } from '../sip/index.ts';
import { loadingRetryS } from './overflow.ts';

/** Refuses an INVITE with the status that the catalogue has for the failure. */
export function refuse(res: SrfResponse, code: ErrorCode, log: Log, retryAfterS = loadingRetryS): void {
  const entry = errorCatalogue[code];
  const status = 'sipStatus' in entry ? entry.sipStatus : 500;
  log.warn({ code, status }, 'call refused');
  res.send(status, status === 503 ? { headers: { 'Retry-After': String(retryAfterS) } } : {});
}

export const codeOf = (error: unknown): ErrorCode =>
  isVoxboxError(error) ? error.code : 'call_worker_unavailable';
