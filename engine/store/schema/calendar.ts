/** What appointments need beyond staff and services: buffers, holidays, holds, reminders, mail. */
export const calendarSchema = `
  alter table services add column buffer_before_minutes integer not null default 0
    check (buffer_before_minutes between 0 and 240);
  alter table services add column buffer_after_minutes integer not null default 0
    check (buffer_after_minutes between 0 and 240);
  alter table services add column capacity integer not null default 1 check (capacity >= 1);
  alter table services add column staff_ids text not null default '[]';
  alter table staff add column hours text not null default '[]';

  alter table appointments add column blocked_from_ms integer not null default 0;
  alter table appointments add column blocked_to_ms integer not null default 0;
  alter table appointments add column customer_email text;
  alter table appointments add column details text not null default '{}';
  alter table appointments add column changed_at_ms integer not null default 0;
  alter table appointments add column revision integer not null default 0;
  update appointments
    set blocked_from_ms = starts_at_ms, blocked_to_ms = ends_at_ms, changed_at_ms = created_at_ms;
  drop index appointments_staff;
  create index appointments_staff on appointments (staff_id, blocked_from_ms) where status <> 'cancelled';
  create index appointments_blocked on appointments (blocked_from_ms) where status <> 'cancelled';

  create table holidays (
    day   text primary key check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    name  text not null,
    spans text not null
  ) strict, without rowid;

  create table holds (
    call_id         text primary key,
    service_id      text not null,
    staff_id        text not null,
    starts_at_ms    integer not null,
    blocked_from_ms integer not null,
    blocked_to_ms   integer not null,
    expires_at_ms   integer not null
  ) strict, without rowid;

  create table calendar_settings (
    id               integer primary key check (id = 1),
    approval         text not null check (approval in ('none', 'by-hand')),
    reminder_lead_ms integer check (reminder_lead_ms > 0),
    mail_account     text,
    sealed_password  blob
  ) strict;
  insert into calendar_settings values (1, 'none', 86400000, null, null);

  create table reminders (
    appointment_id text primary key references appointments (id),
    kind           text not null check (kind in ('email', 'task')),
    due_at_ms      integer not null,
    status         text not null check (status in ('waiting', 'sent', 'done', 'cancelled')),
    sent_at_ms     integer
  ) strict, without rowid;
  create index reminders_due on reminders (due_at_ms) where status = 'waiting';

  create table outgoing_mail (
    id             integer primary key autoincrement,
    appointment_id text not null references appointments (id),
    kind           text not null
      check (kind in ('invitation', 'update', 'cancellation', 'declined', 'reminder')),
    recipient      text not null,
    appointment    text not null,
    status         text not null check (status in ('waiting', 'sent', 'failed')),
    attempts       integer not null,
    next_try_at_ms integer not null,
    created_at_ms  integer not null,
    sent_at_ms     integer,
    reason         text
  ) strict;
  create index outgoing_mail_waiting on outgoing_mail (next_try_at_ms) where status = 'waiting';
  create index outgoing_mail_appointment on outgoing_mail (appointment_id);
`;
