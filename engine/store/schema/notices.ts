/** What is worth it, where only some kinds of events are. Released with its index: another choice is another index. */
const worthOf = (kinds: string): string => `
  (type in ('appointment.booked', 'appointment.drafted') and json_extract(body, '$.callId') is not null)
  or (type = 'call.ended'
      and json_extract(body, '$.outcome') in ('abandoned', 'failed', 'interrupted', 'refused'))
  or type in (${kinds})
`;

/** What somebody at the desk wants to hear of as it happens. */
export const worthNotice = worthOf(`'submission.received', 'mail.failed', 'calendar.clashed'`);

/** The log is long and notices are few: without an index of their own all that was said would be read through. */
export const noticesSchema = `create index events_notices on events (sequence) where ${worthOf(
  `'submission.received', 'mail.failed'`,
)};`;

/** Since calendars are linked. */
export const clashNoticesSchema = `
  drop index events_notices;
  create index events_notices on events (sequence) where ${worthNotice};
`;
