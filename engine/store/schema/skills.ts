/** What skills keep, and the playbook that they are made from. */
export const skillsSchema = `
  create table playbook (
    id   integer primary key check (id = 1),
    body text not null
  ) strict;
  create table submissions (
    id             text primary key,
    skill          text not null,
    kind           text not null check (kind in ('message', 'order', 'reservation', 'lead', 'request')),
    title          text not null,
    call_id        text references calls (id),
    customer_name  text,
    customer_phone text,
    urgent         integer not null,
    fields         text not null,
    total_minor    integer,
    currency       text,
    status         text not null check (status in ('open', 'done')),
    created_at_ms  integer not null
  ) strict;
  create index submissions_time on submissions (created_at_ms);
  create index submissions_call on submissions (call_id) where call_id is not null;
  create table do_not_call (
    number        text primary key,
    call_id       text references calls (id),
    created_at_ms integer not null
  ) strict, without rowid;
`;
