import { describe, expect, it } from 'vitest';
import { closedOn, minutesOf, openOn, placed, shownHours, toQuarter } from './calendar-grid.ts';
import { momentOf } from './zone.ts';

const zone = 'America/New_York';
const span = (from: number, to: number) => ({ fromMinute: from * 60, toMinute: to * 60 });
const hours = [1, 2, 3, 4, 5].flatMap((weekday) => [
  { weekday, ...span(9, 12) },
  { weekday, ...span(13, 17) },
]);
const tuesday = { year: 2026, month: 3, day: 10 };
const sunday = { year: 2026, month: 3, day: 8 };

describe('a calendar', () => {
  it('is open in its hours, as far as somebody works, and otherwise on holidays', () => {
    const times = { hours, holidays: [{ day: '2026-03-11', name: 'Half', spans: [span(10, 12)] }] };
    expect(openOn(tuesday, times)).toEqual([span(9, 12), span(13, 17)]);
    expect(openOn(sunday, times)).toEqual([]);
    expect(openOn({ ...tuesday, day: 11 }, times)).toEqual([span(10, 12)]);
    const own = [{ weekday: 2, ...span(11, 15) }];
    expect(openOn(tuesday, times, own)).toEqual([span(11, 12), span(13, 15)]);
    expect(openOn({ ...tuesday, day: 12 }, times, own)).toEqual([]);
  });

  it('is closed in between', () => {
    expect(closedOn([span(9, 12), span(13, 17)], span(8, 18))).toEqual([
      span(8, 9),
      span(12, 13),
      span(17, 18),
    ]);
    expect(closedOn([], span(8, 18))).toEqual([span(8, 18)]);
    expect(closedOn([span(8, 18)], span(8, 18))).toEqual([]);
  });

  it('shows all that is open or taken', () => {
    expect(shownHours([])).toEqual(span(8, 18));
    expect(shownHours([span(9, 17), { fromMinute: 450, toMinute: 480 }])).toEqual(span(7, 17));
    expect(shownHours([span(22, 24)])).toEqual(span(16, 24));
    expect(shownHours([span(10, 11)])).toEqual(span(10, 18));
  });

  it('keeps the hours of the clock in weeks in which it is set', () => {
    const at = (day: typeof sunday, minute: number, lengthMinutes: number) => {
      const startsAtMs = momentOf(day, minute, zone);
      return minutesOf({ startsAtMs, endsAtMs: startsAtMs + lengthMinutes * 60_000 }, zone);
    };
    expect(at(sunday, 10 * 60, 30), 'the clocks went forward that night').toEqual(at(tuesday, 10 * 60, 30));
    expect(at(sunday, 90, 60), 'over the hour that is missing').toEqual({ fromMinute: 90, toMinute: 210 });
    const autumn = { year: 2026, month: 11, day: 1 };
    expect(at(autumn, 90, 60), 'over the hour that comes twice').toEqual({ fromMinute: 90, toMinute: 105 });
    expect(at(autumn, 10 * 60, 30)).toEqual({ fromMinute: 600, toMinute: 630 });
    expect(at(tuesday, 23 * 60, 120), 'past midnight').toEqual(span(23, 24));
  });

  it('puts those side by side that lie at the same time, and no others', () => {
    const item = (id: string, from: number, to: number) => ({
      id,
      startsAtMs: momentOf(tuesday, from * 60, zone),
      endsAtMs: momentOf(tuesday, to * 60, zone),
    });
    const list = [item('c', 11, 12), item('a', 9, 11), item('b', 10, 11), item('d', 10.5, 11)];
    const lanes = placed(list, zone).map((one) => [one.item.id, one.lane, one.lanes]);
    expect(lanes).toEqual([
      ['a', 0, 3],
      ['b', 1, 3],
      ['d', 2, 3],
      ['c', 0, 1],
    ]);
  });

  it('counts in quarters', () => {
    expect([0, 14, 15, 629, 1439, 2000, -5].map(toQuarter)).toEqual([0, 0, 15, 615, 1425, 1425, 0]);
  });
});
