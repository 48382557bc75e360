import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import type { OpenSpan } from '../store/index.ts';
import {
  type AvailabilityQuestion,
  findFreeSpans,
  isOpen,
  isWithinHours,
  nextOpening,
  type TimeSpan,
} from './availability.ts';

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const everyDay = (fromMinute: number, toMinute: number): OpenSpan[] =>
  weekdays.map((weekday) => ({ weekday, fromMinute, toMinute }));

const at = (local: string, zone: string): number => DateTime.fromISO(local, { zone }).toMillis();

function ask(question: Partial<AvailabilityQuestion> & { day: string; days?: number }): string[] {
  const timeZone = question.timeZone ?? 'America/New_York';
  const fromMs = at(question.day, timeZone);
  const toMs = DateTime.fromMillis(fromMs, { zone: timeZone })
    .plus({ days: question.days ?? 1 })
    .toMillis();
  return findFreeSpans({
    hours: everyDay(540, 660),
    timeZone,
    busy: [[]],
    durationMinutes: 30,
    stepMinutes: 30,
    nowMs: fromMs - 86_400_000,
    leadMs: 0,
    fromMs,
    toMs,
    limit: 1000,
    ...question,
  }).map(({ startsAtMs }) => DateTime.fromMillis(startsAtMs, { zone: timeZone }).toFormat('ccc HH:mm ZZ'));
}

describe('openings', () => {
  it('fill the opening hours and end with them', () => {
    expect(ask({ day: '2026-11-23' })).toEqual([
      'Mon 09:00 -05:00',
      'Mon 09:30 -05:00',
      'Mon 10:00 -05:00',
      'Mon 10:30 -05:00',
    ]);
    expect(ask({ day: '2026-11-23', durationMinutes: 45 }).at(-1)).toBe('Mon 10:00 -05:00');
    expect(ask({ day: '2026-11-23', durationMinutes: 121 })).toEqual([]);
  });

  it('go round the busy times of the staff, as long as anybody is free', () => {
    const zone = 'America/New_York';
    const busy = (from: string, to: string): TimeSpan => ({
      fromMs: at(`2026-11-23T${from}`, zone),
      toMs: at(`2026-11-23T${to}`, zone),
    });
    const one = [busy('09:00', '10:00'), busy('10:45', '11:00')];
    expect(ask({ day: '2026-11-23', busy: [one] })).toEqual(['Mon 10:00 -05:00']);
    expect(ask({ day: '2026-11-23', busy: [one, [busy('09:30', '11:00')]] })).toEqual([
      'Mon 09:00 -05:00',
      'Mon 10:00 -05:00',
    ]);
    expect(ask({ day: '2026-11-23', busy: [one, []] })).toHaveLength(4);
    expect(ask({ day: '2026-11-23', busy: [] })).toEqual([]);
  });

  it('are never in the past nor sooner than the lead time', () => {
    const nowMs = at('2026-11-23T09:05', 'America/New_York');
    const leadMs = 30 * 60_000;
    expect(ask({ day: '2026-11-23', nowMs, leadMs })[0]).toBe('Mon 10:00 -05:00');
    expect(ask({ day: '2026-11-22', nowMs, leadMs })).toEqual([]);
  });

  it('keep to closed days, breaks, the range and the limit', () => {
    const hours: OpenSpan[] = [
      { weekday: 1, fromMinute: 900, toMinute: 960 },
      { weekday: 1, fromMinute: 540, toMinute: 600 },
    ];
    expect(ask({ day: '2026-11-21', days: 3, hours })).toEqual([
      'Mon 09:00 -05:00',
      'Mon 09:30 -05:00',
      'Mon 15:00 -05:00',
      'Mon 15:30 -05:00',
    ]);
    expect(ask({ day: '2026-11-21', days: 3, hours, limit: 3 })).toHaveLength(3);
    expect(ask({ day: '2026-11-23T09:10', days: 1, hours })[0]).toBe('Mon 09:30 -05:00');
    expect(ask({ day: '2026-11-23', toMs: at('2026-11-23T09:30', 'America/New_York') })).toHaveLength(1);
  });

  it('keep the local hour when the clocks change', () => {
    expect(ask({ day: '2026-10-31', days: 3, hours: everyDay(540, 570) })).toEqual([
      'Sat 09:00 -04:00',
      'Sun 09:00 -05:00',
      'Mon 09:00 -05:00',
    ]);
  });

  it('leave out the hour that is skipped and use both of the one that comes twice', () => {
    const night = everyDay(60, 240);
    expect(ask({ day: '2026-03-08', hours: night }).map((text) => text.slice(4, 9))).toEqual([
      '01:00',
      '01:30',
      '03:00',
      '03:30',
    ]);
    const twice = ask({ day: '2026-11-01', hours: night });
    expect(twice).toEqual([
      'Sun 01:00 -04:00',
      'Sun 01:30 -04:00',
      'Sun 01:00 -05:00',
      'Sun 01:30 -05:00',
      'Sun 02:00 -05:00',
      'Sun 02:30 -05:00',
      'Sun 03:00 -05:00',
      'Sun 03:30 -05:00',
    ]);
    // Where midnight itself is skipped, what was open before one o'clock is missing.
    expect(ask({ day: '2026-03-29', timeZone: 'Asia/Beirut', hours: everyDay(0, 60) })).toEqual([
      'Mon 00:00 +03:00',
      'Mon 00:30 +03:00',
    ]);
  });

  it('may end at midnight and begin at it', () => {
    expect(ask({ day: '2026-11-23', hours: everyDay(1380, 1440) })).toEqual([
      'Mon 23:00 -05:00',
      'Mon 23:30 -05:00',
    ]);
    expect(ask({ day: '2026-11-23', hours: everyDay(0, 30) })).toEqual(['Mon 00:00 -05:00']);
  });
});

describe('the clocks of the world', () => {
  /** Days around which the clocks change; Kolkata's never do, Lord Howe's by half an hour. */
  const changes = [
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Europe/London', '2026-03-29'],
    ['Europe/London', '2026-10-25'],
    ['Asia/Kolkata', '2026-06-01'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
  ] as const;

  const span = fc
    .tuple(fc.constantFrom(...weekdays), fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
    .filter(([, from, to]) => from < to)
    .map(([weekday, from, to]): OpenSpan => ({ weekday, fromMinute: from * 15, toMinute: to * 15 }));

  /** Found out once for each minute of a zone: many openings lie over it. */
  const shown = new Map<string, { readonly weekday: number; readonly minute: number }>();
  const wallClock = (zone: string, ms: number) => {
    const key = `${zone} ${ms}`;
    const known = shown.get(key);
    if (known) return known;
    const { weekday, hour, minute } = DateTime.fromMillis(ms, { zone });
    const local = { weekday, minute: hour * 60 + minute };
    shown.set(key, local);
    return local;
  };

  /** Written anew from what the wall clock shows, minute by minute. */
  function minutesAreOpen(hours: readonly OpenSpan[], zone: string, { fromMs, toMs }: TimeSpan): boolean {
    for (let ms = fromMs; ms < toMs; ms += 60_000) {
      const { weekday, minute } = wallClock(zone, ms);
      const open = hours.some((h) => h.weekday === weekday && h.fromMinute <= minute && minute < h.toMinute);
      if (!open) return false;
    }
    return true;
  }

  it('never put an opening outside the hours, out of order, twice, in the past or on a busy span', () => {
    const question = fc.record({
      change: fc.constantFrom(...changes),
      hours: fc.array(span, { minLength: 1, maxLength: 8 }),
      durationMinutes: fc.constantFrom(15, 30, 45, 60, 90),
      stepMinutes: fc.constantFrom(15, 30),
      nowMinutes: fc.integer({ min: -2000, max: 2000 }),
      busy: fc.array(
        fc.array(fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 1, max: 20 })), {
          maxLength: 6,
        }),
        { maxLength: 3 },
      ),
    });
    let seen = 0;
    fc.assert(
      fc.property(question, ({ change: [timeZone, date], nowMinutes, busy, ...rest }) => {
        const middleMs = at(date, timeZone);
        const nowMs = middleMs + nowMinutes * 60_000;
        const leadMs = 1_800_000;
        const busySpans = busy.map((spans) =>
          spans.map(([quarter, quarters]) => ({
            fromMs: middleMs + quarter * 900_000,
            toMs: middleMs + (quarter + quarters) * 900_000,
          })),
        );
        const range = { fromMs: middleMs - 86_400_000, toMs: middleMs + 2 * 86_400_000 };
        const found = findFreeSpans({
          ...rest,
          ...range,
          timeZone,
          nowMs,
          leadMs,
          busy: busySpans,
          limit: 10_000,
        });
        seen += found.length;
        for (const [i, { startsAtMs, endsAtMs, capacity }] of found.entries()) {
          expect(startsAtMs).toBeGreaterThan(found[i - 1]?.startsAtMs ?? 0);
          expect(startsAtMs).toBeGreaterThanOrEqual(Math.max(range.fromMs, nowMs + leadMs));
          expect(startsAtMs).toBeLessThan(range.toMs);
          expect(endsAtMs - startsAtMs).toBe(rest.durationMinutes * 60_000);
          const opening = { fromMs: startsAtMs, toMs: endsAtMs };
          expect(isWithinHours({ hours: rest.hours, timeZone }, opening)).toBe(true);
          expect(minutesAreOpen(rest.hours, timeZone, opening)).toBe(true);
          const free = busySpans.filter((spans) =>
            spans.every((b) => b.toMs <= startsAtMs || b.fromMs >= endsAtMs),
          );
          expect(capacity).toBe(free.length);
        }
      }),
      { numRuns: 120 },
    );
    expect(seen).toBeGreaterThan(1000);
  });

  it('offer a whole ordinary day in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -40, max: 40 }),
        ([timeZone, date], days) => {
          const day = DateTime.fromISO(date, { zone: timeZone }).plus({ days }).toISODate() ?? '';
          const found = ask({ day, timeZone, hours: everyDay(540, 1020) });
          const local = found.map((text) => text.slice(4, 9));
          expect(local).toHaveLength(16);
          expect([local[0], local[15]]).toEqual(['09:00', '16:30']);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('open and closed', () => {
  /** Zones with the local day of a change of their clocks: in the night, by half an hour, at midnight, or never. */
  const changes = [
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Europe/London', '2026-10-25'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
    ['America/Santiago', '2026-09-06'],
    ['Asia/Beirut', '2026-03-29'],
    ['America/Havana', '2026-11-01'],
    ['Asia/Kolkata', '2026-03-08'],
  ] as const;
  const minuteMs = 60_000;
  const dayMs = 1440 * minuteMs;

  /** What a clock on the wall shows, by another library than the one that is tested. */
  const wallClock = (zone: string) => {
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    return (atMs: number): { weekday: number; minute: number } => {
      const [, day = '', hour, minute] = /^(\w+),? (\d+):(\d+)$/.exec(format.format(atMs)) ?? [];
      const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(day) + 1;
      return { weekday, minute: Number(hour) * 60 + Number(minute) };
    };
  };

  const weeks = changes.map(([timeZone, day]) => {
    const firstMs = at(day, timeZone) - 3 * dayMs;
    const show = wallClock(timeZone);
    return {
      timeZone,
      firstMs,
      shown: Array.from({ length: 21 * 1440 }, (_, i) => show(firstMs + i * minuteMs)),
    };
  });
  const spans = fc.uniqueArray(
    fc.record({
      weekday: fc.constantFrom(...weekdays),
      fromMinute: fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 1438 })),
      lengthMinutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 1440 })),
    }),
    { selector: ({ weekday }) => weekday, maxLength: 4 },
  );

  it('agree with a look at the clock in every minute of three weeks, also when the clocks change', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...weeks),
        spans,
        fc.array(fc.nat(), { maxLength: 40 }),
        (week, given, picks) => {
          const { timeZone, firstMs, shown } = week;
          const hours = given.map(
            ({ weekday, fromMinute, lengthMinutes }): OpenSpan => ({
              ...{ weekday, fromMinute, toMinute: Math.min(1440, fromMinute + lengthMinutes) },
            }),
          );
          const open = shown.map(({ weekday, minute }) =>
            hours.some(
              (span) => span.weekday === weekday && span.fromMinute <= minute && minute < span.toMinute,
            ),
          );
          // Every minute around the change, and some of the days about it.
          const around = Array.from({ length: 300 }, (_, i) => 3 * 1440 - 120 + i);
          const looked = [...around, ...picks.map((pick) => pick % (6 * 1440))];
          const wrong = looked.filter((i) => isOpen({ hours, timeZone }, firstMs + i * minuteMs) !== open[i]);
          expect(wrong).toEqual([]);
          for (const i of [0, 3 * 1440 - 30, 3 * 1440 + 45, ...picks.map((pick) => pick % (6 * 1440))]) {
            const next = open.indexOf(true, i);
            const expected = next < 0 ? null : firstMs + next * minuteMs;
            expect([i, nextOpening({ hours, timeZone }, firstMs + i * minuteMs)]).toEqual([i, expected]);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('never opens without hours, and opens at the next whole minute within them', () => {
    const timeZone = 'Europe/London';
    const noonMs = at('2026-11-23T12:00', timeZone);
    expect(nextOpening({ hours: [], timeZone }, noonMs)).toBeNull();
    expect(nextOpening({ hours: everyDay(540, 1020), timeZone }, noonMs + 1)).toBe(noonMs + minuteMs);
    expect(isOpen({ hours: everyDay(540, 1020), timeZone }, noonMs + 59_999)).toBe(true);
  });
});
