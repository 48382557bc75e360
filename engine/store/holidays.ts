import { DateTime } from 'luxon';
import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Holiday } from './model.ts';

/** Days on which the weekly hours do not hold. */
export interface Holidays {
  /** Earliest first. */
  list(): Holiday[];
  /** In the place of what was said of that day. @throws VoxboxError `input_invalid` */
  add(holiday: Holiday): void;
  /** @throws VoxboxError `not_found` */
  remove(day: string): void;
}

const minute = z.number().int().min(0).max(1440);

const holidaySchema = z.strictObject({
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, for example 2026-12-25')
    .refine((day) => DateTime.fromISO(day, { zone: 'utc' }).isValid, 'there is no such day'),
  name: z.string().trim().max(80),
  spans: z
    .array(
      z
        .strictObject({ fromMinute: minute, toMinute: minute })
        .refine(({ fromMinute, toMinute }) => fromMinute < toMinute, 'a span must end after it begins'),
    )
    .max(12)
    .transform((spans) => spans.toSorted((one, other) => one.fromMinute - other.fromMinute))
    .refine(
      (spans) => spans.every(({ fromMinute }, i) => fromMinute >= (spans[i - 1]?.toMinute ?? 0)),
      'two spans overlap',
    ),
});

type Row = Omit<Holiday, 'spans'> & { readonly spans: string };

export function holidayRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Holidays {
  const list = database.prepare<Row>('select day, name, spans from holidays order by day');
  const put = database.prepare(
    `insert into holidays (day, name, spans) values (:day, :name, :spans)
     on conflict (day) do update set name = excluded.name, spans = excluded.spans`,
  );
  const remove = database.prepare('delete from holidays where day = ?');
  return {
    list: () => list.all().map((row) => ({ ...row, spans: JSON.parse(row.spans) as Holiday['spans'] })),
    add(holiday) {
      const parsed = holidaySchema.safeParse(holiday);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new VoxboxError('input_invalid', `${issue?.path.join('.') || 'holiday'}: ${issue?.message}`);
      }
      events.transaction(() => {
        put.run({ ...parsed.data, spans: JSON.stringify(parsed.data.spans) });
        events.record({ type: 'holiday.added', tenantId, day: parsed.data.day });
      });
    },
    remove: (day) =>
      events.transaction(() => {
        if (remove.run(day) === 0) throw new VoxboxError('not_found', `there is no holiday on ${day}`);
        events.record({ type: 'holiday.removed', tenantId, day });
      }),
  };
}
