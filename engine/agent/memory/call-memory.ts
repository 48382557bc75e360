import type { Appointment, CallerPreferences, CallMemory, TenantStore } from '../../store/index.ts';
import { type CallRecord, partyName, partyNumber } from '../after-call/call-record.ts';
import { factsOf } from '../after-call/summary.ts';
import { partOfDayAt } from './part-of-day.ts';

/** How many appointments tell what is usual. */
const looksBack = 6;
const looksBackMs = 730 * 86_400_000;

/** What one call adds to the memory of its caller; null where nothing is to be kept. */
export function memoryOf(
  store: TenantStore,
  record: CallRecord,
  { summary, clean }: { readonly summary: string; readonly clean: (text: string) => string },
): CallMemory | null {
  const number = partyNumber(record);
  const { call } = record;
  if (number === null || !store.privacy.policy().memory || call.answeredAtMs === null) return null;
  const appointments = store.appointments.ofPhone(number, call.startedAtMs - looksBackMs);
  return {
    number,
    callId: call.id,
    name: partyName(record),
    preferences: preferencesOf(appointments.slice(-looksBack), store.timeZone),
    facts: factsOf(record).map(({ kind, text }) => ({ kind, text: clean(text) })),
    summary,
    atMs: call.startedAtMs,
  };
}

/** What most of the last appointments have in common, where there are two or more of a kind. */
export function preferencesOf(appointments: readonly Appointment[], timeZone: string): CallerPreferences {
  return {
    serviceId: usual(appointments.map(({ serviceId }) => serviceId)),
    staffId: usual(appointments.map(({ staffId }) => staffId)),
    partOfDay: usual(appointments.map(({ startsAtMs }) => partOfDayAt(startsAtMs, timeZone))),
  };
}

/** What at least two, and more than half, are. */
function usual<T extends string>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most && most[1] >= 2 && most[1] * 2 > values.length ? most[0] : null;
}
