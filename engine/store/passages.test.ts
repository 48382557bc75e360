import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../foundation/index.ts';
import { type Database, openDatabase } from './database.ts';
import { createEventLog } from './events.ts';
import { tenantMigrations } from './migrations.ts';
import { type NewPassage, type PassageRows, passageRows } from './passages.ts';
import { type Sources, sourceRows } from './sources.ts';

let folder: string;
let database: Database;
let passages: PassageRows;
let sources: Sources;

/** Unit length, another direction for each place. */
const vectorOf = (place: number): Float32Array => {
  const values = Float32Array.from({ length: 384 }, (_, i) => Math.sin((i + 1) * (place + 1) * 1.7));
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};
const passage = (text: string, place = 0, sentences: readonly number[] = []) =>
  ({
    ...{ kind: 'prose', heading: 'Heading', text, vector: vectorOf(place) },
    sentences: sentences.map(vectorOf),
  }) satisfies NewPassage;
const source = { id: 's', kind: 'file', name: 'a.txt', origin: 'a.txt', fingerprint: 'f', words: 3 } as const;

const tables = [
  ...['sources', 'editions', 'passages', 'passage_codes', 'passage_vectors', 'passage_words'],
  'sentence_vectors',
];
const rows = (): number[] =>
  tables.map((name) => database.prepare<{ n: number }>(`select count(*) as n from ${name}`).get()?.n ?? -1);

async function publish(texts: readonly string[]): Promise<void> {
  const edition = passages.begin(source.id);
  await passages.write(
    edition,
    texts.map((text, i) => passage(text, i, [i, i + 1])),
  );
  sources.publish(source, edition);
  await passages.finish(edition);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxbox-passages-'));
  const path = join(folder, 'tenant.db');
  database = openDatabase({
    path,
    key: randomBytes(32),
    migrations: tenantMigrations,
    create: true,
    vectors: true,
  });
  const events = createEventLog(database, { log: 't', clock: systemClock, tell: () => {} });
  passages = passageRows(database);
  sources = sourceRows(database, { tenantId: 't', clock: systemClock, events, passages });
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('passages', () => {
  it('are found by meaning and by words once their source is published, not before', async () => {
    const edition = passages.begin('s');
    await passages.write(edition, [passage('The garage is below', 1), passage('Dogs may come in', 2)]);
    expect(passages.nearest(vectorOf(1), 5)).toEqual([]);
    expect(passages.byWords(['garage'], 5)).toEqual([]);
    sources.publish(source, edition);
    await passages.finish(edition);
    const [first, second] = passages.nearest(vectorOf(2), 5);
    expect(passages.get([first?.id ?? 0])[0]?.text).toBe('Dogs may come in');
    expect(first?.cosine).toBeGreaterThan(0.99);
    expect(second?.cosine).toBeLessThan(0.9);
    expect(passages.byWords(['garages', 'x"y'], 5)).toHaveLength(1);
    expect(passages.count()).toBe(2);
  });

  it('are compared by each of their sentences, by the whole where they are one', async () => {
    const edition = passages.begin('s');
    await passages.write(edition, [passage('One. Two.', 1, [2, 3]), passage('Alone', 4)]);
    const ids = database.prepare<{ id: number }>('select id from passages order by position').all();
    const [several, alone] = passages.nearnessTo(
      vectorOf(3),
      ids.map(({ id }) => id),
    );
    expect(several?.sentences).toHaveLength(2);
    expect(several?.sentences[0]).toBeLessThan(0.9);
    expect(several?.sentences[1]).toBeGreaterThan(0.99);
    expect(several?.cosine).toBeLessThan(0.9);
    expect(alone?.sentences).toEqual([alone?.cosine]);
  });

  it('that hold a word are counted, no further than asked, and anew where something was written', async () => {
    await publish(['a garage', 'garages']);
    expect(passages.holding('garage', 9)).toBe(2);
    expect(passages.holding('garage', 1)).toBe(1);
    expect(passages.holding('harbor', 9)).toBe(0);
    await publish(['a harbor']);
    expect([passages.holding('garage', 9), passages.holding('harbor', 9)]).toEqual([0, 1]);
  });

  it('of another edition replace the old ones, and leave no row of these anywhere', async () => {
    await publish(['one', 'two', 'three']);
    await publish(['four', 'five']);
    expect(passages.ofSource('s').map(({ text }) => text)).toEqual(['four', 'five']);
    expect(passages.byWords(['one'], 5)).toEqual([]);
    expect(rows()).toEqual([1, 1, 2, 2, 2, 2, 2]);
  });

  it('go with their source, and those of an edition that was given up go too', async () => {
    await publish(['one', 'two']);
    const broken = passages.begin('other');
    await passages.write(broken, [passage('half')]);
    await passages.tidy();
    expect(rows()[2]).toBe(3);
    sources.remove('s');
    expect(passages.nearest(vectorOf(0), 5)).toEqual([]);
    await passages.finish(broken);
    expect(rows()).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const index = database.prepare<{ n: number }>('select count(*) as n from passage_words_docsize').get();
    expect(index?.n).toBe(0);
  });
});
