/** What is worked out once a call is over, and what is remembered of callers. */
export const afterCallSchema = `
  create table after_call_work (
    call_id   text primary key references calls (id),
    step      text not null,
    attempts  integer not null,
    due_at_ms integer not null,
    state     text not null check (state in ('waiting', 'done', 'failed')),
    failure   text,
    forgotten integer not null default 0
  ) strict, without rowid;
  create index after_call_work_due on after_call_work (due_at_ms) where state = 'waiting';

  create table call_analyses (
    call_id       text primary key references calls (id),
    redaction     text,
    summary       text,
    sentiment     text,
    revenue       text,
    extractions   text,
    cost          text,
    changed_at_ms integer not null
  ) strict, without rowid;

  create table privacy (
    id   integer primary key check (id = 1),
    body text not null
  ) strict;

  create table callers (
    number           text primary key,
    name             text,
    preferences      text not null,
    opted_out        integer not null,
    first_call_at_ms integer not null,
    changed_at_ms    integer not null
  ) strict, without rowid;
  create table caller_names (
    number  text not null references callers (number) on delete cascade,
    name    text not null,
    call_id text not null references calls (id),
    at_ms   integer not null,
    primary key (number, name, call_id)
  ) strict, without rowid;
  create table caller_facts (
    number  text not null references callers (number) on delete cascade,
    call_id text not null references calls (id),
    kind    text not null,
    text    text not null,
    at_ms   integer not null,
    primary key (number, call_id, kind, text)
  ) strict, without rowid;
  create table caller_summaries (
    call_id   text primary key references calls (id),
    number    text not null references callers (number) on delete cascade,
    text      text not null,
    embedding blob,
    at_ms     integer not null
  ) strict;
  create index caller_summaries_number on caller_summaries (number, at_ms);

  create index events_call on events (json_extract(body, '$.callId'));
`;
