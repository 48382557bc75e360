import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** What can be booked, with whom, and when the business is open. Browser-safe, as the whole contract. */

/** Minutes since local midnight; 1 = Monday. */
export const openSpanModel = z.object({
  weekday: z.number().int(),
  fromMinute: z.number().int(),
  toMinute: z.number().int(),
});

export const serviceModel = z.object({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()).readonly(),
  durationMinutes: z.number().int(),
  priceMinor: z.number().int(),
  /** ISO 4217. */
  currency: z.string(),
  /** Kept free around it. */
  bufferBeforeMinutes: z.number().int(),
  bufferAfterMinutes: z.number().int(),
  /** Guests who share a start with one member of staff. */
  capacity: z.number().int(),
  /** Who does it; all where it is empty. */
  staffIds: z.array(z.string()).readonly(),
});

export const staffModel = z.object({
  id: z.string(),
  name: z.string(),
  /** When they work, within the opening hours; all through them where it is empty. */
  hours: z.array(openSpanModel).readonly(),
});

/** `:id` is the tenant's. */
export const serviceMethods = {
  /** In the order in which they are offered. */
  'service.list': {
    verb: 'GET',
    path: paths['service.list'],
    query: nothing,
    answer: z.object({ services: z.array(serviceModel) }),
  },
  'staff.list': {
    verb: 'GET',
    path: paths['staff.list'],
    query: nothing,
    answer: z.object({ staff: z.array(staffModel) }),
  },
  /** Those of a week; days on which they do not hold are in `holiday.list`. */
  'hours.read': {
    verb: 'GET',
    path: paths['hours.read'],
    query: nothing,
    answer: z.object({ hours: z.array(openSpanModel) }),
  },
} as const;

export type OpenSpan = z.infer<typeof openSpanModel>;
export type Service = z.infer<typeof serviceModel>;
export type Staff = z.infer<typeof staffModel>;
