import type { MailKind, OutgoingMail } from '../store/index.ts';
import { type Business, icsOf, whenOf } from './ics.ts';

export interface WordedMail {
  readonly subject: string;
  readonly text: string;
  readonly calendar: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string } | null;
}

const sentences: Readonly<Record<MailKind, { subject: string; opening: string; ending: string }>> = {
  invitation: {
    subject: 'Your appointment',
    opening: 'Your appointment is booked:',
    ending: 'If the time no longer suits you, please call us.',
  },
  update: {
    subject: 'Your appointment has changed',
    opening: 'Your appointment has a new time:',
    ending: 'If the time does not suit you, please call us.',
  },
  cancellation: {
    subject: 'Your appointment is cancelled',
    opening: 'This appointment is cancelled:',
    ending: 'For another time, please call us.',
  },
  declined: {
    subject: 'We cannot confirm your appointment',
    opening: 'We are sorry: this appointment, which you asked for, cannot be confirmed:',
    ending: 'For another time, please call us.',
  },
  reminder: {
    subject: 'A reminder of your appointment',
    opening: 'This is a reminder of your appointment:',
    ending: 'If you cannot come, please call us.',
  },
};

const methods: Readonly<Record<MailKind, 'REQUEST' | 'CANCEL' | null>> = {
  invitation: 'REQUEST',
  update: 'REQUEST',
  cancellation: 'CANCEL',
  declined: null,
  reminder: null,
};

/** A mail in words, of the appointment as it was when the mail was written down. */
export function wordMail({ kind, appointment }: OutgoingMail, business: Business): WordedMail {
  const { subject, opening, ending } = sentences[kind];
  const { serviceName, staffName, customerName, details } = appointment;
  const facts = [
    serviceName,
    whenOf(appointment, business),
    staffName === business.name ? null : `with ${staffName}`,
    business.address,
    ...Object.entries(details).map(([name, value]) => `${name}: ${value}`),
  ].filter((fact): fact is string => fact !== null);
  const method = methods[kind];
  return {
    subject: `${subject} at ${business.name}`,
    text: [
      `Hello ${customerName},`,
      opening,
      facts.map((fact) => `  ${fact}`).join('\n'),
      ending,
      business.name,
    ].join('\n\n'),
    calendar: method === null ? null : { method, content: icsOf(appointment, business, method) },
  };
}
