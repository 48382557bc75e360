import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineReportAnswer } from '../../engine/api/contract/index.ts';
import { type Api, fakeOwner, type LineTestParts, startApi } from '../../engine/api/index.ts';
import { fakeCli } from '../../engine/cli/fake-cli.ts';
import { silentLog, systemClock, systemIds, VoxboxError } from '../../engine/foundation/index.ts';
import { type Box, openBox } from '../../engine/store/index.ts';

const ladder = { columns: ['Voxbox', '127.0.0.1:5060'], rows: [] };
const report: LineReportAnswer = {
  ...{ id: 'r', trunkId: 't', trunkName: 'Carrier', target: 'sip:echo@h', startedAtMs: 1, tookMs: 2340 },
  verdict: 'fault',
  headline: {
    fault: 'wrong-password',
    severity: 'fault',
    sentence: 'Wrong password.',
    evidence: ['401 again'],
  },
  findings: [
    { fault: 'wrong-password', severity: 'fault', sentence: 'Wrong password.', evidence: ['401 again'] },
  ],
  checks: [{ check: 'account', state: 'failed', note: 'wrong-password' }],
  ...{ ladder, ladderText: 'a ladder\n' },
};

let directory: string;
let box: Box;
let api: Api;
let asked: unknown[];

/** A doctor that says what it is told to. */
const fakeDoctor: LineTestParts = {
  async *test(trunkId, options) {
    asked.push({ trunkId, ...options });
    if (trunkId === 'missing') throw new VoxboxError('trunk_unknown', 'there is no trunk missing');
    yield { kind: 'step', stage: 'name', note: 'h', afterMs: 0 };
    yield { kind: 'report', report: { ...report, trunkId } };
  },
  ladder: (id) => (id === 'last' ? { sipCallId: 'abc@h', ladder, text: 'its ladder\n' } : null),
};

beforeEach(async () => {
  asked = [];
  directory = mkdtempSync(join(tmpdir(), 'voxbox-line-'));
  box = openBox({ dataDir: directory, clock: systemClock, ids: systemIds, log: silentLog });
  api = await startApi({
    ...{ host: '127.0.0.1', port: 0, box, dataDir: directory, log: silentLog, lineTests: fakeDoctor },
    live: { list: () => [], on: () => () => {} },
    whoIs: fakeOwner,
    health: () => ({ status: 'ready' }),
  });
});
afterEach(async () => {
  await api.stop();
  box.close();
  rmSync(directory, { recursive: true, force: true });
});

const announce = (): void => box.announce({ host: '127.0.0.1', port: api.port });

async function get(path: string): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${api.port}${path}`)).json();
}

async function post(path: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const url = `http://127.0.0.1:${api.port}${path}`;
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

const run = (...argv: string[]) => fakeCli(['line', ...argv, '--data', directory]);

describe('voxbox line', () => {
  it('tests a trunk by its name and says what is wrong', async () => {
    announce();
    const { id } = box.trunks.add({ kind: 'address', name: 'Carrier', address: '192.0.2.1' });
    const { code, out } = await run('test', 'Carrier', '--target', '+14155550100', '--refer');
    expect(asked).toEqual([{ trunkId: id, target: '+14155550100', refer: true }]);
    expect(code).toBe(1);
    expect(out).toContain('FAULT  Carrier (2.3 s)\n\nWrong password.\n    401 again\n');
    expect(out).toContain('FAIL  account  wrong-password\n\na ladder\n');
    expect(await get(`/api/v1/trunks/${id}/test`)).toMatchObject({
      running: false,
      steps: [{ stage: 'name' }],
      report: { trunkId: id },
    });
  });

  it('prints JSON', async () => {
    announce();
    const { id } = box.trunks.add({ kind: 'address', name: 'Carrier', address: '192.0.2.1' });
    const { out } = await run('test', id, '--json');
    expect(JSON.parse(out)).toEqual({ report: { ...report, trunkId: id } });
  });

  it('shows the ladder of a call', async () => {
    announce();
    expect(await run('ladder', 'last')).toEqual({
      code: 0,
      out: 'Call-ID abc@h\n\nits ladder\n',
      err: '',
    });
    const unknown = await run('ladder', 'unknown');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('nothing is known')]);
  });

  it('knows no other trunk', async () => {
    announce();
    const nobody = await run('test', 'Nobody');
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('no trunk "Nobody"')]);
    expect(await post('/api/v1/trunks/missing/test', {})).toBe(404);
    expect(await get('/api/v1/trunks/missing/test')).toEqual({
      running: false,
      steps: [],
      report: null,
    });
  });

  it('refuses a target that is none', async () => {
    for (const payload of [{ target: 'a b' }, { target: '' }, { to: 'x' }]) {
      expect(await post('/api/v1/trunks/x/test', payload)).toBe(400);
    }
    expect(asked).toEqual([]);
  });

  it('needs a running engine', async () => {
    box.close();
    const { code, err } = await run('test', 'Carrier');
    expect(code).toBe(1);
    expect(err).toContain('npm start');
  });
});
