import { clashNoticesSchema } from './notices.ts';

/**
 * Calendars elsewhere. `calendar_objects` is what lies there as it was last seen, `calendar_copies` what both sides
 * last agreed on of each appointment: what differs from it is what one of them has changed since. An object is
 * `settled` once the appointment heard of it.
 */
export const calendarLinksSchema = `
  create table calendar_links (
    id              text primary key,
    position        integer not null,
    name            text not null,
    address         text not null,
    user            text not null,
    sealed_password blob not null,
    calendar        text not null unique,
    staff_id        text,
    read_only       integer not null check (read_only in (0, 1)),
    allow_private   integer not null check (allow_private in (0, 1)),
    ctag            text,
    expanded_at_ms  integer,
    state           text not null check (state in ('new', 'syncing', 'ok', 'failed')),
    last_sync_at_ms integer,
    problem         text,
    attempts        integer not null default 0,
    next_sync_at_ms integer not null,
    clashes         integer not null default 0
  ) strict, without rowid;

  create table calendar_objects (
    link_id text not null references calendar_links (id) on delete cascade,
    href    text not null,
    uid     text not null,
    etag    text not null,
    body    text not null,
    settled integer not null check (settled in (0, 1)),
    primary key (link_id, href)
  ) strict, without rowid;
  create index calendar_objects_uid on calendar_objects (link_id, uid);
  create index calendar_objects_unsettled on calendar_objects (link_id) where settled = 0;

  create table calendar_copies (
    link_id        text not null references calendar_links (id) on delete cascade,
    appointment_id text not null,
    starts_at_ms   integer not null,
    ends_at_ms     integer not null,
    revision       integer not null,
    primary key (link_id, appointment_id)
  ) strict, without rowid;

  create table busy_times (
    link_id  text not null,
    href     text not null,
    position integer not null,
    start_ms integer not null,
    end_ms   integer not null,
    title    text not null,
    all_day  integer not null check (all_day in (0, 1)),
    primary key (link_id, href, position),
    foreign key (link_id, href) references calendar_objects (link_id, href) on delete cascade
  ) strict, without rowid;
  create index busy_times_end on busy_times (end_ms, start_ms);
  ${clashNoticesSchema}
`;
