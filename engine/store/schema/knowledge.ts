/**
 * Documents in passages, and questions that nobody could answer.
 *
 * A source's passages are written under a new edition, a few at a time; they count from the moment the source
 * names that edition. `code` is one bit for each dimension of the vector: 48 bytes a passage are read through
 * for every question, and only the nearest are compared by `vector` (one signed byte a dimension). The vectors
 * of a passage's sentences lie apart from it, one after the other, so that the nearest lie close together; where
 * the passage is one sentence or one row there are none, and its own speaks for it.
 */
export const knowledgeSchema = `
  create table editions (
    id        integer primary key autoincrement,
    source_id text not null
  ) strict;

  create table sources (
    id            text primary key,
    kind          text not null check (kind in ('file', 'address', 'answer')),
    name          text not null,
    origin        text not null,
    fingerprint   text not null,
    edition       integer not null unique references editions (id),
    passages      integer not null,
    words         integer not null,
    created_at_ms integer not null,
    indexed_at_ms integer not null,
    unique (kind, origin)
  ) strict;

  create table passages (
    id       integer primary key autoincrement,
    edition  integer not null references editions (id),
    position integer not null,
    kind     text not null check (kind in ('prose', 'row', 'answer')),
    heading  text not null,
    text     text not null,
    unique (edition, position)
  ) strict;

  create table passage_codes (
    passage_id integer primary key,
    edition    integer not null,
    code       blob not null check (length(code) = 48)
  ) strict;

  create table passage_vectors (
    passage_id integer primary key,
    vector     blob not null check (length(vector) = 384)
  ) strict;

  create table sentence_vectors (
    passage_id integer primary key,
    vectors    blob not null check (length(vectors) > 0 and length(vectors) % 384 = 0)
  ) strict;

  create virtual table passage_words using fts5 (
    heading, text, content = 'passages', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
  );
  insert into passage_words (passage_words, rank) values ('secure-delete', 1);
  create trigger passages_inserted after insert on passages begin
    insert into passage_words (rowid, heading, text) values (new.id, new.heading, new.text);
  end;
  create trigger passages_deleted after delete on passages begin
    insert into passage_words (passage_words, rowid, heading, text)
      values ('delete', old.id, old.heading, old.text);
    delete from passage_codes where passage_id = old.id;
    delete from passage_vectors where passage_id = old.id;
    delete from sentence_vectors where passage_id = old.id;
  end;

  create table unanswered (
    id                text primary key,
    wording           text not null unique,
    question          text not null,
    times             integer not null,
    call_id           text references calls (id) on delete set null,
    status            text not null check (status in ('open', 'answered', 'dismissed')),
    source_id         text references sources (id) on delete set null,
    first_asked_at_ms integer not null,
    last_asked_at_ms  integer not null
  ) strict;
  create index unanswered_time on unanswered (status, last_asked_at_ms);
  create index unanswered_call on unanswered (call_id) where call_id is not null;
  create index unanswered_source on unanswered (source_id) where source_id is not null;
`;
