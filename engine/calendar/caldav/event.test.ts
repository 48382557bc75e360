import { describe, expect, it } from 'vitest';
import { busyTimesOf, recurs } from './busy.ts';
import { appointmentIdOf, readEvent, uidOf, writeEvent } from './event.ts';

const zone = 'Europe/Berlin';
const utc = (text: string): number => Date.parse(`${text}Z`);
const ics = (...events: readonly string[][]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
const horizon = { timeZone: zone, fromMs: utc('2026-11-01T00:00'), toMs: utc('2027-01-01T00:00') };
const busy = async (...events: readonly string[][]) =>
  (await busyTimesOf(ics(...events), horizon)).map(({ startMs, endMs }) =>
    [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(5, 16)).join('/'),
  );

const appointment = {
  ...{ id: '0199f0a0-0000-7000-8000-000000000001', serviceId: 's', serviceName: 'Cut', staffId: 'a' },
  ...{ staffName: 'Ann', startsAtMs: utc('2026-11-23T09:00'), endsAtMs: utc('2026-11-23T09:30') },
  ...{ blockedFromMs: 0, blockedToMs: 0, customerName: 'Sarah; Miller, Jr', customerPhone: '+4930555' },
  ...{ customerEmail: null, details: { note: 'two\nlines' }, status: 'booked' as const, callId: null },
  ...{ createdAtMs: utc('2026-11-20T08:00'), changedAtMs: utc('2026-11-20T08:00'), revision: 0 },
};

describe('an appointment as an event', () => {
  it('comes back as it was written, under one UID', () => {
    const event = readEvent(writeEvent(appointment, null), zone);
    expect(event).toEqual({
      uid: uidOf(appointment.id),
      startsAtMs: appointment.startsAtMs,
      endsAtMs: appointment.endsAtMs,
      cancelled: false,
      changedAtMs: appointment.changedAtMs,
    });
    expect(appointmentIdOf(event?.uid ?? '')).toBe(appointment.id);
    expect(appointmentIdOf('somebody@else')).toBeNull();
  });

  it('has no METHOD, which a stored event must not have (RFC 4791 §4.1), and CRLF at every end of a line', () => {
    const body = writeEvent(appointment, null);
    expect(body).not.toContain('METHOD');
    expect(body.replaceAll('\r\n', '')).not.toContain('\n');
    expect(body).toContain('SUMMARY:Cut\\, Sarah\\; Miller\\, Jr (Ann)');
  });

  it('keeps what somebody else wrote into it when it is moved', () => {
    const theirs = writeEvent(appointment, null).replace(
      'END:VEVENT',
      'X-COLOUR:red\r\nLOCATION:Room 2\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\nEND:VEVENT',
    );
    const moved = { ...appointment, startsAtMs: utc('2026-11-24T10:00'), endsAtMs: utc('2026-11-24T10:30') };
    const body = writeEvent({ ...moved, revision: 1 }, theirs);
    expect(readEvent(body, zone)).toMatchObject({ startsAtMs: moved.startsAtMs, endsAtMs: moved.endsAtMs });
    for (const kept of ['X-COLOUR:red', 'LOCATION:Room 2', 'TRIGGER:-PT10M', '+4930555']) {
      expect(body).toContain(kept);
    }
    expect(body.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  });

  it('reads times of a named zone, of none, of a defined one, and of a whole day', () => {
    const start = (...lines: string[]) => readEvent(ics(['UID:1', ...lines]), zone)?.startsAtMs;
    expect(start('DTSTART;TZID=America/New_York:20261123T090000', 'DURATION:PT1H')).toBe(
      utc('2026-11-23T14:00'),
    );
    expect(start('DTSTART:20261123T090000')).toBe(utc('2026-11-23T08:00'));
    expect(start('DTSTART;VALUE=DATE:20261123')).toBe(utc('2026-11-22T23:00'));
    const defined = [
      'BEGIN:VTIMEZONE\r\nTZID:Custom\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500',
      'TZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT',
    ].join('\r\n');
    const body = ics(['UID:1', 'DTSTART;TZID=Custom:20261123T090000']).replace('BEGIN:VEVENT', defined);
    expect(readEvent(body, zone)?.startsAtMs).toBe(utc('2026-11-23T04:00'));
  });

  it('takes what is no calendar for none', async () => {
    for (const body of ['', 'hello', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR', 'BEGIN:VEVENT', ics(['UID:1'])]) {
      expect(readEvent(body, zone)).toBeNull();
      expect(await busyTimesOf(body, horizon)).toEqual([]);
    }
    expect(readEvent(writeEvent(appointment, 'hello'), zone)?.startsAtMs).toBe(appointment.startsAtMs);
  });
});

describe('busy times', () => {
  it('are those of events that are neither cancelled nor marked as free', async () => {
    const at = ['DTSTART:20261123T090000Z', 'DTEND:20261123T100000Z'];
    expect(await busy(['UID:1', ...at])).toEqual(['11-23T09:00/11-23T10:00']);
    expect(await busy(['UID:1', ...at, 'STATUS:CANCELLED'])).toEqual([]);
    expect(await busy(['UID:1', ...at, 'TRANSP:TRANSPARENT'])).toEqual([]);
    expect(await busy(['UID:1', 'DTSTART:20261123T090000Z'])).toEqual([]);
    expect(await busy(['UID:1', 'DTSTART;VALUE=DATE:20261123'])).toEqual(['11-22T23:00/11-23T23:00']);
  });

  it('lay recurring events out, without what was left out, moved or freed', async () => {
    const weekly = [
      ...['UID:1', 'DTSTART;TZID=Europe/Berlin:20261019T090000', 'DTEND;TZID=Europe/Berlin:20261019T100000'],
      ...['RRULE:FREQ=WEEKLY;COUNT=8', 'EXDATE;TZID=Europe/Berlin:20261116T090000'],
    ];
    const moved = [
      ...['UID:1', 'RECURRENCE-ID;TZID=Europe/Berlin:20261109T090000'],
      ...[
        'DTSTART;TZID=Europe/Berlin:20261110T120000',
        'DTEND;TZID=Europe/Berlin:20261110T130000',
        'SUMMARY:Moved',
      ],
    ];
    const freed = [
      ...['UID:1', 'RECURRENCE-ID;TZID=Europe/Berlin:20261123T090000', 'STATUS:CANCELLED'],
      ...['DTSTART;TZID=Europe/Berlin:20261123T090000', 'DTEND;TZID=Europe/Berlin:20261123T100000'],
    ];
    // Nine o'clock stays nine o'clock where the clocks have changed: the first two lie before the horizon.
    expect(await busy(weekly, moved, freed)).toEqual([
      '11-02T08:00/11-02T09:00',
      '11-10T11:00/11-10T12:00',
      '11-30T08:00/11-30T09:00',
      '12-07T08:00/12-07T09:00',
    ]);
    expect(recurs(ics(weekly))).toBe(true);
    expect(recurs(ics(moved))).toBe(false);
  });

  it('have an end, however long and often something recurs', async () => {
    const forever = ['UID:1', 'DTSTART:20200101T000000Z', 'DTEND:20200101T000001Z', 'RRULE:FREQ=SECONDLY'];
    expect(await busy(forever)).toEqual([]);
    const daily = ['UID:1', 'DTSTART:20000101T090000Z', 'DTEND:20000101T100000Z', 'RRULE:FREQ=DAILY'];
    expect(await busy(daily)).toHaveLength(61);
  });
});
