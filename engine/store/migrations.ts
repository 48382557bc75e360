/**
 * Numbered changes of the two kinds of database; `user_version` counts those that were applied. A released
 * one is never edited: the next change is a new entry at the end.
 */

const events = `
  create table events (
    sequence integer primary key autoincrement,
    at_ms    integer not null,
    type     text not null,
    body     text not null
  ) strict;
`;

export const boxMigrations: readonly string[] = [
  `
  create table tenants (
    id            text primary key,
    slug          text not null unique,
    name          text not null,
    industry      text not null,
    status        text not null,
    time_zone     text not null,
    language      text not null,
    sealed_key    blob not null,
    created_at_ms integer not null
  ) strict;

  create table numbers (
    number    text primary key,
    tenant_id text not null references tenants (id),
    label     text not null,
    active    integer not null
  ) strict;
  create index numbers_tenant on numbers (tenant_id);

  create table trunks (
    id       text primary key,
    name     text not null,
    kind     text not null,
    address  text unique,
    username text unique,
    ha1      text,
    check ((kind = 'address' and address is not null)
        or (kind = 'digest' and username is not null and ha1 is not null))
  ) strict;

  create table settings (
    key   text primary key,
    value text not null
  ) strict;

  create table refusals (
    sequence      integer primary key autoincrement,
    at_ms         integer not null,
    called_number text not null,
    caller_number text,
    tenant_id     text,
    reason        text not null
  ) strict;
  ${events}
  `,
];

export const tenantMigrations: readonly string[] = [
  `
  create table profile (
    id         integer primary key check (id = 1),
    agent_name text not null,
    profession text not null,
    greeting   text not null,
    voice      text not null,
    skills     text not null,
    prompt     text not null
  ) strict;

  create table hours (
    weekday     integer not null check (weekday between 1 and 7),
    from_minute integer not null,
    to_minute   integer not null,
    primary key (weekday, from_minute),
    check (0 <= from_minute and from_minute < to_minute and to_minute <= 1440)
  ) strict, without rowid;

  create table services (
    id               text primary key,
    position         integer not null,
    name             text not null,
    aliases          text not null,
    duration_minutes integer not null check (duration_minutes between 1 and 1440),
    price_minor      integer not null check (price_minor >= 0),
    currency         text not null
  ) strict;

  create table staff (
    id       text primary key,
    position integer not null,
    name     text not null
  ) strict;

  create table calls (
    id             text primary key,
    sip_call_id    text not null,
    direction      text not null,
    caller_number  text,
    called_number  text not null,
    caller_name    text,
    state          text not null,
    outcome        text,
    started_at_ms  integer not null,
    answered_at_ms integer,
    ended_at_ms    integer,
    recording      text
  ) strict;
  create index calls_time on calls (started_at_ms, id);
  create index calls_caller on calls (caller_number, started_at_ms);
  create index calls_open on calls (id) where ended_at_ms is null;

  create table turns (
    id            text primary key,
    call_id       text not null references calls (id),
    position      integer not null,
    speaker       text not null,
    text          text not null,
    started_at_ms integer not null,
    ended_at_ms   integer not null,
    confidence    real,
    interrupted   integer not null,
    latency       text,
    unique (call_id, position)
  ) strict;

  create table understood (
    call_id text not null references calls (id),
    skill   text not null,
    slots   text not null,
    at_ms   integer not null,
    primary key (call_id, skill)
  ) strict, without rowid;

  create table appointments (
    id             text primary key,
    service_id     text not null,
    service_name   text not null,
    staff_id       text not null,
    staff_name     text not null,
    starts_at_ms   integer not null,
    ends_at_ms     integer not null,
    customer_name  text not null,
    customer_phone text not null,
    status         text not null,
    call_id        text references calls (id),
    created_at_ms  integer not null,
    check (ends_at_ms > starts_at_ms and ends_at_ms - starts_at_ms <= 86400000)
  ) strict;
  create index appointments_time on appointments (starts_at_ms);
  create index appointments_staff on appointments (staff_id, starts_at_ms) where status = 'booked';
  create index appointments_call on appointments (call_id) where call_id is not null;
  create index appointments_phone on appointments (customer_phone, created_at_ms);
  ${events}
  `,
];
