import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { VoxboxError } from '../../foundation/index.ts';
import { cancelAppointment, restoreAppointment } from '../changes.ts';
import { codeOf, type FakeSalon, openFakeSalon } from '../fake-salon.ts';
import { readEvent, uidOf, writeEvent } from './event.ts';
import { FakeCalendar } from './fake-calendar.ts';
import { syncLink } from './link-sync.ts';

let salon: FakeSalon | null = null;

afterEach(() => {
  salon?.close();
  salon = null;
});

const linkFor = (made: FakeSalon, staffId: string | null = null): FakeCalendar => {
  made.tenant.calendarLinks.add({
    ...{ id: 'link', name: 'Ann', address: 'http://fake.example/', user: 'ann', password: 'secret' },
    ...{ calendar: 'http://fake.example/ann/', readOnly: false, allowPrivate: true, nextSyncAtMs: 0 },
    staffId: staffId === null ? null : made.staffId(staffId),
  });
  return new FakeCalendar();
};

function open(staffId: string | null = null) {
  const made = openFakeSalon();
  salon = made;
  const calendar = linkFor(made, staffId);
  const sync = () => syncLink({ store: made.tenant, linkId: 'link', remote: calendar, clock: made.clock });
  return { salon: made, calendar, sync };
}

const zone = 'America/New_York';
const eventsOf = (calendar: FakeCalendar) =>
  [...calendar.objects.values()].flatMap(({ body }) => readEvent(body, zone) ?? []);
const clashes = ({ tenant }: FakeSalon): number => tenant.calendarLinks.find('link')?.clashes ?? -1;

/** As a calendar program does it: the times change, and when. */
function moveThere(calendar: FakeCalendar, appointmentId: string, startsAtMs: number, atMs: number): void {
  const there = calendar.objects.get(calendar.hrefOf(appointmentId));
  const appointment = salon?.tenant.appointments.find(appointmentId);
  if (!there || !appointment) throw new Error('there is no such event');
  const endsAtMs = startsAtMs + appointment.endsAtMs - appointment.startsAtMs;
  const moved = { ...appointment, startsAtMs, endsAtMs, changedAtMs: atMs };
  calendar.put(there.href, writeEvent(moved, there.body));
}

describe('an appointment and its event', () => {
  it('are written once, moved and cancelled from here', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    await sync();
    await sync();
    expect(eventsOf(calendar)).toMatchObject([{ uid: uidOf(id), startsAtMs: salon.at('2026-11-23T10:00') }]);
    salon.move(id, '2026-11-23T14:00');
    await sync();
    expect(eventsOf(calendar)).toMatchObject([{ startsAtMs: salon.at('2026-11-23T14:00') }]);
    cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon);
    await sync();
    expect(calendar.objects.size).toBe(0);
    restoreAppointment(salon.tenant, { appointmentId: id, status: 'booked' }, salon);
    await sync();
    expect(eventsOf(calendar)).toMatchObject([{ uid: uidOf(id) }]);
  });

  it('are moved and cancelled from there', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    await sync();
    moveThere(calendar, id, salon.at('2026-11-24T11:00'), salon.clock.nowMs() + 1000);
    await sync();
    expect(salon.tenant.appointments.find(id)?.startsAtMs).toBe(salon.at('2026-11-24T11:00'));
    expect(clashes(salon)).toBe(0);
    calendar.delete(calendar.hrefOf(id));
    await sync();
    expect(salon.tenant.appointments.find(id)?.status).toBe('cancelled');
    expect(calendar.objects.size).toBe(0);
  });

  it('are put back, with a notice, where they cannot be', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    await sync();
    for (const local of ['2026-11-23T03:00', '2026-11-22T10:00', '2026-11-20T09:00']) {
      moveThere(calendar, id, salon.at(local), salon.clock.nowMs() + 1000);
      await sync();
      expect(salon.tenant.appointments.find(id)?.startsAtMs).toBe(salon.at('2026-11-23T10:00'));
      expect(eventsOf(calendar)).toMatchObject([{ startsAtMs: salon.at('2026-11-23T10:00') }]);
    }
    expect(clashes(salon)).toBe(3);
    expect(salon.events.filter(({ type }) => type === 'calendar.clashed')).toMatchObject(
      Array.from({ length: 3 }, () => ({ linkId: 'link', appointmentId: id })),
    );
  });

  it('follow the later change where both were changed, ours where that cannot be told', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    await sync();
    const both = async (theirsAt: string, oursAt: string): Promise<unknown> => {
      moveThere(calendar, id, salon.at('2026-11-24T09:00'), salon.at(theirsAt));
      salon.setNow(oursAt);
      salon.move(id, '2026-11-25T15:00');
      await sync();
      const [event] = eventsOf(calendar);
      const here = salon.tenant.appointments.find(id)?.startsAtMs;
      expect(event?.startsAtMs).toBe(here);
      salon.move(id, '2026-11-23T10:00');
      await sync();
      return here === salon.at('2026-11-24T09:00') ? 'theirs' : 'ours';
    };
    expect(await both('2026-11-20T12:10', '2026-11-20T12:05')).toBe('theirs');
    expect(await both('2026-11-20T12:15', '2026-11-20T12:20')).toBe('ours');
    expect(await both('2026-11-20T12:30', '2026-11-20T12:30')).toBe('ours');
  });

  it('do not overwrite what was written there between a look and a write', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    await sync();
    salon.setNow('2026-11-20T12:05');
    salon.move(id, '2026-11-25T15:00');
    const theirsMs = salon.at('2026-11-24T09:00');
    const write = calendar.write.bind(calendar);
    calendar.write = async (...change) => {
      calendar.write = write;
      moveThere(calendar, id, theirsMs, salon.at('2026-11-20T12:10'));
      return write(...change);
    };
    await sync();
    expect(salon.tenant.appointments.find(id)?.startsAtMs).toBe(theirsMs);
    expect(eventsOf(calendar)).toMatchObject([{ uid: uidOf(id), startsAtMs: theirsMs }]);
  });

  it('concern the calendar of whoever takes it alone', async () => {
    const first = 'Ben';
    const { salon, calendar, sync } = open(first);
    const booked = [salon.book('2026-11-23T10:00'), salon.book('2026-11-23T10:00')];
    await sync();
    const own = booked.filter(({ staffName }) => staffName === first);
    expect(own).toHaveLength(1);
    expect(eventsOf(calendar).map(({ uid }) => uid)).toEqual(own.map(({ id }) => uidOf(id)));
  });

  it('are not all cancelled because a server has lost everything', async () => {
    const { salon, calendar, sync } = open();
    const booked = ['10:00', '11:00', '12:00'].map((time) => salon.book(`2026-11-23T${time}`));
    await sync();
    calendar.objects.clear();
    calendar.delete('anything');
    await expect(sync()).rejects.toMatchObject({ code: 'calendar_emptied' });
    expect(booked.map(({ id }) => salon.tenant.appointments.find(id)?.status)).toEqual(
      booked.map(() => 'booked'),
    );
    salon.tenant.calendarLinks.note('link', { state: 'failed', problem: 'calendar_emptied' });
    const [first, ...others] = booked;
    cancelAppointment(salon.tenant, { appointmentId: first?.id ?? '', callId: null }, salon);
    await expect(sync()).rejects.toMatchObject({ code: 'calendar_emptied' });
    for (const { id } of others) cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon);
    await sync();
    expect(calendar.objects.size).toBe(0);
  });

  it('stay one event when the box goes down between writing and noting it', async () => {
    const { salon, calendar, sync } = open();
    const { id } = salon.book('2026-11-23T10:00');
    calendar.fault = (when) => {
      if (when === 'after') throw new VoxboxError('calendar_unreachable', 'the box went down');
    };
    await expect(sync()).rejects.toMatchObject({ code: 'calendar_unreachable' });
    expect(calendar.objects.size).toBe(1);
    calendar.fault = () => {};
    const laterMs = salon.at('2026-11-24T11:00');
    moveThere(calendar, id, laterMs, salon.clock.nowMs() + 60_000);
    salon.reopen();
    await syncLink({ store: salon.tenant, linkId: 'link', remote: calendar, clock: salon.clock });
    expect(eventsOf(calendar).map(({ uid }) => uid)).toEqual([uidOf(id)]);
    expect(salon.tenant.appointments.find(id)).toMatchObject({ status: 'booked', startsAtMs: laterMs });
  });
});

describe('whatever both sides do, in whatever order', () => {
  const slots = ['2026-11-23T10:00', '2026-11-23T10:30', '2026-11-24T11:00', '2026-11-24T03:00'];
  const slot = fc.integer({ min: 0, max: slots.length - 1 });
  const which = fc.integer({ min: 0, max: 2 });
  const act = fc.oneof(
    fc.record({ kind: fc.constant('book' as const), slot }),
    fc.record({ kind: fc.constant('move' as const), which, slot }),
    fc.record({ kind: fc.constant('cancel' as const), which }),
    fc.record({ kind: fc.constant('move there' as const), which, slot }),
    fc.record({ kind: fc.constant('delete there' as const), which }),
    fc.record({ kind: fc.constant('sync' as const) }),
    fc.record({ kind: fc.constant('sync, broken off' as const), after: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ kind: fc.constant('sync, moved meanwhile' as const), which, slot }),
  );

  it('is one event for each appointment in the end, at its time, and none else', async () => {
    const made = openFakeSalon();
    salon = made;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const ids: string[] = [];
        const salon = made;
        salon.setNow('2026-11-20T12:00');
        const calendar = linkFor(salon);
        const sync = () =>
          syncLink({ store: salon.tenant, linkId: 'link', remote: calendar, clock: salon.clock });
        try {
          let minute = 0;
          const there = (i: number): string | null => {
            const id = ids[i];
            return id !== undefined && calendar.objects.has(calendar.hrefOf(id)) ? id : null;
          };
          const moveIt = (i: number, to: number): void => {
            const id = there(i);
            if (id) moveThere(calendar, id, salon.at(slots[to] ?? ''), salon.clock.nowMs());
          };
          for (const one of acts) {
            minute += 1;
            salon.setNow(salon.at('2026-11-20T12:00') + minute * 60_000);
            const id = 'which' in one ? ids[one.which] : undefined;
            switch (one.kind) {
              case 'book':
                codeOf(() => ids.push(salon.book(slots[one.slot] ?? '').id));
                break;
              case 'move':
                if (id) codeOf(() => salon.move(id, slots[one.slot] ?? ''));
                break;
              case 'cancel':
                if (id) cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon);
                break;
              case 'move there':
                moveIt(one.which, one.slot);
                break;
              case 'delete there':
                if (there(one.which)) calendar.delete(calendar.hrefOf(ids[one.which] ?? ''));
                break;
              case 'sync':
                await sync().catch(ignoreEmptied);
                break;
              case 'sync, broken off': {
                let left = one.after;
                calendar.fault = () => {
                  left -= 1;
                  if (left < 0) throw new VoxboxError('calendar_unreachable', 'broken off');
                };
                await sync().catch(() => {});
                calendar.fault = () => {};
                break;
              }
              case 'sync, moved meanwhile': {
                let left = 3;
                calendar.fault = (when) => {
                  left -= 1;
                  if (when === 'before' && left === 0) moveIt(one.which, one.slot);
                };
                await sync().catch(ignoreEmptied);
                calendar.fault = () => {};
              }
            }
          }
          await sync().catch(ignoreEmptied);
          await sync().catch(ignoreEmptied);
          const { agreed, gone } = salon.tenant.calendarCopies.goneThere('link', salon.clock.nowMs());
          if (gone >= 3 && gone === agreed) return;
          const booked = ids.flatMap((id) => salon.tenant.appointments.find(id) ?? []);
          const expected = booked
            .filter(({ status }) => status === 'booked')
            .map(({ id, startsAtMs, endsAtMs }) => ({ uid: uidOf(id), startsAtMs, endsAtMs }));
          const found = eventsOf(calendar).map(({ uid, startsAtMs, endsAtMs }) => ({
            ...{ uid, startsAtMs, endsAtMs },
          }));
          const byUid = (one: { uid: string }, other: { uid: string }) => (one.uid < other.uid ? -1 : 1);
          expect(found.toSorted(byUid)).toEqual(expected.toSorted(byUid));
          // It rests: nothing more is written.
          const before = [...calendar.objects.values()];
          await sync();
          expect([...calendar.objects.values()]).toEqual(before);
        } finally {
          for (const id of ids) cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon);
          salon.tenant.calendarLinks.remove('link');
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

function ignoreEmptied(error: unknown): void {
  if (!(error instanceof VoxboxError) || error.code !== 'calendar_emptied') throw error;
}
