import type { Database } from './database.ts';
import type { Call, CallOutcome, TranscriptTurn } from './model.ts';
import { facetBits, mostFacets, outcomeCodes, placesPerDay, placesPerMs } from './schema/calls.ts';
import type { FoundPlaces, WordQuestion } from './word-search.ts';

/** What a list of calls is narrowed to; what is absent does not matter. */
export interface CallFilter {
  /** Begun in [fromMs, toMs). */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly status?: 'in-progress' | 'ended' | CallOutcome;
  readonly direction?: Call['direction'];
  /** Number of whoever the business talked with. */
  readonly party?: string;
  /** Whether an appointment was booked in it. */
  readonly booked?: boolean;
  readonly recorded?: boolean;
  /** Calls of people of the house who tried the agent; default `without`. */
  readonly practice?: 'without' | 'with' | 'only';
}

/** One call of a list, with what was worked out of it. */
export interface ListedCall extends Omit<Call, 'sipCallId' | 'quality'> {
  /** Where it stands: later calls have higher ones. */
  readonly place: number;
  readonly booked: boolean;
  readonly summary: string | null;
  readonly costMicroUsd: number | null;
}

export type FoundTurn = Pick<TranscriptTurn, 'speaker' | 'text' | 'startedAtMs'>;

/** The calls of a business however many they are. Nothing here reads through all of them. */
export interface CallSearch {
  count(filter: CallFilter): number;
  /** Latest first. */
  page(filter: CallFilter, page: { readonly limit: number; readonly offset: number }): ListedCall[];
  /** Those behind a place, latest first: for whoever reads all of them. */
  after(filter: CallFilter, options: { readonly below: number | null; readonly limit: number }): ListedCall[];
  /**
   * The calls in which all words are said in one turn, or are in the caller's name or number. Words as they stand; where
   * no call has them so, the last one may go on: "insur" is found before it is written out.
   */
  matches(text: string, filter: CallFilter): Promise<FoundPlaces>;
  at(places: readonly number[]): ListedCall[];
  /** The turn at a position of the call at a place; null where there is none: the name and the number have none. */
  said(place: number, position: number): FoundTurn | null;
  /** Rises with every change of the business's data. */
  version(): number;
}

interface PageRange {
  readonly from: number;
  readonly to: number;
  /** JSON list of those that are asked for. */
  readonly facets: string;
  readonly limit: number;
  readonly offset: number;
}

/** So many calls are looked through at once, whether they fit or not: a fraction of a millisecond. */
const nearby = 2000;
/** Stands for the end of the list. */
const beyond = 2 ** 50;

type Row = Omit<ListedCall, 'practice' | 'booked'> & { readonly practice: number; readonly booked: number };
interface PlaceRow {
  readonly place: number;
}

const columns = `c.place, c.id, c.direction, c.caller_number as callerNumber, c.called_number as calledNumber,
  c.caller_name as callerName, c.state, c.outcome, c.started_at_ms as startedAtMs, c.answered_at_ms as answeredAtMs,
  c.ended_at_ms as endedAtMs, c.recording, c.practice, c.booked, json_extract(a.summary, '$.text') as summary,
  json_extract(a.cost, '$.totalMicroUsd') as costMicroUsd`;
const joined = 'calls c left join call_analyses a on a.call_id = c.id';
const ofFacets = 'facets in (select value from json_each(:facets))';

/** @param words finds words in the file that `database` is of */
export function callSearch(
  database: Database,
  words: (question: Omit<WordQuestion, 'path' | 'key'>) => Promise<FoundPlaces>,
): CallSearch {
  const days = database.prepare<{ day: number; calls: number }>(
    `select day, sum(calls) as calls from call_tallies where ${ofFacets} and day >= :first and day < :last
     group by day having sum(calls) > 0 order by day desc`,
  );
  const between = database.prepare<{ calls: number }>(
    `select count(*) as calls from calls where ${ofFacets} and place >= :from and place < :to`,
  );
  const ofParty = database.prepare<{ calls: number }>(
    `select count(*) as calls from calls where party = :party and place >= :from and place < :to and ${ofFacets}`,
  );
  // Where many calls fit, they lie near.
  const near = database.prepare<PlaceRow>(
    `select place from (select place, facets from calls where place >= :from and place < :to
                        order by place desc limit ${nearby})
     where ${ofFacets} order by place desc limit :limit offset :offset`,
  );
  // Where few do, of each kind the latest ones alone: what is sorted is never more than a page of each.
  const far = database.prepare<PlaceRow>(
    `select p.place from json_each(:facets) kind
       cross join calls p on p.place in (select place from calls where facets = kind.value and place >= :from
                                           and place < :to order by place desc limit :reach)
     order by p.place desc limit :limit offset :offset`,
  );
  const partyPage = database.prepare<PlaceRow>(
    `select place from calls where party = :party and place >= :from and place < :to and ${ofFacets}
     order by place desc limit :limit offset :offset`,
  );
  const at = database.prepare<Row>(
    `select ${columns} from ${joined} where c.place in (select value from json_each(:places))
     order by c.place desc`,
  );
  const said = database.prepare<FoundTurn>(
    `select t.speaker, t.text, t.started_at_ms as startedAtMs from calls c
       join turns t on t.call_id = c.id and t.position = :position
     where c.place = :place`,
  );
  const version = database.prepare<{ sequence: number | null }>(
    'select max(sequence) as sequence from events',
  );

  const rowsAt = (places: readonly number[]): ListedCall[] =>
    places.length === 0 ? [] : at.all({ places: JSON.stringify(places) }).map(fromRow);
  const placesIn = (range: PageRange): readonly number[] => {
    const { limit, offset } = range;
    const found = near.all(range);
    const all = found.length === limit ? found : far.all({ ...range, reach: offset + limit });
    return all.map(({ place }) => place);
  };
  const partyPlaces = (range: PageRange & { readonly party: string }): readonly number[] =>
    partyPage.all(range).map(({ place }) => place);
  const pieces = (filter: CallFilter, kinds: string): Piece[] => piecesOf(filter, kinds, { days, between });

  return {
    count(filter) {
      const facets = kindsOf(filter);
      const { party } = filter;
      if (party !== undefined) return ofParty.get({ ...rangeOf(filter), party, facets })?.calls ?? 0;
      return pieces(filter, facets).reduce((sum, { calls }) => sum + calls, 0);
    },
    page(filter, { limit, offset }) {
      const range = { ...rangeOf(filter), facets: kindsOf(filter), limit, offset };
      const { party } = filter;
      if (party !== undefined) return rowsAt(partyPlaces({ ...range, party }));
      if (offset === 0) return rowsAt(placesIn(range));
      let skipped = 0;
      // Days that lie wholly before the page are passed by their number of calls.
      const first = pieces(filter, range.facets).find(({ calls }) => {
        if (skipped + calls > offset) return true;
        skipped += calls;
        return false;
      });
      return first ? rowsAt(placesIn({ ...range, to: first.to, offset: offset - skipped })) : [];
    },
    after(filter, { below, limit }) {
      const { from, to } = rangeOf(filter);
      const range = { from, to: Math.min(to, below ?? to), facets: kindsOf(filter), limit, offset: 0 };
      const { party } = filter;
      return rowsAt(party === undefined ? placesIn(range) : partyPlaces({ ...range, party }));
    },
    async matches(text, filter) {
      const queries = [wordsQuery(text), wordsQuery(text, { open: true })].filter((query) => query !== null);
      // What holds no word finds nothing.
      if (queries.length === 0) return nothingFound;
      const kinds = everyFacets.map((facets) => Number(fits(facets, filter))).join('');
      return words({ ...rangeOf(filter), queries, kinds, party: filter.party ?? null });
    },
    at: rowsAt,
    said: (place, position) => said.get({ place, position }) ?? null,
    version: () => version.get()?.sequence ?? 0,
  };
}

const nothingFound: FoundPlaces = { places: new Float64Array(), positions: new Uint16Array() };

const fromRow = (row: Row): ListedCall => ({
  ...row,
  practice: row.practice === 1,
  booked: row.booked === 1,
});

const rangeOf = ({ fromMs, toMs }: CallFilter): { from: number; to: number } => ({
  from: (fromMs ?? 0) * placesPerMs,
  to: toMs === undefined ? beyond : toMs * placesPerMs,
});

const everyFacets = Array.from({ length: mostFacets }, (_, facets) => facets);
const kindsOf = (filter: CallFilter): string =>
  JSON.stringify(everyFacets.filter((facets) => fits(facets, filter)));

/** Whether calls of one kind are asked for. */
function fits(
  facets: number,
  { status, direction, booked, recorded, practice = 'without' }: CallFilter,
): boolean {
  const has = (bit: number): boolean => (facets & bit) !== 0;
  const outcome = Math.floor(facets / facetBits.outcome);
  if (status === 'in-progress' && outcome !== 0) return false;
  if (status === 'ended' && outcome === 0) return false;
  if (status !== undefined && status !== 'in-progress' && status !== 'ended') {
    if (outcome !== outcomeCodes[status]) return false;
  }
  if (direction !== undefined && has(facetBits.outbound) !== (direction === 'outbound')) return false;
  if (booked !== undefined && has(facetBits.booked) !== booked) return false;
  if (recorded !== undefined && has(facetBits.recorded) !== recorded) return false;
  return practice === 'with' || has(facetBits.practice) === (practice === 'only');
}

/** A stretch of the list, with how many calls of the filter it has. */
interface Piece {
  /** The first place behind it. */
  readonly to: number;
  readonly calls: number;
}

interface Counting {
  readonly days: { all(given: object): { day: number; calls: number }[] };
  readonly between: { get(given: object): { calls: number } | undefined };
}

/** The list in days, latest first: whole days as they are tallied, the ends of the range counted. */
function piecesOf(filter: CallFilter, facets: string, { days, between }: Counting): Piece[] {
  const { from, to } = rangeOf(filter);
  if (to <= from) return [];
  const first = Math.ceil(from / placesPerDay);
  const last = Math.floor(to / placesPerDay);
  const counted = (low: number, high: number): Piece[] => {
    if (high <= low) return [];
    const calls = between.get({ facets, from: low, to: high })?.calls ?? 0;
    return calls > 0 ? [{ to: high, calls }] : [];
  };
  if (first >= last) return counted(from, to);
  return [
    ...counted(last * placesPerDay, to),
    ...days.all({ facets, first, last }).map(({ day, calls }) => ({ to: (day + 1) * placesPerDay, calls })),
    ...counted(from, first * placesPerDay),
  ];
}

/**
 * A question to the index of words: every word has to be there; "in quotes" they have to follow each other. A number may
 * be written in groups. Null where there is no word in it.
 *
 * @param options.open the last word may go on
 */
function wordsQuery(text: string, { open = false } = {}): string | null {
  const trimmed = text.trim();
  const end = open ? ' *' : '';
  const digits = /^\+?[\d\s().-]+$/.test(trimmed) ? trimmed.replace(/\D/g, '') : '';
  if (digits.length >= 3) return `"${digits}"${end}`;
  const parts = [...trimmed.matchAll(/"([^"]*)"|([^\s"]+)/g)].flatMap(([, phrase, word]) => {
    const words = (phrase ?? word ?? '').match(/[\p{L}\p{N}]+/gu) ?? [];
    return words.length === 0 ? [] : [`"${words.join(' ')}"`];
  });
  return parts.length === 0 ? null : parts.slice(0, mostWords).join(' AND ') + end;
}

const mostWords = 12;
