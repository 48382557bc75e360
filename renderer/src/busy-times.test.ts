import { describe, expect, it } from 'vitest';
import type { BusyTime } from '../../engine/api/contract/index.ts';
import { busyBetween, busyOf, busyTold, busyWhen } from './busy-times.ts';
import { placed } from './calendar-grid.ts';
import { momentOf } from './zone.ts';

const zone = 'America/New_York';
const day = (number: number) => ({ year: 2026, month: 3, day: number });
const at = (number: number, hour: number): number => momentOf(day(number), hour * 60, zone);
const busy = (id: string, startMs: number, endMs: number, rest: Partial<BusyTime> = {}): BusyTime => ({
  ...{ id, tenantId: 't', staffId: null, startMs, endMs, title: 'Conference', allDay: false },
  ...rest,
});

describe('times that calendars elsewhere keep', () => {
  it('are cut to what is shown, earliest first', () => {
    const all = [
      busy('late', at(10, 15), at(10, 20)),
      busy('days', at(9, 12), at(11, 12)),
      busy('before', at(10, 7), at(10, 9)),
      busy('after', at(10, 17), at(10, 18)),
    ];
    const parts = busyBetween(all, at(10, 9), at(10, 17));
    expect(parts.map((part) => [part.busy.id, part.startsAtMs, part.endsAtMs])).toEqual([
      ['days', at(10, 9), at(10, 17)],
      ['late', at(10, 15), at(10, 17)],
    ]);
    expect(placed(parts, zone).map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('keep one member of staff, or everybody', () => {
    const all = [
      busy('all', 0, 1),
      busy('hers', 0, 1, { staffId: 'e' }),
      busy('his', 0, 1, { staffId: 'd' }),
    ];
    expect(busyOf(all, 'e').map(({ id }) => id)).toEqual(['all', 'hers']);
  });

  it('are told in words', () => {
    expect(busyWhen(busy('one', at(10, 9), at(10, 17)), zone)).toBe('9:00 AM – 5:00 PM, Tue, Mar 10');
    expect(busyWhen(busy('one', at(10, 9), at(11, 12)), zone)).toBe(
      'Tue, Mar 10, 9:00 AM – Wed, Mar 11, 12:00 PM',
    );
    const allDay = { allDay: true } as const;
    expect(busyWhen(busy('one', at(10, 0), at(11, 0), allDay), zone)).toBe('Tue, Mar 10, all day');
    expect(busyWhen(busy('one', at(10, 0), at(13, 0), allDay), zone)).toBe(
      'Tue, Mar 10 – Thu, Mar 12, all day',
    );
    const untitled = busy('one', at(10, 9), at(10, 10), { title: '' });
    expect(busyTold(untitled, zone)).toBe('Busy, 9:00 AM – 10:00 AM, Tue, Mar 10. From a connected calendar');
  });
});
