import { appointmentAnswer } from './answers.ts';
import type { reminderMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** Who is to be reminded of an appointment by somebody of the business. */
export const reminderDesk = ({ box, clock }: DeskParts): Pick<Desk, keyof typeof reminderMethods> => ({
  'reminder.list': ({ id }) => {
    const { reminders, appointments } = box.tenant(id);
    return {
      reminders: reminders.tasks().flatMap(({ appointmentId, dueAtMs }) => {
        const appointment = appointments.find(appointmentId);
        const isToCome = appointment !== null && appointment.startsAtMs > clock.nowMs();
        return isToCome ? [{ appointment: appointmentAnswer(appointment, id), dueAtMs }] : [];
      }),
    };
  },
  'reminder.done': ({ id, query: { tenant } }) => {
    box.tenant(tenant).reminders.done(id);
    return { done: true };
  },
});
