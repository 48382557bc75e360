import { remindersByTelephone } from '../calendar/index.ts';
import { appointmentAnswer } from './answers.ts';
import type { reminderMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** Who is to be reminded of an appointment by somebody of the business. */
export const reminderDesk = ({ box, clock }: DeskParts): Pick<Desk, keyof typeof reminderMethods> => ({
  'reminder.list': ({ id }) => ({
    reminders: remindersByTelephone(box.tenant(id), clock.nowMs()).map(({ appointment, dueAtMs }) => ({
      appointment: appointmentAnswer(appointment, id),
      dueAtMs,
    })),
  }),
  'reminder.done': ({ id, query: { tenant } }) => {
    box.tenant(tenant).reminders.done(id);
    return { done: true };
  },
});
