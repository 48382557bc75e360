import { analyticsMethods } from './analytics.ts';
import { appointmentMethods } from './appointments.ts';
import { callerMethods } from './callers.ts';
import { doNotCallMethods } from './do-not-call.ts';
import { holidayMethods } from './holidays.ts';
import { knowledgeMethods } from './knowledge.ts';
import { mailMethods } from './mail.ts';
import { notificationMethods } from './notifications.ts';
import { playbookMethods } from './playbook.ts';
import { reminderMethods } from './reminders.ts';
import { serviceMethods } from './services.ts';
import { submissionMethods } from './submissions.ts';

/** The owner's own work: what the receptionist took down and arranged, and what it knows. */
export const deskMethods = {
  ...analyticsMethods,
  ...appointmentMethods,
  ...callerMethods,
  ...doNotCallMethods,
  ...holidayMethods,
  ...knowledgeMethods,
  ...mailMethods,
  ...notificationMethods,
  ...playbookMethods,
  ...reminderMethods,
  ...serviceMethods,
  ...submissionMethods,
} as const;

export type DeskMethod = keyof typeof deskMethods;
