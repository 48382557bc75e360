import { href } from './route.ts';
import { dayKey, dayOf } from './zone.ts';

/** The form for an appointment. */
export const bookAddress = href('calendar', undefined, { book: 'new' });

/** An appointment, opened in its week. @param zone of the business */
export const appointmentAddress = (id: string, startsAtMs: number, zone: string): string =>
  href('calendar', undefined, { day: dayKey(dayOf(startsAtMs, zone)), open: id });
