import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** How bookings are taken. Browser-safe, as the whole contract. */

export const calendarSettingsModel = z.strictObject({
  /** `by-hand`: what callers book is a draft until the owner approves it. */
  approval: z.enum(['none', 'by-hand']),
  /** How long before an appointment its customer is reminded; null: never. */
  reminderLeadMs: z.number().int().nullable(),
});

const settings = z.object({ settings: calendarSettingsModel });

/** `:id` is the tenant's. */
export const calendarSettingMethods = {
  'calendarSettings.read': {
    verb: 'GET',
    path: paths['calendarSettings.read'],
    query: nothing,
    answer: settings,
  },
  /** From the next booking on. */
  'calendarSettings.change': {
    verb: 'PATCH',
    path: paths['calendarSettings.change'],
    query: nothing,
    body: calendarSettingsModel.partial(),
    answer: settings,
  },
} as const;

export type CalendarSettings = z.infer<typeof calendarSettingsModel>;
