/** What somebody at the desk wants to hear of as it happens. Released with its index: another choice is another index. */
export const worthNotice = `
  (type in ('appointment.booked', 'appointment.drafted') and json_extract(body, '$.callId') is not null)
  or (type = 'call.ended'
      and json_extract(body, '$.outcome') in ('abandoned', 'failed', 'interrupted', 'refused'))
  or type in ('submission.received', 'mail.failed')
`;

/** The log is long and notices are few: without an index of their own all that was said would be read through. */
export const noticesSchema = `create index events_notices on events (sequence) where ${worthNotice};`;
