import type { Reminder } from '../../../engine/api/contract/index.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';

/** Who is to be reminded by telephone. */
export const remindersClient = {
  list: (tenant: string) => ask<{ reminders: Reminder[] }>(withId('reminder.list', tenant)),
  done: (tenant: string, appointmentId: string) =>
    ask<{ done: true }>(ofTenant('reminder.done', appointmentId, tenant), json('POST', {})),
};
