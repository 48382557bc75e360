/** What the agent was from one publication to the next, what is to be published, and who tries it out before. */
export const agentVersionsSchema = `
  create table agent_versions (
    number    integer primary key,
    body      text not null,
    origin    text not null check (origin in ('began', 'published', 'changed')),
    by_whom   text,
    note      text,
    rehearsal text,
    at_ms     integer not null
  ) strict;
  create table agent_draft (
    id            integer primary key check (id = 1),
    revision      integer not null,
    body          text,
    based_on      integer,
    by_whom       text,
    changed_at_ms integer
  ) strict;
  insert into agent_draft (id, revision) values (1, 0);
  create table rehearsal_cases (
    id   integer primary key check (id = 1),
    body text not null
  ) strict;
`;
