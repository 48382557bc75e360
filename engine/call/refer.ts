import { VoxboxError } from '../foundation/index.ts';
import type { ControlledCall } from './controls-model.ts';
import type { LineLeg } from './line-leg.ts';
import type { Callees } from './transfer-target.ts';

/** Longest time without news of a call that was handed over. */
const progressMs = 40_000;

/** True where the other side says that it understands REFER (RFC 3261 §20.5). */
export const allowsRefer = (allow: string | undefined): boolean =>
  (allow ?? '').split(',').some((method) => method.trim().toUpperCase() === 'REFER');

/** Status in a `message/sipfrag` (RFC 3420): the progress of the call that the other side places. */
export function statusOfFragment(body: string): number | null {
  const status = /^SIP\/2\.0 ([1-6][0-9]{2})\b/.exec(body.trimStart())?.[1];
  return status === undefined ? null : Number(status);
}

/**
 * Blind transfer (RFC 3515): asks the caller's side to ring somebody itself, and follows what it tells of it.
 * Resolves when the other side has been connected; then nothing is left to do but to hang up.
 *
 * @throws VoxboxError `transfer_failed` with the SIP status, where the caller is still ours
 */
export async function refer(leg: Pick<LineLeg, 'dialog' | 'request'>, target: string): Promise<void> {
  const { dialog } = leg;
  if (!dialog) throw new VoxboxError('transfer_failed', 'the caller is not there any more');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (status: number | null): void =>
    reject(
      new VoxboxError('transfer_failed', `the transfer was answered with ${status}`, {
        details: { sipStatus: status },
      }),
    );
  let timer = setTimeout(() => fail(null), progressMs);
  let settled = false;
  dialog.on('notify', (req, res) => {
    res.send(200);
    const status = statusOfFragment(req.body);
    const isOver = /^\s*terminated/i.test(req.get('subscription-state') ?? '');
    if (settled || (status === null && !isOver)) return;
    clearTimeout(timer);
    if (status !== null && status >= 200 && status < 300) resolve();
    else if (isOver || (status !== null && status >= 300)) fail(status);
    else timer = setTimeout(() => fail(null), progressMs);
  });
  // Having handed the caller over, the other side may hang up without a last word.
  dialog.on('destroy', () => resolve());
  try {
    const headers = { 'Refer-To': `<${target}>`, 'Referred-By': `<${dialog.local.uri}>` };
    const response = await leg.request({ method: 'REFER', headers });
    if (!response || response.status >= 300) fail(response?.status ?? null);
    await promise;
  } finally {
    settled = true;
    clearTimeout(timer);
  }
}

/**
 * Where the caller's side takes REFER, it is asked to place the call itself. @returns whether it does, so that the
 * caller is not ours any more; null where it could not be asked
 */
export async function handOver(
  { allow, mayRefer, leg, callerHost, parts }: ControlledCall,
  callees: Callees,
  signal: AbortSignal,
): Promise<boolean | null> {
  const [only, ...more] = callees.legs;
  if (only?.kind !== 'number' || more.length > 0 || !allowsRefer(allow) || !mayRefer() || !leg.dialog)
    return null;
  // The other side places a call of its own, without the music of ours.
  await leg.music(false);
  const handedOver = await refer(leg, `sip:${only.number}@${callerHost}`).then(
    () => true,
    (error: unknown) => {
      parts.log.info({ err: error }, 'the caller could not be handed over; the box connects them itself');
      return false;
    },
  );
  if (!handedOver && !signal.aborted) await leg.music(true);
  return handedOver;
}
