import { createServer, type Server } from 'node:https';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MethodName, methods } from '../../engine/api/contract/index.ts';
import { FakeApi } from '../../engine/api/fake-api.ts';
import { fakeOwner } from '../../engine/api/index.ts';
import { type FakeSalon, openFakeSalon } from '../../engine/calendar/fake-salon.ts';
import {
  bookAppointment,
  type CalendarSync,
  cancelAppointment,
  findOpenings,
  holdOpening,
  startCalendarSync,
} from '../../engine/calendar/index.ts';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { fakeAuthority } from '../../engine/sip/fake-certificate.ts';
import type { CalendarLink } from '../../engine/store/index.ts';
import { freePort } from './peers/program.ts';
import { radicaleMissing as missing, Radicale } from './peers/radicale.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'done';
};

/** As calendar programs write it: in a zone of its own, which it describes. */
const event = (uid: string, ...lines: readonly string[]): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VEVENT', `UID:${uid}`],
    ...['DTSTAMP:20261101T000000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');

describe.skipIf(missing)(`a calendar at Radicale${missing}`, () => {
  let radicale: Radicale;
  let salon: FakeSalon;
  let sync: CalendarSync;
  let calendar: string;
  let made = 0;

  const account = () => ({
    ...{ address: radicale.address, user: radicale.user, password: radicale.password, allowPrivate: true },
  });
  const start = (): CalendarSync =>
    startCalendarSync({
      stores: () => [salon.tenant],
      ...{ clock: salon.clock, ids: systemIds, log: silentLog, random: () => 0.123 },
    });
  const link = async (staff: string | null = null): Promise<string> => {
    const staffId = staff === null ? null : salon.staffId(staff);
    const { id } = await sync.link(salon.tenant, { ...account(), calendar, name: 'Ann', staffId });
    await sync.syncNow(salon.tenant, id);
    return id;
  };
  const stateOf = (id: string): CalendarLink | null => salon.tenant.calendarLinks.find(id);
  const syncNow = async (id: string): Promise<CalendarLink | null> => {
    await sync.syncNow(salon.tenant, id);
    return stateOf(id);
  };
  const only = async (): Promise<[string, string]> => {
    const events = [...(await radicale.events(calendar))];
    expect(events).toHaveLength(1);
    return events[0] ?? ['', ''];
  };
  const startsAt = (id: string): number | undefined => salon.tenant.appointments.find(id)?.startsAtMs;
  /** Of UTC, as an event writes it. */
  const stamp = (ms: number): string => `${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const moved = (body: string, fromMs: number, toMs: number): string =>
    body
      .replace(`DTSTART:${stamp(fromMs)}`, `DTSTART:${stamp(toMs)}`)
      .replace(`DTEND:${stamp(fromMs + 1_800_000)}`, `DTEND:${stamp(toMs + 1_800_000)}`)
      .replace('END:VEVENT', 'X-MOVED-BY:hand\r\nEND:VEVENT');

  beforeAll(async () => {
    radicale = new Radicale(await freePort());
    await radicale.start();
  }, 30_000);
  afterAll(() => radicale.close());
  beforeEach(async () => {
    salon = openFakeSalon();
    sync = start();
    made += 1;
    calendar = await radicale.makeCalendar(`calendar-${made}`);
  });
  afterEach(async () => {
    await sync.stop();
    salon.close();
  });

  it('is found from the address of its server, and only with the right password', async () => {
    const found = await sync.find(account());
    expect(found).toContainEqual({ href: calendar, name: `Calendar of calendar-${made}`, readOnly: false });
    const refused = sync.find({ ...account(), password: 'wrong' });
    await expect(refused).rejects.toMatchObject({ code: 'calendar_login_refused' });
    const own = sync.find({ ...account(), allowPrivate: false });
    await expect(own).rejects.toMatchObject({ code: 'calendar_address_refused' });
    const nowhere = sync.find({ ...account(), address: `http://127.0.0.1:${await freePort()}/` });
    await expect(nowhere).rejects.toMatchObject({ code: 'calendar_unreachable' });
    const wrong = sync.link(salon.tenant, {
      ...{ ...account(), calendar: `${radicale.address}ann/other/`, name: 'Other', staffId: null },
    });
    await expect(wrong).rejects.toMatchObject({ code: 'calendar_not_found' });
    expect(salon.tenant.calendarLinks.list()).toEqual([]);
  });

  it('gets what is booked here, and what becomes of it', async () => {
    const { id } = salon.book('2026-11-23T10:00');
    const linkId = await link();
    expect(stateOf(linkId)).toMatchObject({ state: 'ok', problem: null, clashes: 0, busyCount: 0 });
    const [, booked] = await only();
    expect(booked).toContain(`UID:${id}@voxbox`);
    expect(booked).toContain(`DTSTART:${stamp(salon.at('2026-11-23T10:00'))}`);
    salon.move(id, '2026-11-23T14:00');
    await syncNow(linkId);
    expect((await only())[1]).toContain(`DTSTART:${stamp(salon.at('2026-11-23T14:00'))}`);
    cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon);
    await syncNow(linkId);
    expect((await radicale.events(calendar)).size).toBe(0);
  });

  it('moves and cancels what is moved and deleted there, and puts back what cannot be', async () => {
    const { id, startsAtMs } = salon.book('2026-11-23T10:00');
    const linkId = await link();
    const laterMs = salon.at('2026-11-24T11:00');
    const [href, body] = await only();
    await radicale.put(href, moved(body, startsAtMs, laterMs));
    await syncNow(linkId);
    expect(startsAt(id)).toBe(laterMs);
    await radicale.put(href, moved((await only())[1], laterMs, salon.at('2026-11-24T03:00')));
    expect(await syncNow(linkId)).toMatchObject({ state: 'ok', clashes: 1 });
    expect(startsAt(id)).toBe(laterMs);
    const [, back] = await only();
    expect(back).toContain(`DTSTART:${stamp(laterMs)}`);
    expect(back).toContain('X-MOVED-BY:hand');
    await radicale.delete(href);
    await syncNow(linkId);
    expect(salon.tenant.appointments.find(id)?.status).toBe('cancelled');
    expect((await radicale.events(calendar)).size).toBe(0);
  });

  it('keeps its people from being booked, also by what recurs, until it is unlinked', async () => {
    const at = (local: string): number => salon.at(local);
    const weekly = event(
      'weekly',
      'DTSTART;TZID=America/New_York:20261005T100000',
      'DTEND;TZID=America/New_York:20261005T110000',
      'RRULE:FREQ=WEEKLY',
      'SUMMARY:Swimming',
    );
    await radicale.put(`${calendar}weekly.ics`, weekly);
    const linkId = await link('Ann');
    const take = (local: string, staff?: string) =>
      codeOf(() =>
        bookAppointment(
          salon.tenant,
          {
            ...{ serviceId: salon.serviceId('cut'), startsAtMs: at(local), customerName: 'Sarah Miller' },
            ...{ customerPhone: '+15555550123', callId: null },
            ...(staff === undefined ? {} : { staffId: salon.staffId(staff) }),
          },
          salon.parts,
        ),
      );
    expect(take('2026-11-23T10:30', 'Ann')).toBe('opening_taken');
    expect(take('2027-03-15T10:00', 'Ann')).toBe('opening_taken');
    expect(take('2026-11-23T10:30', 'Ben')).toBe('done');
    expect(take('2026-11-23T11:00', 'Ann')).toBe('done');
    const hold = { serviceId: salon.serviceId('cut'), startsAtMs: at('2026-11-30T10:00') };
    const staffId = salon.staffId('Ann');
    expect(codeOf(() => holdOpening(salon.tenant, { ...hold, callId: 'c', staffId }, salon.parts))).toBe(
      'opening_taken',
    );
    const openings = findOpenings(
      salon.tenant,
      {
        ...{ serviceId: salon.serviceId('cut'), staffId, limit: 4 },
        ...{ fromMs: at('2026-11-30T09:00'), toMs: at('2026-11-30T12:00') },
      },
      salon.clock,
    );
    expect(openings.map(({ startsAtMs }) => startsAtMs)).toEqual(
      ['09:00', '09:30', '11:00', '11:30'].map((time) => at(`2026-11-30T${time}`)),
    );
    const [first] = salon.tenant.calendarCopies.busy(at('2026-11-23T00:00'), at('2026-11-24T00:00'));
    expect(first).toMatchObject({ title: 'Swimming', staffId, allDay: false });
    sync.unlink(salon.tenant, linkId);
    expect(take('2026-11-30T10:00', 'Ann')).toBe('done');
    // What was written there stays.
    expect((await radicale.events(calendar)).size).toBe(1);
  });

  it('of the whole business keeps everybody busy, but not by what is free or cancelled', async () => {
    const lines = ['DTSTART:20261123T150000Z', 'DTEND:20261123T160000Z'];
    await radicale.put(`${calendar}free.ics`, event('free', ...lines, 'TRANSP:TRANSPARENT'));
    await radicale.put(`${calendar}off.ics`, event('off', ...lines, 'STATUS:CANCELLED'));
    const linkId = await link();
    expect(stateOf(linkId)).toMatchObject({ state: 'ok', busyCount: 0 });
    await radicale.put(`${calendar}day.ics`, event('day', 'DTSTART;VALUE=DATE:20261124', 'SUMMARY:Trip'));
    expect(await syncNow(linkId)).toMatchObject({ busyCount: 1 });
    expect(codeOf(() => salon.book('2026-11-24T10:00'))).toBe('opening_taken');
    await radicale.delete(`${calendar}day.ics`);
    expect(await syncNow(linkId)).toMatchObject({ busyCount: 0 });
    expect(codeOf(() => salon.book('2026-11-24T10:00'))).toBe('done');
  });

  it('keeps busy by the clock of the business what names no zone, also after the business has moved', async () => {
    await radicale.put(
      `${calendar}floating.ics`,
      event('floating', 'DTSTART:20261123T100000', 'DTEND:20261123T110000'),
    );
    const linkId = await link();
    const busy = () =>
      salon.tenant.calendarCopies.busy(salon.at('2026-11-22T00:00'), salon.at('2026-11-25T00:00'));
    expect(busy().map(({ startMs }) => startMs)).toEqual([salon.at('2026-11-23T10:00')]);
    salon.moveTo('America/Chicago');
    await syncNow(linkId);
    expect(busy().map(({ startMs }) => startMs)).toEqual([salon.at('2026-11-23T11:00')]);
  });

  it('says what is wrong, and goes on by itself when its server is back', async () => {
    const linkId = await link();
    await radicale.stop();
    salon.book('2026-11-23T10:00');
    expect(await syncNow(linkId)).toMatchObject({
      ...{ state: 'failed', problem: 'calendar_unreachable', attempts: 1 },
    });
    expect(await syncNow(linkId)).toMatchObject({ attempts: 2 });
    const pauseMs = (stateOf(linkId)?.nextSyncAtMs ?? 0) - salon.clock.nowMs();
    expect(pauseMs).toBe(Math.round(240_000 * (0.9 + 0.2 * 0.123)));
    await radicale.start();
    salon.setNow(salon.clock.nowMs() + pauseMs);
    await new Promise<void>((resolve) => {
      const leave = sync.onChange(() => {
        leave();
        resolve();
      });
    });
    expect(stateOf(linkId)).toMatchObject({ state: 'ok', problem: null, attempts: 0 });
    expect((await radicale.events(calendar)).size).toBe(1);
  }, 30_000);

  it('has one event of an appointment though the engine ended before it could note it', async () => {
    const linkId = await link();
    const { id } = salon.book('2026-11-23T10:00');
    await syncNow(linkId);
    // As if it had ended between the answer of the server and the note.
    salon.tenant.calendarCopies.removeCopy(linkId, id);
    salon.tenant.calendarCopies.removeObject(linkId, `${calendar}${id}.ics`);
    await sync.stop();
    salon.reopen();
    sync = start();
    expect(await syncNow(linkId)).toMatchObject({ state: 'ok', clashes: 0 });
    expect((await only())[1]).toContain(`UID:${id}@voxbox`);
    expect(salon.tenant.appointments.find(id)?.status).toBe('booked');
  });

  it('keeps its password to itself', async () => {
    const linkId = await link();
    expect(JSON.stringify(stateOf(linkId))).not.toContain(radicale.password);
    expect(salon.tenant.calendarLinks.password(linkId)).toBe(radicale.password);
    expect(codeOf(() => salon.tenant.calendarLinks.password('another'))).toBe('not_found');
    await expect(link()).rejects.toMatchObject({ code: 'calendar_linked' });
  });
});

describe('a server whose certificate nobody vouches for', () => {
  let server: Server | null = null;

  afterAll(() => void server?.close());

  it('is told nothing', async () => {
    const asked: string[] = [];
    const { key, cert } = fakeAuthority().issue(['127.0.0.1']);
    const made = createServer({ key, cert }, ({ url = '' }, answer) => {
      asked.push(url);
      answer.end();
    });
    server = made;
    const port = await freePort();
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    const sync = startCalendarSync({
      ...{ stores: () => [], clock: systemClock, ids: systemIds, log: silentLog },
    });
    const account = { user: 'ann', password: 'secret', allowPrivate: true };
    await expect(sync.find({ ...account, address: `https://127.0.0.1:${port}/` })).rejects.toMatchObject({
      code: 'calendar_certificate_untrusted',
    });
    expect(asked).toEqual([]);
    await sync.stop();
  });
});

describe.skipIf(missing)(`the API and a calendar at Radicale${missing}`, () => {
  const fake = new FakeApi();
  let radicale: Radicale;
  let sync: CalendarSync;

  beforeAll(async () => {
    radicale = new Radicale(await freePort());
    await radicale.start();
  }, 30_000);
  afterAll(async () => {
    await sync.stop();
    await fake.close();
    await radicale.close();
  });

  it('finds, links, tells of what is busy, and unlinks', async () => {
    const { id: tenantId } = fake.box.tenants.create({ name: 'Salon', timeZone: 'Europe/Berlin' });
    sync = startCalendarSync({
      stores: () => [fake.box.tenant(tenantId)],
      ...{ clock: systemClock, ids: systemIds, log: silentLog },
    });
    const app = await fake.build({ calendars: sync, whoIs: fakeOwner });
    const calendar = await radicale.makeCalendar('mine');
    const lines = ['DTSTART:20980603T090000Z', 'DTEND:20980603T100000Z', 'SUMMARY:Dentist'];
    await radicale.put(`${calendar}one.ics`, event('one', ...lines));
    const ask = async <M extends MethodName>(
      name: M,
      id: string,
      payload?: object,
      remoteAddress?: string,
    ) => {
      const { verb, path } = methods[name];
      const answer = await app.inject({
        ...{ method: verb, url: path.replace(':id', id), headers: { host: 'localhost' } },
        ...(payload === undefined ? {} : { payload }),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
        query: path.includes('/tenants/') ? {} : { tenant: tenantId },
      });
      return answer.json();
    };
    const account = { address: radicale.address, user: radicale.user, password: radicale.password };
    const atHome = { ...account, private: true };
    expect(await ask('calendar.findCalendars', tenantId, account)).toMatchObject({
      error: { code: 'calendar_address_refused' },
    });
    expect(await ask('calendar.findCalendars', tenantId, atHome, '192.0.2.7')).toMatchObject({
      error: { code: 'request_refused' },
    });
    const { calendars } = await ask('calendar.findCalendars', tenantId, atHome);
    expect(calendars).toEqual([{ href: calendar, name: 'Calendar of mine', readOnly: false }]);
    const wanted = { ...atHome, calendar, name: 'Mine', staffId: null };
    expect(await ask('calendar.link', tenantId, { ...wanted, staffId: 'nobody' })).toMatchObject({
      error: { code: 'not_found' },
    });
    const { link } = await ask('calendar.link', tenantId, wanted);
    expect(link).toMatchObject({ kind: 'caldav', name: 'Mine', user: 'ann', calendar, staffId: null });
    const synced = await ask('calendar.syncNow', link.id, {});
    expect(synced.link).toMatchObject({ id: link.id, state: 'ok', busyCount: 1, problem: null });
    const listed = await ask('calendar.links', tenantId);
    expect(listed.links).toMatchObject([{ id: link.id, state: 'ok' }]);
    expect(JSON.stringify([link, synced, listed])).not.toContain(radicale.password);
    const range = await app.inject({
      method: 'GET',
      url: `${methods['appointment.list'].path}?tenant=${tenantId}&from=${Date.UTC(2098, 5, 1)}&to=${Date.UTC(2098, 5, 8)}`,
      headers: { host: 'localhost' },
    });
    expect(methods['appointment.list'].answer.parse(range.json()).busy).toMatchObject([
      { tenantId, staffId: null, title: 'Dentist', startMs: Date.UTC(2098, 5, 3, 9), allDay: false },
    ]);
    expect(await ask('calendar.unlink', link.id)).toEqual({ removed: true });
    expect(await ask('calendar.links', tenantId)).toEqual({ links: [] });
    expect(await ask('calendar.unlink', link.id)).toMatchObject({ error: { code: 'not_found' } });
  });
});
