/** When callers called last, and who sees to what was left. */
export const deskSchema = `
  alter table callers add column last_call_at_ms integer;
  update callers set last_call_at_ms =
    (select max(started_at_ms) from calls where caller_number = callers.number);
  create index callers_last on callers (last_call_at_ms);

  alter table submissions add column assignee text;
  alter table submissions add column note text;
  create index submissions_phone on submissions (customer_phone, created_at_ms);
`;
