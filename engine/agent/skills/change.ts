import { type ChangeState, type DialogueState, noWish, type Question } from '../dialogue.ts';
import type { FoundAppointment } from '../model.ts';
import type { DayRange } from '../understanding/date-time.ts';
import type { Reading } from '../understanding/reading.ts';
import { dayOf, mergeWish } from './book.ts';

/**
 * Moving, cancelling and asking after an appointment. Whoever calls has to show first that it is theirs: the
 * name and the number that it was booked with, and its day too where they only name the number they call from,
 * since a caller's number can be forged.
 */

/** A change begins, with whatever the turn already said of it. */
export function withChange(
  state: DialogueState,
  what: ChangeState['what'],
  reading: Reading | null,
): DialogueState {
  const change: ChangeState = {
    what,
    name: reading?.name?.value ?? null,
    phone: reading?.phone?.value ?? null,
    phoneOfLine: false,
    days: reading?.when?.days ?? null,
    found: [],
    appointment: null,
    misses: 0,
  };
  const wish = reading?.toWhen ? mergeWish(noWish, reading.toWhen) : noWish;
  return { ...state, change, wish, digits: '', readBack: null };
}

/** What is needed before the appointment can be looked for; null when nothing is. */
export function missingOfChange(change: ChangeState): Question | null {
  if (change.appointment) return null;
  if (change.what === null) return 'which-change';
  if (change.name === null) return 'appointment-name';
  if (change.phone === null) return 'appointment-phone';
  if (change.phoneOfLine && change.days === null) return 'appointment-day';
  return null;
}

/** What the turn adds to what is known of the appointment; the same object where it adds nothing. */
export function filledChange(change: ChangeState, reading: Reading): ChangeState {
  let more = change;
  if (reading.name && reading.name.value !== change.name) more = { ...more, name: reading.name.value };
  if (reading.phone) more = { ...more, phone: reading.phone.value, phoneOfLine: false };
  if (reading.when?.days) more = { ...more, days: reading.when.days };
  return more;
}

/** Those that fit the day that the caller named. */
export function ofDays(
  appointments: readonly FoundAppointment[],
  { from, to }: DayRange,
  zone: string,
): readonly FoundAppointment[] {
  return appointments.filter(({ startsAtMs }) => {
    const day = dayOf(startsAtMs, zone);
    return day >= from && day <= to;
  });
}
