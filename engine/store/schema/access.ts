/** Who may sign in, what they may do, and what they did. */
export const accessSchema = `
  create table users (
    id            text primary key,
    email         text not null unique,
    name          text not null,
    box_role      text check (box_role in ('owner', 'technician', 'reseller')),
    password_hash text,
    sealed_totp   blob,
    totp_step     integer not null default 0,
    created_at_ms integer not null
  ) strict;

  create table memberships (
    tenant_id text not null references tenants (id),
    user_id   text not null references users (id) on delete cascade,
    role      text not null check (role in ('owner', 'admin', 'member')),
    primary key (tenant_id, user_id)
  ) strict, without rowid;
  create index memberships_user on memberships (user_id);

  create table recovery_codes (
    user_id   text not null references users (id) on delete cascade,
    code_hash blob not null,
    primary key (user_id, code_hash)
  ) strict, without rowid;

  create table sessions (
    id               text primary key,
    token_hash       blob not null unique,
    user_id          text not null references users (id) on delete cascade,
    created_at_ms    integer not null,
    used_at_ms       integer not null,
    address          text not null,
    user_agent       text not null,
    acting_tenant_id text references tenants (id),
    acting_until_ms  integer
  ) strict;
  create index sessions_user on sessions (user_id);

  create table links (
    id            text primary key,
    token_hash    blob not null unique,
    kind          text not null check (kind in ('welcome', 'invitation', 'password', 'sign-in')),
    user_id       text references users (id) on delete cascade,
    email         text,
    box_role      text,
    tenant_id     text references tenants (id),
    tenant_role   text,
    created_at_ms integer not null,
    expires_at_ms integer not null
  ) strict;

  create table api_tokens (
    id            text primary key,
    tenant_id     text not null references tenants (id),
    name          text not null,
    token_hash    blob not null unique,
    scopes        text not null,
    created_by    text not null,
    created_at_ms integer not null,
    used_at_ms    integer,
    revoked_at_ms integer
  ) strict;
  create index api_tokens_tenant on api_tokens (tenant_id);

  create table audit (
    sequence  integer primary key,
    at_ms     integer not null,
    who_kind  text not null,
    who_id    text,
    who_name  text not null,
    what      text not null,
    outcome   text not null,
    tenant_id text,
    thing     text,
    address   text,
    hash      blob not null
  ) strict;
  create index audit_tenant on audit (tenant_id, sequence);

  alter table tenants add column reseller_id text references users (id) on delete set null;

  create table brandings (
    reseller_id text primary key references users (id) on delete cascade,
    name        text not null,
    accent      text,
    logo        blob,
    logo_type   text
  ) strict, without rowid;
`;
