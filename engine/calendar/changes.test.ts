import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, type FakeSalon, openFakeSalon } from './fake-salon.ts';
import {
  alternatives,
  approveAppointment,
  bookAppointment,
  cancelAppointment,
  declineAppointment,
  findAppointments,
  findOpenings,
  holdOpening,
  isOpen,
  nextOpening,
  rescheduleAppointment,
  restoreAppointment,
} from './index.ts';

let salon: FakeSalon;

beforeEach(() => {
  salon = openFakeSalon();
});

afterEach(() => {
  salon.close();
});

const clockTime = (ms: number): string =>
  DateTime.fromMillis(ms, { zone: salon.tenant.timeZone }).toFormat('ccc HH:mm');

const openings = (day: string, { service = 'cut', callId = null as string | null } = {}): string[] => {
  const [fromMs, toMs] = [salon.at(day), salon.at(`${day}T23:59`)];
  const request = { serviceId: salon.serviceId(service), fromMs, toMs, limit: 100, callId };
  return findOpenings(salon.tenant, request, salon.clock).map(({ startsAtMs }) => clockTime(startsAtMs));
};
const last = <T>(list: readonly T[]): T | undefined => list.at(-1);

describe('a hold', () => {
  it('keeps the time for its call until it runs out', () => {
    const [one, other, third] = [salon.call('one'), salon.call('other'), salon.call('third')];
    const { expiresAtMs } = salon.hold('2026-11-23T09:00', one);
    expect(expiresAtMs).toBe(salon.at('2026-11-20T12:03'));
    salon.hold('2026-11-23T09:00', other);
    expect(codeOf(() => salon.hold('2026-11-23T09:00', third))).toBe('opening_taken');
    expect(codeOf(() => salon.book('2026-11-23T09:00'))).toBe('opening_taken');
    expect(openings('2026-11-23')[0]).toBe('Mon 09:30');
    expect(openings('2026-11-23', { callId: one })[0]).toBe('Mon 09:00');
    expect(salon.book('2026-11-23T09:00', { callId: other }).staffName).toBe('Ben');
    expect(salon.book('2026-11-23T09:00', { callId: one }).staffName).toBe('Ann');
    expect(salon.tenant.holds.list(0)).toEqual([]);
  });

  it('gives way to the next one of its call, and to time', () => {
    const [one, other] = [salon.call('one'), salon.call('other')];
    for (const start of ['09:00', '10:00', '10:00']) salon.hold(`2026-11-23T${start}`, one);
    expect(salon.tenant.holds.list(0)).toMatchObject([{ startsAtMs: salon.at('2026-11-23T10:00') }]);
    salon.book('2026-11-23T10:00', { callId: other });
    expect(codeOf(() => salon.book('2026-11-23T10:00'))).toBe('opening_taken');
    expect(codeOf(() => salon.hold('2026-11-23T08:00', one))).toBe('outside_hours');
    expect(salon.tenant.holds.list(0), 'the earlier hold stays').toHaveLength(1);
    salon.setNow('2026-11-20T12:03');
    expect(salon.book('2026-11-23T10:00').staffName).toBe('Ann');
    expect(codeOf(() => salon.book('2026-11-23T10:00', { callId: one }))).toBe('opening_taken');
  });
});

describe('moving an appointment', () => {
  it('is one change, to the same person where they are free', () => {
    salon.book('2026-11-23T09:00');
    const bens = salon.book('2026-11-23T09:00');
    const moved = salon.move(bens.id, '2026-11-23T11:00');
    expect(moved).toMatchObject({ id: bens.id, staffName: 'Ben', status: 'booked', revision: 1 });
    expect(last(salon.events)).toMatchObject({
      type: 'appointment.moved',
      fromMs: salon.at('2026-11-23T09:00'),
      toMs: salon.at('2026-11-23T11:00'),
    });
    const told = salon.events.length;
    expect(salon.move(bens.id, '2026-11-23T11:00')).toEqual(moved);
    expect(salon.events).toHaveLength(told);
    expect(salon.move(bens.id, '2026-11-23T09:00').staffName).toBe('Ben');
  });

  it('has its own old time free, and keeps it where the new one is taken', () => {
    const own = salon.book('2026-11-23T09:00', { service: 'colour' });
    expect(salon.move(own.id, '2026-11-23T09:30')).toMatchObject({ staffName: 'Ann' });
    salon.book('2026-11-23T12:00');
    salon.book('2026-11-23T12:00');
    expect(codeOf(() => salon.move(own.id, '2026-11-23T11:30'))).toBe('opening_taken');
    expect(codeOf(() => salon.move(own.id, '2026-11-22T11:30'))).toBe('outside_hours');
    expect(salon.tenant.appointments.find(own.id)?.startsAtMs).toBe(salon.at('2026-11-23T09:30'));
    const request = { serviceId: salon.serviceId('colour'), startsAtMs: salon.at('2026-11-23T10:00') };
    salon.book('2026-11-23T09:00', { service: 'colour' });
    const moving = { ...request, callId: salon.call('c'), appointmentId: own.id };
    expect(holdOpening(salon.tenant, moving, salon.parts).expiresAtMs).toBeGreaterThan(0);
    expect(salon.move(own.id, '2026-11-23T10:00', 'c').staffName).toBe('Ann');
  });

  it('ends with the appointment', () => {
    const { id } = salon.book('2026-11-20T13:00');
    salon.setNow('2026-11-20T13:00');
    expect(codeOf(() => salon.move(id, '2026-11-23T11:00'))).toBe('appointment_closed');
    const cancel = (callId: string | null) =>
      cancelAppointment(salon.tenant, { appointmentId: id, callId }, salon.parts);
    expect(codeOf(() => cancel(salon.call('c')))).toBe('appointment_closed');
    expect(cancel(null).status).toBe('cancelled');
    expect(cancel('c').status).toBe('cancelled');
    expect(codeOf(() => salon.move(id, '2026-11-23T11:00'))).toBe('appointment_closed');
    expect(codeOf(() => salon.move('none', '2026-11-23T11:00'))).toBe('not_found');
    expect(salon.events.filter(({ type }) => type === 'appointment.cancelled')).toHaveLength(1);
  });
});

describe('a draft', () => {
  beforeEach(() => {
    salon.tenant.calendarSettings.change({ approval: 'by-hand' });
  });

  it('takes its time until the owner says yes or no', () => {
    const [yes, no] = [salon.book('2026-11-23T09:00'), salon.book('2026-11-23T09:00')];
    expect([yes.status, no.status]).toEqual(['draft', 'draft']);
    expect(last(salon.events)?.type).toBe('appointment.drafted');
    expect(codeOf(() => salon.book('2026-11-23T09:00'))).toBe('opening_taken');
    for (let twice = 0; twice < 2; twice += 1) {
      expect(approveAppointment(salon.tenant, yes.id, salon.parts).status).toBe('booked');
      expect(declineAppointment(salon.tenant, no.id, salon.parts).status).toBe('cancelled');
    }
    expect(codeOf(() => declineAppointment(salon.tenant, yes.id, salon.parts))).toBe('appointment_closed');
    expect(codeOf(() => approveAppointment(salon.tenant, no.id, salon.parts))).toBe('appointment_closed');
    expect(salon.events.slice(-2).map(({ type }) => type)).toEqual([
      'appointment.approved',
      'appointment.declined',
    ]);
    expect(salon.book('2026-11-23T09:00').staffName).toBe('Ben');
  });

  it('is what a call moves; the desk needs no word of its own', () => {
    const { id } = salon.book('2026-11-23T09:00', { callId: salon.call('c') });
    approveAppointment(salon.tenant, id, salon.parts);
    expect(salon.move(id, '2026-11-23T10:00').status).toBe('booked');
    expect(salon.move(id, '2026-11-23T11:00', 'c').status).toBe('draft');
    expect(salon.tenant.appointments.ofCall('c')).toHaveLength(1);
  });
});

describe('buffers, capacity and the hours of staff', () => {
  it('keep the time around an appointment free', () => {
    salon.book('2026-11-23T10:00', { service: 'colour' });
    salon.book('2026-11-23T10:00', { service: 'colour' });
    // Kept free: 09:50 to 11:20.
    expect(openings('2026-11-23').slice(0, 3)).toEqual(['Mon 09:00', 'Mon 11:30', 'Mon 12:00']);
    expect(codeOf(() => salon.book('2026-11-23T09:25'))).toBe('opening_taken');
    expect(codeOf(() => salon.book('2026-11-23T11:15'))).toBe('opening_taken');
    expect(salon.book('2026-11-23T09:20').staffName).toBe('Ann');
    expect(salon.book('2026-11-23T11:20').staffName).toBe('Ann');
    // Buffers of two do not overlap either: 11:20 + 10 would be needed behind Ben.
    expect(codeOf(() => salon.book('2026-11-23T11:25', { service: 'colour' }))).toBe('opening_taken');
    expect(salon.book('2026-11-23T11:30', { service: 'colour' }).staffName).toBe('Ben');
    // They may reach out of the hours.
    expect(salon.book('2026-11-24T16:00', { service: 'colour' }).staffName).toBe('Ann');
    expect(salon.book('2026-11-24T09:00', { service: 'colour' }).staffName).toBe('Ann');
  });

  it('let as many guests into one class as there is room for', () => {
    const join = () => salon.book('2026-11-23T10:00', { service: 'class' });
    expect([join(), join()].map(({ staffName }) => staffName)).toEqual(['Ben', 'Ben']);
    expect(openings('2026-11-23', { service: 'class' })).toContain('Mon 10:00');
    expect(codeOf(() => salon.book('2026-11-23T10:15', { service: 'class' }))).toBe('opening_taken');
    expect(salon.book('2026-11-23T10:00').staffName).toBe('Ann');
    expect(codeOf(() => salon.book('2026-11-23T10:00'))).toBe('opening_taken');
    salon.hold('2026-11-23T10:00', salon.call('c'), 'class');
    expect(codeOf(join)).toBe('opening_taken');
    expect(salon.book('2026-11-23T10:00', { service: 'class', callId: 'c' }).staffName).toBe('Ben');
    expect(codeOf(join)).toBe('opening_taken');
    expect(openings('2026-11-23', { service: 'class' })).not.toContain('Mon 10:00');
  });

  it('book people when they work', () => {
    salon.close();
    const monday = (fromMinute: number, toMinute: number) => ({ weekday: 1 as const, fromMinute, toMinute });
    salon = openFakeSalon({
      staff: [
        { name: 'Ann', hours: [monday(480, 600), monday(840, 1080)] },
        { name: 'Ben', hours: [monday(900, 960)] },
      ],
    });
    expect(openings('2026-11-23')).toEqual(
      ['09:00', '09:30', '14:00', '14:30', '15:00', '15:30', '16:00', '16:30'].map((time) => `Mon ${time}`),
    );
    expect(openings('2026-11-24')).toEqual([]);
    expect(codeOf(() => salon.book('2026-11-23T08:30'))).toBe('outside_hours');
    expect(codeOf(() => salon.book('2026-11-23T11:00'))).toBe('outside_hours');
    expect(salon.book('2026-11-23T15:00').staffName).toBe('Ann');
    expect(salon.book('2026-11-23T15:00').staffName).toBe('Ben');
    expect(salon.book('2026-11-23T16:00').staffName).toBe('Ann');
    expect(codeOf(() => salon.book('2026-11-23T16:00'))).toBe('opening_taken');
  });
});

describe('holidays', () => {
  it('close the day, or give it other hours', () => {
    const { holidays } = salon.tenant;
    holidays.add({ day: '2026-11-26', name: 'Thanksgiving', spans: [] });
    holidays.add({ day: '2026-11-28', name: 'Saturday sale', spans: [{ fromMinute: 600, toMinute: 660 }] });
    expect(openings('2026-11-26')).toEqual([]);
    expect(codeOf(() => salon.book('2026-11-26T10:00'))).toBe('outside_hours');
    expect(openings('2026-11-28')).toEqual(['Sat 10:00', 'Sat 10:30']);
    expect(salon.book('2026-11-28T10:30').staffName).toBe('Ann');
    expect(codeOf(() => salon.book('2026-11-28T10:45'))).toBe('outside_hours');
    const { hours } = salon.tenant.profile();
    const opening = { hours, timeZone: salon.tenant.timeZone, holidays: holidays.list() };
    expect(isOpen(opening, salon.at('2026-11-26T10:00'))).toBe(false);
    expect(isOpen(opening, salon.at('2026-11-28T10:59'))).toBe(true);
    expect(nextOpening(opening, salon.at('2026-11-25T17:00'))).toBe(salon.at('2026-11-27T09:00'));
    holidays.add({ day: '2026-11-26', name: 'open', spans: [{ fromMinute: 540, toMinute: 600 }] });
    expect(openings('2026-11-26')).toEqual(['Thu 09:00', 'Thu 09:30']);
    holidays.remove('2026-11-26');
    expect(openings('2026-11-26')).toHaveLength(16);
    expect(codeOf(() => holidays.remove('2026-11-26'))).toBe('not_found');
    expect(codeOf(() => holidays.add({ day: '2026-02-30', name: '', spans: [] }))).toBe('input_invalid');
    expect(last(salon.events)).toMatchObject({ type: 'holiday.removed', day: '2026-11-26' });
  });

  it('may last for weeks, and there is an opening behind them', () => {
    for (let i = 0; i < 30; i += 1) {
      const day = DateTime.fromISO('2026-11-21').plus({ days: i }).toFormat('yyyy-MM-dd');
      salon.tenant.holidays.add({ day, name: 'away', spans: [] });
    }
    const opening = {
      ...{ hours: salon.tenant.profile().hours, timeZone: salon.tenant.timeZone },
      holidays: salon.tenant.holidays.list(),
    };
    expect(nextOpening(opening, salon.at('2026-11-20T18:00'))).toBe(salon.at('2026-12-21T09:00'));
    const near = { serviceId: salon.serviceId('cut'), nearMs: salon.at('2026-12-01T10:00'), limit: 2 };
    expect(
      alternatives(salon.tenant, near, salon.clock).map(({ startsAtMs }) => clockTime(startsAtMs)),
    ).toEqual(['Fri 16:30', 'Fri 16:00']);
  });
});

it('names the nearest openings around a time that was lost', () => {
  for (let both = 0; both < 2; both += 1) salon.book('2026-11-23T10:00');
  const near = { serviceId: salon.serviceId('cut'), nearMs: salon.at('2026-11-23T10:00'), limit: 3 };
  const found = alternatives(salon.tenant, near, salon.clock).map(({ startsAtMs }) => clockTime(startsAtMs));
  expect(found).toEqual(['Mon 09:30', 'Mon 10:30', 'Mon 09:00']);
});

it('keeps what else was asked for, and refuses what is no address', () => {
  const booked = salon.book('2026-11-23T10:00', { details: { party: '4' }, email: 'sarah@example.com' });
  expect(salon.tenant.appointments.find(booked.id)).toEqual(booked);
  for (const email of ['sarah', 'a@b', 'a@b.c,d@e.f', 'a@b.c\r\nBcc: d@e.f', 'Sarah <a@b.c>']) {
    expect(codeOf(() => salon.book('2026-11-23T11:00', { email }))).toBe('input_invalid');
  }
  const details = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`${i}`, 'x']));
  expect(codeOf(() => salon.book('2026-11-23T11:00', { details }))).toBe('input_invalid');
});

it('finds the appointments of a person by number and name together', () => {
  const first = salon.book('2026-11-23T10:00');
  const cancelled = salon.book('2026-11-23T12:00');
  const other = salon.book('2026-11-23T11:00', { name: 'Tom Miller' });
  const past = salon.book('2026-11-20T12:00');
  salon.tenant.appointments.cancel(cancelled.id);
  salon.setNow('2026-11-20T12:01');
  const find = (customerName: string, customerPhone = '+15555550123') =>
    findAppointments(salon.tenant, { customerName, customerPhone }, salon.clock).map(({ id }) => id);
  expect(find('miller, sarah')).toEqual([first.id]);
  expect(find('Sara')).toEqual([first.id]);
  expect(find('Miller')).toEqual([first.id, other.id]);
  expect(find('Sarah Miller', '+15555550124')).toEqual([]);
  expect(find('')).toEqual([]);
  expect(find('Bob')).toEqual([]);
  expect(find('Sarah Miller')).not.toContain(past.id);
});

describe('the desk', () => {
  const nine = '2026-11-23T09:00';
  const book = (more: Partial<Parameters<typeof bookAppointment>[1]> = {}) =>
    bookAppointment(
      salon.tenant,
      {
        ...{ serviceId: salon.serviceId('cut'), startsAtMs: salon.at(nine), callId: null },
        ...{ customerName: 'Sarah Miller', customerPhone: '+15555550123' },
        ...more,
      },
      salon.parts,
    );

  it('books with one member of staff and nobody else', () => {
    const ben = salon.staffId('Ben');
    expect(book({ staffId: ben }).staffName).toBe('Ben');
    expect(codeOf(() => book({ staffId: ben }))).toBe('opening_taken');
    expect(book().staffName).toBe('Ann');
    expect(codeOf(() => book({ staffId: 'nobody' }))).toBe('outside_hours');
  });

  it('books what needs nobody to approve it', () => {
    salon.tenant.calendarSettings.change({ approval: 'by-hand' });
    expect([book().status, book({ approved: true }).status]).toEqual(['draft', 'booked']);
  });

  it('keeps a time from calls while a form is filled in, and takes it up', () => {
    const ann = salon.staffId('Ann');
    const at = { serviceId: salon.serviceId('cut'), startsAtMs: salon.at(nine) };
    holdOpening(salon.tenant, { ...at, callId: 'desk:form', staffId: ann }, salon.parts);
    salon.hold(nine, salon.call('one'));
    expect(codeOf(() => salon.hold(nine, salon.call('two')))).toBe('opening_taken');
    expect(codeOf(() => book({ staffId: ann }))).toBe('opening_taken');
    expect(book({ holder: 'desk:form', staffId: ann })).toMatchObject({ staffName: 'Ann', callId: null });
    expect(salon.tenant.holds.list(0).map(({ callId }) => callId)).toEqual(['one']);
  });

  it('offers the openings of one member of staff', () => {
    book({ staffId: salon.staffId('Ann') });
    const request = {
      ...{ serviceId: salon.serviceId('cut'), fromMs: salon.at('2026-11-23'), limit: 1 },
      toMs: salon.at('2026-11-23T12:00'),
    };
    const first = (name: string): string | undefined =>
      findOpenings(salon.tenant, { ...request, staffId: salon.staffId(name) }, salon.clock)
        .map(({ startsAtMs }) => clockTime(startsAtMs))
        .at(0);
    expect([first('Ann'), first('Ben')]).toEqual(['Mon 09:30', 'Mon 09:00']);
  });

  it('moves to another member of staff at the same time, and not where they are busy', () => {
    const { id } = book({ staffId: salon.staffId('Ann') });
    const move = (name: string, local = nine) =>
      rescheduleAppointment(
        salon.tenant,
        { appointmentId: id, startsAtMs: salon.at(local), staffId: salon.staffId(name), callId: null },
        salon.parts,
      );
    expect(move('Ben').staffName).toBe('Ben');
    const events = salon.events.length;
    expect(move('Ben').revision, 'asked again it changes nothing').toBe(1);
    expect(salon.events.length).toBe(events);
    book({ startsAtMs: salon.at('2026-11-23T10:00'), staffId: salon.staffId('Ann') });
    expect(codeOf(() => move('Ann', '2026-11-23T10:00'))).toBe('opening_taken');
    expect(salon.tenant.appointments.find(id)).toMatchObject({
      staffName: 'Ben',
      startsAtMs: salon.at(nine),
    });
  });

  it('takes back what was cancelled by mistake, where its place is free', () => {
    const ann = salon.staffId('Ann');
    const { id, startsAtMs } = book({ staffId: ann });
    const restore = (status: 'booked' | 'draft' = 'booked') =>
      restoreAppointment(salon.tenant, { appointmentId: id, status }, salon.parts);
    const cancel = () => cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon.parts);
    cancel();
    expect(restore()).toMatchObject({ id, startsAtMs, staffId: ann, status: 'booked', revision: 2 });
    expect(last(salon.events)).toMatchObject({ type: 'appointment.restored', appointmentId: id });
    expect(restore(), 'said twice it is said once').toMatchObject({ revision: 2 });
    expect(salon.tenant.reminders.find(id)?.status).toBe('waiting');

    cancel();
    expect(salon.tenant.reminders.find(id)?.status).toBe('cancelled');
    const other = book({ staffId: ann });
    expect(codeOf(() => restore())).toBe('opening_taken');
    cancelAppointment(salon.tenant, { appointmentId: other.id, callId: null }, salon.parts);
    salon.hold(nine, salon.call('one'));
    expect(
      codeOf(() => restore()),
      'kept for a call',
    ).toBe('opening_taken');
    salon.setNow('2026-11-20T12:03');
    expect(restore('draft').status).toBe('draft');
    expect(
      codeOf(() => restoreAppointment(salon.tenant, { appointmentId: 'x', status: 'booked' }, salon.parts)),
    ).toBe('not_found');
  });
});
