import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { ingest } from '../knowledge/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
let sourceId: string;

const open = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });

const run = (...argv: string[]) => fakeCli([...argv, '--data', dataDir]);

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-knowledge-'));
  const box = open();
  const store = box.tenant(box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id);
  const embed = async (texts: readonly string[]) => texts.map(() => new Float32Array(384).fill(0.05));
  const parts = { store, embed, clock: systemClock, ids: systemIds };
  const bytes = Buffer.from('Service,Price\nCut,$40\nColor,$90\n');
  sourceId = (await ingest({ kind: 'file', name: 'prices.csv', bytes }, parts)).id;
  store.unanswered.record('Do you do weddings?', null);
  box.close();
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('voxbox knowledge', () => {
  it('lists what is known and what was asked in vain', async () => {
    expect((await run('knowledge', 'list')).out).toMatch(/prices\.csv +salon +file +2 /);
    const { sources } = JSON.parse((await run('knowledge', 'list', '--json')).out);
    expect(sources).toMatchObject([{ id: sourceId, tenant: 'salon', passages: 2 }]);
    expect((await run('knowledge', 'unanswered')).out).toMatch(/Do you do weddings\? +salon +1 /);
  });

  it('forgets a source, once', async () => {
    expect(await run('knowledge', 'remove', sourceId)).toMatchObject({
      code: 0,
      out: `Removed ${sourceId}.\n`,
    });
    expect((await run('knowledge', 'list')).out).not.toContain('prices');
    expect(await run('knowledge', 'remove', sourceId)).toMatchObject({ code: 1, out: '' });
  });

  it('says what cannot be read, and that another engine does not answer', async () => {
    const missing = await run('knowledge', 'add', join(dataDir, 'none.pdf'));
    expect(missing.err).toContain('none.pdf cannot be read');
    expect((await run('knowledge', 'add')).code).toBe(2);
    const engine = open();
    const refused = await run('knowledge', 'remove', sourceId);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is not up yet')]);
    engine.close();
  });
});
