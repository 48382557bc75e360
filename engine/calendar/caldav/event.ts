import ICAL from 'ical.js';
import { DateTime, IANAZone } from 'luxon';
import { type Appointment, eventDomain } from '../../store/index.ts';

/** An event elsewhere, as far as it is compared with an appointment. */
export interface RemoteEvent {
  readonly uid: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly cancelled: boolean;
  /** When somebody last changed it; null where it does not say. */
  readonly changedAtMs: number | null;
}

/** The same for good, so that an appointment is one event however often it is written. */
export const uidOf = (appointmentId: string): string => `${appointmentId}${eventDomain}`;

/** Null for an event that no Voxbox wrote. */
export const appointmentIdOf = (uid: string): string | null =>
  uid.endsWith(eventDomain) ? uid.slice(0, -eventDomain.length) : null;

/** Null for what is no calendar, or holds no event. `timeZone` is meant where an event names none. */
export function readEvent(body: string, timeZone: string): RemoteEvent | null {
  const master = mastersOf(body)[0];
  if (!master) return null;
  const span = spanOf(new ICAL.Event(master), timeZone);
  if (!span) return null;
  return {
    uid: textOf(master, 'uid'),
    startsAtMs: span.startMs,
    endsAtMs: span.endMs,
    cancelled: isCancelled(master),
    changedAtMs: momentOf(master, 'last-modified') ?? momentOf(master, 'dtstamp'),
  };
}

/**
 * An appointment as an event, in the place of what lies there: fields that are not ours stay as they are. It is as old
 * as the change that it tells of, so that a later one of ours is seen to be later.
 */
export function writeEvent(appointment: Appointment, existing: string | null): string {
  const calendar = (existing !== null && calendarOf(existing)) || newCalendar();
  const [master, ...others] = eventsOf(calendar);
  const isNew = !master;
  const event = master ?? new ICAL.Component('vevent');
  if (isNew) {
    calendar.addSubcomponent(event);
    event.updatePropertyWithValue('uid', uidOf(appointment.id));
    event.updatePropertyWithValue('created', utc(appointment.createdAtMs));
    event.updatePropertyWithValue('description', descriptionOf(appointment));
  }
  // An appointment is once.
  for (const other of others) calendar.removeSubcomponent(other);
  for (const name of ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'exdate', 'status']) {
    event.removeAllProperties(name);
  }
  event.addPropertyWithValue('dtstart', utc(appointment.startsAtMs));
  event.addPropertyWithValue('dtend', utc(appointment.endsAtMs));
  event.addPropertyWithValue('status', 'CONFIRMED');
  event.updatePropertyWithValue('summary', summaryOf(appointment));
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? -1) + 1;
  event.updatePropertyWithValue('sequence', Math.max(sequence, appointment.revision));
  event.updatePropertyWithValue('last-modified', utc(appointment.changedAtMs));
  event.updatePropertyWithValue('dtstamp', utc(appointment.changedAtMs));
  return `${calendar.toString()}\r\n`;
}

const summaryOf = ({ serviceName, customerName, staffName }: Appointment): string =>
  `${serviceName}, ${customerName} (${staffName})`;

const descriptionOf = ({ customerPhone, customerEmail, details }: Appointment): string =>
  [
    customerPhone,
    ...(customerEmail === null ? [] : [customerEmail]),
    ...Object.entries(details).map(([name, value]) => `${name}: ${value}`),
  ].join('\n');

function newCalendar(): ICAL.Component {
  const calendar = new ICAL.Component('vcalendar');
  calendar.updatePropertyWithValue('version', '2.0');
  calendar.updatePropertyWithValue('prodid', '-//Voxbox//Voxbox//EN');
  return calendar;
}

const utc = (ms: number): ICAL.Time => ICAL.Time.fromJSDate(new Date(ms), true);

function calendarOf(body: string): ICAL.Component | null {
  try {
    const calendar = new ICAL.Component(ICAL.parse(body));
    return calendar.name === 'vcalendar' ? calendar : null;
  } catch {
    return null;
  }
}

const isOverride = (event: ICAL.Component): boolean => event.getFirstProperty('recurrence-id') !== null;

/** The event itself before what was changed about single times of it. */
const eventsOf = (calendar: ICAL.Component): ICAL.Component[] =>
  calendar
    .getAllSubcomponents('vevent')
    .toSorted((one, other) => Number(isOverride(one)) - Number(isOverride(other)));

/** Those that stand for themselves: also single times of something recurring that is not there itself. */
export function mastersOf(body: string): ICAL.Component[] {
  const calendar = calendarOf(body);
  if (!calendar) return [];
  const events = eventsOf(calendar).filter(
    (event) => event.getFirstPropertyValue('dtstart') instanceof ICAL.Time,
  );
  const masters = events.filter((event) => !isOverride(event));
  return masters.length > 0 ? masters : events;
}

export const textOf = (event: ICAL.Component, name: string): string => {
  const value = event.getFirstPropertyValue(name);
  return typeof value === 'string' ? value : '';
};

export const isCancelled = (event: ICAL.Component): boolean =>
  textOf(event, 'status').toUpperCase() === 'CANCELLED';

function momentOf(event: ICAL.Component, name: string): number | null {
  const value = event.getFirstPropertyValue(name);
  return value instanceof ICAL.Time ? value.toUnixTime() * 1000 : null;
}

/** Of an event or of one of its times; null where it has no beginning. */
export function spanOf(
  event: Pick<ICAL.Event, 'startDate' | 'endDate' | 'component'>,
  timeZone: string,
): { startMs: number; endMs: number; allDay: boolean } | null {
  const begins = event.component.getFirstProperty('dtstart');
  if (!begins || !(event.startDate instanceof ICAL.Time)) return null;
  const startZone = begins.getFirstParameter('tzid');
  const endZone = event.component.getFirstProperty('dtend')?.getFirstParameter('tzid') ?? startZone;
  return {
    startMs: momentIn(event.startDate, startZone, timeZone),
    endMs: momentIn(event.endDate, endZone, timeZone),
    allDay: event.startDate.isDate,
  };
}

/** Zones by the names of IANA are known better here than most calendars write them down. */
function momentIn(time: ICAL.Time, zoneName: string | undefined, timeZone: string): number {
  const { zone } = time;
  if (zone === ICAL.Timezone.utcTimezone) return time.toUnixTime() * 1000;
  const isNamed = !time.isDate && zoneName !== undefined && IANAZone.isValidZone(zoneName);
  const isDefined = !time.isDate && zone !== null && zone !== ICAL.Timezone.localTimezone;
  if (!isNamed && isDefined) return time.toUnixTime() * 1000;
  const { year, month, day, hour, minute, second } = time;
  const local = { year, month, day, ...(time.isDate ? {} : { hour, minute, second }) };
  return DateTime.fromObject(local, { zone: isNamed ? zoneName : timeZone }).toMillis();
}
