import { parentPort } from 'node:worker_threads';
import { type ErrorShape, toErrorShape } from '../foundation/index.ts';
import { type Database, openDatabase } from './database.ts';
import { tenantMigrations } from './migrations.ts';
import type { FoundPlaces, WordQuestion } from './word-search.ts';

export interface ToSearch {
  readonly id: number;
  readonly question: WordQuestion;
}
export type FromSearch = { readonly id: number } & (
  | { readonly found: FoundPlaces }
  | { readonly error: ErrorShape }
);

interface Hit {
  readonly place: number;
  readonly position: number;
}

/** The file that was asked about last stays open: whoever types a word asks once for each letter. */
let held: { readonly path: string; readonly database: Database } | null = null;

function databaseOf({ path, key }: WordQuestion): Database {
  if (held?.path === path) return held.database;
  held?.database.close();
  held = null;
  const database = openDatabase({
    path,
    key: Buffer.from(key),
    migrations: tenantMigrations,
    readOnly: true,
  });
  held = { path, database };
  return database;
}

function find(question: WordQuestion): FoundPlaces {
  const { queries, from, to, kinds, party } = question;
  const hits = databaseOf(question).prepare<Hit>(
    // The words alone first, in the order of the index; then the call of each.
    `with hits as materialized (
       select rowid >> 12 as place, rowid & 4095 as position from call_words
       where call_words match :words and rowid >= (:from << 12) and rowid < (:to << 12) order by rowid desc)
     select hits.place, hits.position from hits cross join calls c on c.place = hits.place
     where substr(:kinds, c.facets + 1, 1) = '1' ${party === null ? '' : 'and c.party = :party'}`,
  );
  for (const words of queries) {
    const found = hits.all({ words, from, to, kinds, ...(party === null ? {} : { party }) });
    if (found.length > 0) return firstOfEach(found);
  }
  return { places: new Float64Array(), positions: new Uint16Array() };
}

/** Of the turns of a call the first; they lie behind each other, the last one first. */
function firstOfEach(hits: readonly Hit[]): FoundPlaces {
  const firsts = hits.filter((hit, i) => hit.place !== hits[i + 1]?.place);
  return {
    places: Float64Array.from(firsts, ({ place }) => place),
    positions: Uint16Array.from(firsts, ({ position }) => position),
  };
}

parentPort?.on('message', ({ id, question }: ToSearch) => {
  let answer: FromSearch;
  try {
    answer = { id, found: find(question) };
  } catch (error) {
    answer = { id, error: toErrorShape(error, 'database_broken') };
  }
  parentPort?.postMessage(answer);
});
