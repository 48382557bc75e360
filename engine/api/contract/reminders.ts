import { z } from 'zod';
import { appointmentModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant } from './scope.ts';

/** Customers without an e-mail address are reminded by somebody of the business. Browser-safe, as the whole contract. */

export const reminderModel = z.object({ appointment: appointmentModel, dueAtMs: z.number().int() });

export const reminderMethods = {
  /** Those who are to be called now, the longest due first; what has begun is past reminding. `:id` is the tenant's. */
  'reminder.list': {
    verb: 'GET',
    path: paths['reminder.list'],
    query: nothing,
    answer: z.object({ reminders: z.array(reminderModel) }),
  },
  /** Somebody has called. `:id` is the appointment's. */
  'reminder.done': {
    verb: 'POST',
    path: paths['reminder.done'],
    query: ofTenant,
    body: nothing,
    answer: z.object({ done: z.literal(true) }),
  },
} as const;

export type Reminder = z.infer<typeof reminderModel>;
