/** What was begun and has not ended yet; see ADR 16. */
export const actsSchema = `
  create table acts (
    id        integer primary key,
    at_ms     integer not null,
    who_kind  text not null,
    who_id    text,
    who_name  text not null,
    what      text not null,
    tenant_id text,
    thing     text,
    address   text
  ) strict;
`;
