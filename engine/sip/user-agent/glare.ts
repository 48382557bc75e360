import { randomInt } from 'node:crypto';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipTimers } from '../transaction/schedule.ts';

/** So often a request that met one of the other side is repeated before the application hears of the 491. */
export const maxGlareRetries = 6;

/**
 * The wait after a 491 (RFC 3261 §14.1): 2.1–4 s for the side that chose the Call-ID, 0–2 s for the other,
 * in steps of 10 ms. It follows T1, so that hurried timers hurry it too.
 */
export function glareDelayMs(dialog: Pick<Dialog, 'ownsCallId'>, timers: SipTimers): number {
  const stepMs = (10 * timers.t1Ms) / 500;
  return (dialog.ownsCallId ? randomInt(210, 401) : randomInt(0, 201)) * stepMs;
}
