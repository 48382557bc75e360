import { DateTime } from 'luxon';
import type { OpenSpan } from '../../store/index.ts';
import type { DialogueState, Line } from '../dialogue.ts';
import type { ProfileSnapshot } from '../model.ts';
import type { Reading } from '../understanding/reading.ts';

/** Opening spans of a local day, earliest first. */
export function spansOf(
  { hours, holidays = [] }: Pick<ProfileSnapshot, 'hours' | 'holidays'>,
  day: string,
): readonly Pick<OpenSpan, 'fromMinute' | 'toMinute'>[] {
  const holiday = holidays.find((one) => one.day === day);
  if (holiday) return holiday.spans;
  const { weekday } = DateTime.fromISO(day, { zone: 'utc' });
  return hours.filter((span) => span.weekday === weekday).sort((a, b) => a.fromMinute - b.fromMinute);
}

/** Answers "what are your hours?", and "are you open on Saturday?" for that day. */
export function hoursLine(reading: Reading, _state: DialogueState): Line {
  const days = reading.when?.days;
  return days && days.from === days.to ? { name: 'hours-of-day', day: days.from } : { name: 'hours' };
}
