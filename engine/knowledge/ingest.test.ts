import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasCode, type StoredEvent, silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeEmbed } from './fake-embedding.ts';
import {
  answer,
  forget,
  ingest,
  type KnowledgeParts,
  retrieve,
  type SourceInput,
  startPageWatch,
} from './index.ts';

let dataDir: string;
let box: Box;
let parts: KnowledgeParts;
let heard: StoredEvent[];

const file = (text: string, name = 'guide.md'): SourceInput => ({
  kind: 'file',
  name,
  bytes: Buffer.from(text),
});
const textsOf = (sourceId: string): string[] =>
  parts.store.passages.ofSource(sourceId).map(({ text }) => text);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-knowledge-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  const store = box.tenant(box.tenants.create({ name: 'Acme', timeZone: 'UTC' }).id);
  parts = { store, embed: fakeEmbed, clock: systemClock, ids: systemIds };
  heard = [];
  box.onEvent((event) => heard.push(event));
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const guide = `# Clinic

## Parking

The garage is below the building. The first two hours are free. After that it costs four dollars an hour.

## Do you treat children?

Children are welcome from their first tooth. A parent may sit beside the chair. See https://example.com for more.
`;

describe('ingest', () => {
  it('embeds sentences under all their headings, and rows also without the names of their columns', async () => {
    const embedded: string[] = [];
    const embed: KnowledgeParts['embed'] = (texts) => {
      embedded.push(...texts);
      return fakeEmbed(texts);
    };
    await ingest(file(guide), { ...parts, embed });
    expect(embedded).toContain('Clinic \u203a Parking\nThe first two hours are free.');
    await ingest(file('Service,Price,Opens\nCrown,$90,9:30\n', 'prices.csv'), { ...parts, embed });
    expect(embedded.slice(-2)).toEqual([
      'prices\nService: Crown. Price: $90. Opens: 9:30.',
      'prices\nCrown. $90. 9:30.',
    ]);
  });

  it('tells how far it is, and of the change', async () => {
    const told: string[] = [];
    const source = await ingest(file(guide), parts, ({ stage, done, total }) =>
      told.push(`${stage} ${done}/${total}`),
    );
    expect(source).toMatchObject({ kind: 'file', name: 'guide.md', origin: 'guide.md', passages: 2 });
    expect(told).toEqual([
      'reading 0/1',
      'reading 1/1',
      'embedding 0/2',
      'embedding 2/2',
      'saving 0/2',
      'saving 2/2',
    ]);
    expect(heard.map(({ type }) => type)).toEqual(['knowledge.changed']);
  });

  it('leaves a source that has not changed, and puts a changed one in its place', async () => {
    const first = await ingest(file(guide), parts);
    expect(
      await ingest(file(guide), { ...parts, embed: () => Promise.reject(new Error('not asked')) }),
    ).toEqual(first);
    const second = await ingest(file('# Clinic\n\nParking is by the river.\n'), parts);
    expect(second.id).toBe(first.id);
    expect(textsOf(first.id)).toEqual(['Parking is by the river.']);
    expect(parts.store.sources.list()).toHaveLength(1);
  });

  it('does not bring back what was removed while it was read again', async () => {
    const { id } = await ingest(file(guide), parts);
    const embed: KnowledgeParts['embed'] = async (texts) => {
      if (parts.store.sources.find(id)) await forget(id, parts);
      return fakeEmbed(texts);
    };
    await expect(ingest(file(`${guide}\nMore.\n`), { ...parts, embed })).rejects.toSatisfy((error) =>
      hasCode(error, 'aborted'),
    );
    expect(parts.store.sources.list()).toEqual([]);
    expect(parts.store.passages.count()).toBe(0);
  });

  it('reads pages again after a day, and keeps what it knows where that fails', async () => {
    const site = { answers: 0, text: 'A crown is 900 dollars.', status: 200 };
    const server = createServer((_, response) => {
      site.answers += 1;
      response.writeHead(site.status, { 'content-type': 'text/html' });
      response.end(`<main><p>${site.text}</p></main>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let lateMs = 0;
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + lateMs };
    const all = { ...parts, clock, allowPrivate: true };
    const { id } = await ingest({ kind: 'address', url: `http://127.0.0.1:${port}/` }, all);
    const watch = startPageWatch({ ...all, stores: () => [parts.store], log: silentLog, everyMs: 10 });
    try {
      site.text = 'A crown is 950 dollars.';
      lateMs = 25 * 3_600_000;
      await vi.waitFor(() => expect(textsOf(id)).toEqual(['A crown is 950 dollars.']), { timeout: 8_000 });
      const answered = site.answers;
      site.status = 500;
      lateMs *= 2;
      await vi.waitFor(() => expect(site.answers).toBe(answered + 1), { timeout: 8_000 });
    } finally {
      await watch.stop();
      server.close();
    }
    expect(textsOf(id)).toEqual(['A crown is 950 dollars.']);
    expect(site.answers).toBe(3);
  });

  it('keeps the old passages until the new ones are there, and where these fail', async () => {
    const { id } = await ingest(file(guide), parts);
    const before = textsOf(id);
    const seen: string[][] = [];
    const watching: KnowledgeParts['embed'] = (texts) => {
      seen.push(textsOf(id));
      return fakeEmbed(texts);
    };
    await ingest(file(`${guide}\nMore.\n`), { ...parts, embed: watching }, ({ stage }) => {
      if (stage === 'saving') seen.push(textsOf(id));
    });
    expect(seen.slice(0, -1).every((texts) => texts.length === before.length)).toBe(true);
    const now = textsOf(id);
    const failing = ingest(file('# Other\n\nText.\n'), {
      ...parts,
      embed: () => Promise.reject(new Error('gone')),
    });
    await expect(failing).rejects.toThrow('gone');
    const stop = new AbortController();
    const aborted = ingest(file('# Other\n\nText.\n'), { ...parts, signal: stop.signal }, ({ stage }) => {
      if (stage === 'saving') stop.abort();
    });
    await expect(aborted).rejects.toSatisfy((error) => hasCode(error, 'aborted'));
    expect(textsOf(id)).toEqual(now);
  });

  it('again replaces exactly, whatever was there; forgetting leaves nothing to find', async () => {
    const text = fc.array(fc.stringMatching(/^[a-z]{3,8}( [a-z]{3,8}){0,40}$/), {
      minLength: 1,
      maxLength: 6,
    });
    const csvOf = (rows: readonly string[]) => file(`Text\n${rows.join('\n')}\n`, 'rows.csv');
    await fc.assert(
      fc.asyncProperty(text, text, async (first, second) => {
        const { id } = await ingest(csvOf(first), parts);
        await ingest(csvOf(second), parts);
        expect(textsOf(id)).toEqual(second.map((row) => `Text: ${row}.`));
        await forget(id, parts);
        expect(await retrieve(second[0] ?? '', parts)).toEqual([]);
      }),
      { numRuns: 4 },
    );
    expect(parts.store.passages.count()).toBe(0);
    await expect(forget('none', parts)).rejects.toSatisfy((error) => hasCode(error, 'not_found'));
  });

  it('lets the loop go on while a large document is taken in', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `Item ${i},${'word '.repeat(40)}${i}`).join('\n');
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 1);
    await ingest(file(`Name,Text\n${rows}\n`, 'large.csv'), parts);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(30);
  });
});

describe('retrieve', () => {
  it('finds the passage with its headings and its source', async () => {
    const { id } = await ingest(file(guide), parts);
    const [best] = await retrieve('where is the parking garage', parts, { limit: 1 });
    expect(best).toMatchObject({ sourceId: id, sourceName: 'guide.md' });
    expect(best?.text).toMatch(/^Clinic \u203a Parking\nThe garage/);
    expect(best?.score).toBeGreaterThan(0.5);
    expect(best?.score).toBeLessThanOrEqual(1);
  });

  it('takes any words for what they are', async () => {
    await ingest(file(guide), parts);
    for (const question of ['', '"', 'NEAR(a b) OR -x:*', '\u0000', 'the of and']) {
      await expect(retrieve(question, parts)).resolves.toBeInstanceOf(Array);
    }
  });
});

describe('answer', () => {
  it('is a sentence or two of the passage, as it is spoken, with where it stands', async () => {
    await ingest(file(guide), parts);
    const said = await answer('do you treat children', parts, { callId: null });
    expect(said?.text).toBe(
      'Children are welcome from their first tooth. A parent may sit beside the chair.',
    );
    expect(said?.passages[0]?.text).toContain('Do you treat children?');
    expect(parts.store.unanswered.list({ limit: 9 })).toEqual([]);
  });

  it('keeps what nothing fits for the owner, whose answer is known from then on', async () => {
    await ingest(file(guide), parts);
    const question = 'Which submarine museum exhibits periscopes?';
    expect(await answer(question, parts, {})).toBeNull();
    expect(parts.store.unanswered.list({ limit: 9 })).toEqual([]);
    expect(await answer(question, parts, { callId: null })).toBeNull();
    await answer(`${question.toLowerCase()} `, parts, { callId: null });
    const [kept] = parts.store.unanswered.list({ status: 'open', limit: 9 });
    expect(kept).toMatchObject({ question, times: 2, callId: null, status: 'open' });
    const source = await ingest({ kind: 'answer', question, answer: 'The one in Portsmouth.' }, parts);
    expect(parts.store.unanswered.find(kept?.id ?? '')).toMatchObject({
      status: 'answered',
      sourceId: source.id,
    });
    expect((await answer(question, parts, { callId: null }))?.text).toBe('The one in Portsmouth.');
    await forget(source.id, parts);
    expect(parts.store.unanswered.find(kept?.id ?? '')).toMatchObject({ sourceId: null, status: 'open' });
    expect(heard.at(-2)).toMatchObject({ type: 'question.reopened', questionId: kept?.id });
  });

  it('is refused without words', async () => {
    const empty = ingest({ kind: 'answer', question: 'Why?', answer: ' ' }, parts);
    await expect(empty).rejects.toSatisfy((error) => hasCode(error, 'input_invalid'));
  });
});
