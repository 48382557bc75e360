import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from './catalogue.ts';
import { listVoices, voices } from './voices.ts';

test('every voice belongs to a model of the catalogue that has its files', () => {
  expect(new Set(voices.map(({ id }) => id)).size).toBe(voices.length);
  for (const { id, model, language } of voices) {
    const found = catalogue.find((each) => each.id === model);
    expect(found, id).toMatchObject({ use: 'tts' });
    expect(found?.languages, id).toContain(language);
    const style = /^kokoro-(.+)$/.exec(id)?.[1];
    if (style) expect(found?.files.map(({ name }) => name)).toContain(`${style}.bin`);
  }
});

test('the voices of the starter set and of the simulated callers are all on the list', () => {
  const models = catalogue.filter(({ use, group }) => use === 'tts' && group !== 'large').map(({ id }) => id);
  expect(new Set(voices.map(({ model }) => model))).toEqual(new Set(models));
});

test('on an empty box no voice is installed', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'voxbox-voices-'));
  try {
    const found = await listVoices(empty);
    expect(found.map(({ installed }) => installed)).toEqual(voices.map(() => false));
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
});
