import { setImmediate } from 'node:timers/promises';
import { VoxboxError } from '../../foundation/index.ts';
import { type LinkSyncParts, linkOf, pull } from './pull.ts';
import { settle } from './settle.ts';

/** Fewer may well have been deleted by hand. */
const fewestToDoubt = 3;

/**
 * Brings one calendar and the appointments into step: looks at what has changed there, then settles each appointment
 * that differs. Each step is written down with what it did, so that it can be cut off anywhere.
 *
 * @throws VoxboxError what the calendar throws; `calendar_emptied`; `not_found` where it was unlinked meanwhile
 */
export async function syncLink(parts: LinkSyncParts): Promise<void> {
  const { store, linkId, clock } = parts;
  const ctag = await pull(parts);
  const link = linkOf(parts);
  if (!link.readOnly) {
    doubtEmptiness(parts);
    for (const appointmentId of store.calendarCopies.unsettled(linkId, clock.nowMs())) {
      await settle(appointmentId, parts);
      await setImmediate();
    }
  }
  // Only now: what was not seen through to its end is looked at again.
  store.calendarLinks.note(linkId, { ctag });
}

/**
 * A server that has lost everything must not cancel everything. Once in doubt, none is cancelled until some are back, or
 * were cancelled here. @throws VoxboxError `calendar_emptied`
 */
function doubtEmptiness(parts: LinkSyncParts): void {
  const { store, linkId, clock } = parts;
  const { agreed, gone } = store.calendarCopies.goneThere(linkId, clock.nowMs());
  const least = linkOf(parts).problem === 'calendar_emptied' ? 1 : fewestToDoubt;
  if (gone >= least && gone === agreed) {
    throw new VoxboxError('calendar_emptied', `all ${gone} appointments are gone from the calendar at once`);
  }
}
