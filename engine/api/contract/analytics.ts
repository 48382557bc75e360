import { z } from 'zod';
import { callOutcomeModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** What came of a business's calls, by the days of its own zone. Practice calls do not count. Browser-safe. */

const count = z.number().int();
const ms = z.number().int().nullable();
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, for example 2026-03-01');
const moneyModel = z.object({ amountMinor: count, currency: z.string() });

export const analyticsModel = z.object({
  /** Both included. */
  from: day,
  to: day,
  timeZone: z.string(),
  totals: z.object({
    /** All that began in the period and are over. */
    calls: count,
    inbound: count,
    outbound: count,
    answered: count,
    /** From outside, and nobody spoke with them. */
    missed: count,
    /** By how they ended; each call in one of them. */
    outcomes: z.record(callOutcomeModel, count),
    /** From the answer to the end, all together. */
    talkMs: z.number().int(),
    averageMs: ms,
    /** Estimated, by list prices; for each currency. */
    revenue: z.array(moneyModel),
  }),
  /** Minutes that a person would have spent on each call that needed nobody, besides the call itself. */
  minutesPerCall: z.number(),
  savedMs: z.number().int(),
  /** From a caller's last word to the first of the answer, to 5 % exact. */
  latency: z.object({ turns: count, p50Ms: ms, p95Ms: ms }),
  /** Each day of the period, the earliest first. */
  days: z.array(
    z.object({ day, calls: count, answered: count, booked: count, missed: count, p50Ms: ms, p95Ms: ms }),
  ),
  /** Hours in which calls began, those without any left out; 1 = Monday. */
  hours: z.array(z.object({ weekday: count, hour: count, calls: count, missed: count })),
  /** Answered calls by the language (BCP 47) that they were answered in, the most frequent first. */
  languages: z.array(z.object({ language: z.string(), calls: count })),
  /** Why calls were missed, the most frequent first: how they ended, or the code of what kept them out. */
  missed: z.array(z.object({ reason: z.string(), calls: count })),
  /** Fields that were read out of calls; `values` where the playbook names what they can be. */
  extractions: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      calls: count,
      values: z.array(z.object({ value: z.string(), calls: count })),
    }),
  ),
});

/** `:id` is the tenant's. */
export const analyticsMethods = {
  /** At most 366 days, both ends included. */
  'analytics.read': {
    verb: 'GET',
    path: paths['analytics.read'],
    query: z.strictObject({ from: day, to: day }),
    answer: z.object({ analytics: analyticsModel }),
  },
  /** What `savedMs` is reckoned with. */
  'analytics.set': {
    verb: 'PUT',
    path: paths['analytics.set'],
    query: nothing,
    body: z.strictObject({ minutesPerCall: z.number().min(0).max(60) }),
    answer: z.object({ minutesPerCall: z.number() }),
  },
} as const;

export type Analytics = z.infer<typeof analyticsModel>;
