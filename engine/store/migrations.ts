import { accessSchema } from './schema/access.ts';
import { actsSchema } from './schema/acts.ts';
import { afterCallSchema } from './schema/after-call.ts';
import { agentVersionsSchema } from './schema/agent-versions.ts';
import { analyticsSchema } from './schema/analytics.ts';
import { brandSlugsSchema } from './schema/brand-slugs.ts';
import { calendarSchema } from './schema/calendar.ts';
import { calendarLinksSchema } from './schema/calendar-links.ts';
import { callLanguageSchema } from './schema/call-language.ts';
import { callWordsSchema } from './schema/call-words.ts';
import { callsSchema } from './schema/calls.ts';
import { deskSchema } from './schema/desk.ts';
import { knowledgeSchema } from './schema/knowledge.ts';
import { noticesSchema } from './schema/notices.ts';
import { skillsSchema } from './schema/skills.ts';

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
  `
  create table trunks_2 (
    id                  text primary key,
    name                text not null,
    kind                text not null check (kind in ('address', 'digest', 'registration')),
    preset              text not null,
    enabled             integer not null,
    under_test          integer not null,
    addresses           text not null,
    username            text unique,
    ha1                 text,
    host                text,
    port                integer,
    transport           text not null,
    outbound_proxy      text,
    auth_username       text,
    sealed_password     blob,
    register_interval_s integer not null,
    codecs              text not null,
    srtp                text not null,
    dtmf                text not null,
    caller_id           text,
    max_calls           integer,
    priority            integer not null,
    check (kind <> 'digest' or (username is not null and ha1 is not null))
  ) strict;
  insert into trunks_2
    select id, name, kind, 'generic-address', 1, 0,
           case when address is null then '[]' else json_array(address) end, username, ha1, null, null, 'udp',
           null, null, null, 600, '["PCMU","PCMA"]', 'off', 'rfc4733', null, null, 10
    from trunks;
  drop table trunks;
  alter table trunks_2 rename to trunks;

  create table phones (
    id            text primary key,
    tenant_id     text not null references tenants (id),
    username      text not null unique,
    ha1           text not null,
    label         text not null,
    extension     text not null,
    created_at_ms integer not null,
    unique (tenant_id, extension)
  ) strict;

  create table phone_bindings (
    username      text not null references phones (username) on delete cascade,
    position      integer not null,
    contact       text not null,
    flow          text not null,
    expires_at_ms integer not null,
    call_id       text not null,
    cseq          integer not null,
    user_agent    text,
    primary key (username, position)
  ) strict, without rowid;

  create table ring_groups (
    id        text primary key,
    tenant_id text not null references tenants (id),
    name      text not null,
    members   text not null,
    strategy  text not null,
    ring_s    integer not null,
    unique (tenant_id, name)
  ) strict;

  create table transfer_targets (
    id        text primary key,
    tenant_id text not null references tenants (id),
    name      text not null,
    aliases   text not null,
    kind      text not null,
    target    text not null,
    unique (tenant_id, name)
  ) strict;

  create table bans (
    address      text primary key,
    reason       text not null,
    count        integer not null,
    banned_at_ms integer not null,
    until_ms     integer not null
  ) strict, without rowid;
  create index bans_until on bans (until_ms);

  create table outbound_policies (
    tenant_id text primary key references tenants (id),
    policy    text not null
  ) strict, without rowid;

  create table outbound_calls (
    id            integer primary key,
    tenant_id     text not null references tenants (id),
    number        text not null,
    started_at_ms integer not null,
    minutes       integer not null,
    cost_minor    integer not null
  ) strict;
  create index outbound_calls_time on outbound_calls (tenant_id, started_at_ms);

  create table overflow_policies (
    tenant_id     text primary key references tenants (id),
    kind          text not null,
    ring_group_id text references ring_groups (id),
    retry_after_s integer not null
  ) strict, without rowid;
  `,
  `
  create table answer_policies (
    tenant_id     text not null references tenants (id),
    occasion      text not null check (occasion in ('full', 'closed')),
    kind          text not null,
    ring_group_id text references ring_groups (id),
    retry_after_s integer,
    primary key (tenant_id, occasion)
  ) strict, without rowid;
  insert into answer_policies
    select tenant_id, 'full', kind, ring_group_id, retry_after_s from overflow_policies;
  drop table overflow_policies;

  alter table tenants add column recording text not null default 'silent'
    check (recording in ('announced', 'silent', 'off'));
  `,
  `
  create table providers (
    id         text primary key,
    tenant_id  text not null references tenants (id),
    kind       text not null check (kind in ('stt', 'tts', 'llm')),
    position   integer not null,
    provider   text not null,
    model      text,
    voice      text,
    base_url   text,
    sealed_key blob,
    unique (tenant_id, kind, position)
  ) strict;
  `,
  accessSchema,
  brandSlugsSchema,
  actsSchema,
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
  `
  alter table calls add column quality text;
  `,
  `
  create table cloned_voices (
    id              text primary key,
    name            text not null,
    vendor          text not null check (vendor in ('cartesia', 'elevenlabs')),
    voice           text not null,
    speaker         text not null,
    sentence        text not null,
    heard           text not null,
    consented_at_ms integer not null,
    created_at_ms   integer not null
  ) strict;

  create table voice_pieces (
    voice_id text not null,
    kind     text not null check (kind in ('sample', 'consent')),
    position integer not null,
    bytes    blob not null,
    unique (voice_id, kind, position)
  ) strict;

  create table speech (
    id              integer primary key check (id = 1),
    speed           real not null check (speed between 0.7 and 1.3),
    floor_ms        integer not null check (floor_ms between 150 and 1000),
    ceiling_ms      integer not null check (ceiling_ms between 800 and 4000 and ceiling_ms >= floor_ms),
    cloned_voice_id text references cloned_voices (id)
  ) strict;
  insert into speech values (1, 1, 250, 2000, null);

  create table pronunciations (
    position integer primary key,
    word     text not null,
    spoken   text not null
  ) strict;
  `,
  skillsSchema,
  calendarSchema,
  knowledgeSchema,
  afterCallSchema,
  'alter table callers add column note text;',
  noticesSchema,
  agentVersionsSchema,
  callsSchema,
  deskSchema,
  analyticsSchema,
  calendarLinksSchema,
  callWordsSchema,
  callLanguageSchema,
];
