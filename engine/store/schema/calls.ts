/**
 * The list of a business's calls: fast to filter, count and search however long it is.
 *
 * - `place` is where a call stands in the list: the millisecond it began in, times 256, plus what tells calls of the
 *   same millisecond apart. The words of a call lie at `place` × 4096 + position of the turn; the last of these
 *   4096 holds the caller's name and number.
 * - `facets` is what calls are filtered by, in one number; `party` is whoever the business talked with.
 * - `call_tallies` counts the calls of each day by their facets, so that nothing has to be counted through.
 * - `call_words` finds words. Triggers keep it; what is taken out of a text leaves no trace in it (secure-delete).
 */

/** Places within a millisecond. */
export const placesPerMs = 256;
/** Places of a day. */
export const placesPerDay = 86_400_000 * placesPerMs;
/** Ended calls have an outcome of their own; in progress is 0. */
export const outcomeCodes = {
  booked: 1,
  message: 2,
  transferred: 3,
  answered: 4,
  abandoned: 5,
  interrupted: 6,
  refused: 7,
  failed: 8,
} as const;
/** More than any call has: `outcome` is the last of them. */
export const mostFacets = 9 * 16;
export const facetBits = { outbound: 1, recorded: 2, practice: 4, booked: 8, outcome: 16 } as const;

const outcomeCases = Object.entries(outcomeCodes)
  .map(([outcome, code]) => `when '${outcome}' then ${code}`)
  .join(' ');

/** @param row prefix of the columns: empty, `new.` or `old.` */
const facetsOf = (row: string): string => `(
  (${row}direction = 'outbound') * ${facetBits.outbound}
  + (${row}recording is not null and ${row}ended_at_ms is not null) * ${facetBits.recorded}
  + ${row}practice * ${facetBits.practice} + ${row}booked * ${facetBits.booked}
  + (case ${row}outcome ${outcomeCases} else 0 end) * ${facetBits.outcome})`;

const partyOf = (row: string): string =>
  `(case ${row}direction when 'outbound' then ${row}called_number else ${row}caller_number end)`;

/** Name and number of the other party; the ends of a number that people look for, too. */
const namesOf = (row: string): string =>
  `(coalesce(${row}caller_name, '') || coalesce(' ' || ${partyOf(row)} || ' ' || substr(${partyOf(row)}, -10)
    || ' ' || substr(${partyOf(row)}, -7) || ' ' || substr(${partyOf(row)}, -4), ''))`;

const namesAt = (row: string): string => `((${row}place << 12) + 4095)`;
const turnAt = (row: string): string =>
  `(((select place from calls where id = ${row}call_id) << 12) + ${row}position)`;
const forget = (at: string, text: string): string =>
  `insert into call_words (call_words, rowid, text) values ('delete', ${at}, ${text});`;
const learn = (at: string, text: string): string =>
  `insert into call_words (rowid, text) values (${at}, ${text});`;
const tally = (row: string): string =>
  `insert into call_tallies values (${row}place / ${placesPerDay}, ${facetsOf(row)}, 1)
     on conflict (day, facets) do update set calls = calls + 1;`;
const untally = (row: string): string =>
  `update call_tallies set calls = calls - 1
     where day = ${row}place / ${placesPerDay} and facets = ${facetsOf(row)};`;

export const callsSchema = `
  alter table calls add column practice integer not null default 0;
  alter table calls add column booked integer not null default 0;
  alter table calls add column place integer;
  update calls set booked = 1 where id in (select call_id from appointments where call_id is not null);
  update calls set place = listed.place
    from (select id, started_at_ms * ${placesPerMs}
                     + row_number() over (partition by started_at_ms order by id) - 1 as place from calls) as listed
    where listed.id = calls.id;
  alter table calls add column facets integer generated always as ${facetsOf('')} virtual;
  alter table calls add column party text generated always as ${partyOf('')} virtual;
  create index calls_place on calls (place, facets);
  create index calls_facets on calls (facets, place);
  create index calls_party on calls (party, place, facets);

  create table call_tallies (
    day    integer not null,
    facets integer not null,
    calls  integer not null,
    primary key (day, facets)
  ) strict, without rowid;
  insert into call_tallies
    select place / ${placesPerDay} as day, facets, count(*) from calls group by day, facets;
  create trigger calls_counted after insert on calls begin
    ${tally('new.')}
  end;
  create trigger calls_recounted after update on calls when ${facetsOf('old.')} <> ${facetsOf('new.')} begin
    ${untally('old.')}
    ${tally('new.')}
  end;
  create trigger calls_uncounted after delete on calls begin
    ${untally('old.')}
  end;
  create trigger calls_booked after insert on appointments when new.call_id is not null begin
    update calls set booked = 1 where id = new.call_id and booked = 0;
  end;

  create virtual table call_words using fts5 (
    text, content = '', tokenize = 'unicode61 remove_diacritics 2'
  );
  insert into call_words (call_words, rank) values ('secure-delete', 1);
  insert into call_words (rowid, text)
    select (c.place << 12) + t.position, t.text from calls c join turns t on t.call_id = c.id
    where t.position < 4095;
  insert into call_words (rowid, text) select ${namesAt('')}, ${namesOf('')} from calls;
  create trigger turns_said after insert on turns when new.position < 4095 begin
    ${learn(turnAt('new.'), 'new.text')}
  end;
  create trigger turns_rewritten after update of text on turns when old.position < 4095 begin
    ${forget(turnAt('old.'), 'old.text')}
    ${learn(turnAt('new.'), 'new.text')}
  end;
  create trigger turns_removed after delete on turns when old.position < 4095 begin
    ${forget(turnAt('old.'), 'old.text')}
  end;
  create trigger calls_named after insert on calls begin
    ${learn(namesAt('new.'), namesOf('new.'))}
  end;
  create trigger calls_renamed after update of caller_name, caller_number, called_number on calls begin
    ${forget(namesAt('old.'), namesOf('old.'))}
    ${learn(namesAt('new.'), namesOf('new.'))}
  end;
  create trigger calls_removed after delete on calls begin
    ${forget(namesAt('old.'), namesOf('old.'))}
  end;

  create table call_notes (
    id            text primary key,
    call_id       text not null references calls (id) on delete cascade,
    text          text not null,
    author        text,
    created_at_ms integer not null,
    changed_at_ms integer not null
  ) strict;
  create index call_notes_call on call_notes (call_id, created_at_ms);
`;
