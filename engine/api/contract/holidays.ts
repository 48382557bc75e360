import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, removed } from './scope.ts';

/** Days on which the weekly hours do not hold. Browser-safe, as the whole contract. */

export const holidayModel = z.strictObject({
  /** For example 2026-12-25. */
  day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, for example 2026-12-25'),
  name: z.string().trim().max(80),
  /** When it is open then, in minutes since midnight; closed where there are none. */
  spans: z
    .array(z.strictObject({ fromMinute: z.number().int(), toMinute: z.number().int() }))
    .max(12)
    .readonly(),
});

/** `:id` is the tenant's; the day to remove one. The store checks the rest. */
export const holidayMethods = {
  /** Earliest first. */
  'holiday.list': {
    verb: 'GET',
    path: paths['holiday.list'],
    query: nothing,
    answer: z.object({ holidays: z.array(holidayModel) }),
  },
  /** In the place of what was said of that day. Appointments that are booked already stay. */
  'holiday.add': {
    verb: 'PUT',
    path: paths['holiday.add'],
    query: nothing,
    body: holidayModel,
    answer: z.object({ holiday: holidayModel }),
  },
  'holiday.remove': { verb: 'DELETE', path: paths['holiday.remove'], query: ofTenant, answer: removed },
} as const;

export type Holiday = z.infer<typeof holidayModel>;
