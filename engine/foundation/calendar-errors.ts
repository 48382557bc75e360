import type { ErrorEntry } from './error-catalogue.ts';

/** What can go wrong with appointments, and with the mail that tells of them. */
export const calendarErrors = {
  opening_taken: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    spoken: "I'm sorry, that time has just been taken.",
    help: 'Somebody else booked that time first.',
  },
  outside_hours: {
    category: 'input',
    permanent: true,
    apiStatus: 422,
    spoken: "I'm sorry, we're closed at that time.",
    help: 'The time lies outside the opening hours.',
  },
  appointment_closed: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    spoken: "I'm sorry, that appointment can't be changed any more.",
    help: 'The appointment is cancelled, or it has begun: it cannot be moved, approved or cancelled any more.',
  },
  calendar_linked: {
    category: 'conflict',
    permanent: true,
    apiStatus: 409,
    help: 'That calendar is linked to this business already. Choose another one, or unlink it first.',
  },
  calendar_address_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 422,
    help: 'A calendar is linked by the http or https address of its server. One that stands in your own network is linked at the box itself, where you can allow it.',
  },
  calendar_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 502,
    help: 'The server of the calendar does not answer, or answers with an error. Check its address and that it is up; a linked calendar is tried again by itself.',
  },
  calendar_certificate_untrusted: {
    category: 'refused',
    permanent: false,
    apiStatus: 502,
    help: 'The certificate of the calendar server is not trusted, so the password was not sent. Renew it, or add its authority to those that this machine trusts.',
  },
  calendar_login_refused: {
    category: 'refused',
    permanent: false,
    apiStatus: 422,
    help: 'The calendar server refuses the name or the password. iCloud and Fastmail want a password for apps, made in the settings of the account.',
  },
  calendar_emptied: {
    category: 'conflict',
    permanent: false,
    apiStatus: 409,
    help: 'All appointments are gone from the linked calendar at once, so none was cancelled. Where that was meant, cancel them here; else unlink the calendar and link it again: they are written anew.',
  },
  calendar_not_found: {
    category: 'missing',
    permanent: false,
    apiStatus: 422,
    help: 'No calendar was found there by CalDAV. Enter the address that the provider gives for CalDAV; a linked calendar may have been removed or renamed there.',
  },
  mail_address_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 422,
    help: 'Mail goes out by servers of the public internet. One that stands in your own network is named at the box itself, where you can allow it.',
  },
  mail_account_missing: {
    category: 'missing',
    permanent: false,
    apiStatus: 409,
    help: 'The business has no mail account yet. Set one under Settings, Calendars, or with: npm run voxbox -- mail set',
  },
  mail_unreachable: {
    category: 'environment',
    permanent: false,
    apiStatus: 502,
    help: 'The mail server cannot be reached, or takes no mail for now. Check host, port and security of the mail account; the mail is tried again by itself.',
  },
  mail_login_refused: {
    category: 'refused',
    permanent: false,
    apiStatus: 502,
    help: 'The mail server refuses the name or the password of the mail account. Enter them again; the mail is tried again by itself.',
  },
  mail_refused: {
    category: 'refused',
    permanent: true,
    apiStatus: 502,
    help: 'The mail server does not take the mail, mostly because there is no such recipient. Ask the customer for another address.',
  },
} as const satisfies Record<string, ErrorEntry>;
