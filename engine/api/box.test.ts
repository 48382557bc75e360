import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeOwner } from './access/fake-owner.ts';
import { boxProblems } from './box-problems.ts';
import {
  type BoxStatus,
  errorModel,
  type LineStatus,
  type MachineHealth,
  methods,
} from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { cleanLine } from './log-tail.ts';
import { cpuTemperature, type MachineSample, nvidiaGpus } from './machine.ts';
import { metricsText } from './metrics.ts';

const GB = 1e9;
const line = (name: string, status: LineStatus['status'], reason: string | null = null): LineStatus => ({
  ...{ id: `id-${name}`, name, kind: 'registration', status, reason, sinceMs: 0, nextTryAtMs: null },
  ...{ roundTripMs: null, externalAddress: null, callsNow: 0, maxCalls: null, priority: 10 },
});
const calm: MachineSample = {
  cpu: { name: 'A processor', cores: 8, load: 0.2, temperatureC: 50 },
  memory: { totalBytes: 16 * GB, usedBytes: 6 * GB, engineBytes: 0.2 * GB },
  gpus: [],
  disk: { totalBytes: 500 * GB, freeBytes: 300 * GB, recordings: { files: 3, bytes: 12_000 } },
  delayMs: 3,
};
const ready: BoxStatus = {
  ...{ status: 'ready', version: '0.1.0', sipAddress: null, callsNow: 1, capacity: 4 },
  ...{ models: [], devices: [], problems: [] },
};

describe('the health of the box', () => {
  let fake: FakeApi;
  let dataDir: string;
  let app: FastifyInstance;
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } });

  beforeAll(async () => {
    fake = new FakeApi();
    ({ dataDir } = fake);
    mkdirSync(join(dataDir, 'recordings', 'a-tenant'), { recursive: true });
    writeFileSync(join(dataDir, 'recordings', 'a-tenant', 'a-call.wav'), 'RIFF0123456789');
    app = await fake.build({
      whoIs: fakeOwner,
      health: () => ({ status: 'ready', version: '0.1.0', capacity: 4 }),
      lines: () => [line('Carrier', 'refused', 'wrong user name or password')],
    });
  });
  afterAll(() => fake.close());

  it('tells how the machine does, and what is wrong', async () => {
    const health = methods['box.health'].answer.parse((await get('/api/v1/box')).json());
    expect(health).toMatchObject({ version: '0.1.0', dataDir, modelsDir: null, callsNow: 0, capacity: 4 });
    expect(health.disk.freeBytes).toBeGreaterThan(0);
    expect(health.memory.engineBytes).toBeGreaterThan(10_000_000);
    expect(health.startedAtMs).toBeLessThan(health.sampledAtMs);
    expect(health.problems.map(({ what }) => what)).toContain(
      'The line Carrier does not work: wrong user name or password.',
    );
  });

  it('gives figures to programs of this machine alone', async () => {
    const figures = await get('/metrics');
    expect([figures.statusCode, figures.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(figures.body).toMatch(/^# TYPE voxbox_calls gauge\nvoxbox_calls 0$/m);
    expect(figures.body).toMatch(/^voxbox_trunk_up\{trunk="id-Carrier"\} 0$/m);
    const handedOn = await get('/metrics', { 'x-forwarded-for': '198.51.100.7' });
    expect([handedOn.statusCode, errorModel.parse(handedOn.json()).error.code]).toEqual([
      403,
      'request_refused',
    ]);
    const remote = await app.inject({
      ...{ method: 'GET', url: '/metrics', headers: { host: 'localhost' } },
      remoteAddress: '192.168.1.7',
    });
    expect(remote.statusCode).toBe(403);
  });

  it('hands out the end of the log without what is personal', async () => {
    const log = await get('/api/v1/box/log');
    expect([log.statusCode, log.body]).toEqual([200, '']);
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    const entry = { level: 30, time: '2026-03-10T15:20:00.000Z', pii: { caller: '+12025550123' } };
    const lines = Array.from({ length: 4000 }, (_, at) =>
      JSON.stringify({ ...entry, at, msg: 'a call came' }),
    );
    writeFileSync(join(dataDir, 'logs', 'engine.log'), `${lines.join('\n')}\n`);
    const { body, headers } = await get('/api/v1/box/log');
    expect(headers['content-disposition']).toBe('attachment; filename="voxbox-engine.log"');
    expect(body).not.toContain('2025550123');
    const told = body
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(told.length).toBeGreaterThan(100);
    expect(told.at(-1)).toEqual({ level: 30, time: entry.time, at: 3999, msg: 'a call came' });
  });
});

describe('a line of the log', () => {
  it('loses numbers and addresses of people, and keeps what helps', () => {
    expect(
      JSON.parse(
        cleanLine(
          JSON.stringify({
            from: '"Maria" <sip:+12025550123@203.0.113.7:5060>;tag=1',
            note: 'write to maria.lopez@example.com or call (202) 555-0123',
            peer: '203.0.113.7',
            day: '2026-03-10',
            id: '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b',
            atMs: 1_773_156_000_000,
            inner: [{ pii: 'gone', status: 401 }],
          }),
        ),
      ),
    ).toEqual({
      from: '"Maria" <sip:…@203.0.113.7:5060>;tag=1',
      note: 'write to …@example.com or call (…',
      peer: '203.0.113.7',
      day: '2026-03-10',
      id: '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b',
      atMs: 1_773_156_000_000,
      inner: [{ status: 401 }],
    });
    expect(cleanLine('Error: no answer from +442079460000')).toBe('Error: no answer from …');
  });
});

describe('what a machine tells of itself', () => {
  it('is read from the lines of nvidia-smi, unknown where it says so', () => {
    expect(nvidiaGpus('NVIDIA RTX 4090, 24564, 1024, 37, 61\nTesla T4, 15360, 0, [N/A], [N/A]\n')).toEqual([
      {
        ...{ name: 'NVIDIA RTX 4090', totalBytes: 24_564 * 2 ** 20, usedBytes: 2 ** 30 },
        ...{ load: 0.37, temperatureC: 61 },
      },
      { name: 'Tesla T4', totalBytes: 15_360 * 2 ** 20, usedBytes: 0, load: null, temperatureC: null },
    ]);
    expect(nvidiaGpus('')).toEqual([]);
  });

  it('is the heat of the processor where a zone says whose it is, else of the hottest', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'voxbox-heat-'));
    const zone = (name: string, type: string, millidegrees: string) => {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'type'), `${type}\n`);
      writeFileSync(join(directory, name, 'temp'), `${millidegrees}\n`);
    };
    try {
      expect(await cpuTemperature(join(directory, 'none'))).toBeNull();
      zone('thermal_zone0', 'acpitz', '71000');
      zone('thermal_zone1', 'iwlwifi_1', 'unreadable');
      expect(await cpuTemperature(directory)).toBe(71);
      zone('thermal_zone2', 'x86_pkg_temp', '55500');
      expect(await cpuTemperature(directory)).toBe(55.5);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('problems of the box', () => {
  const of = (machine: Partial<MachineSample>, lines: readonly LineStatus[] = [], status = ready) =>
    boxProblems({ machine: { ...calm, ...machine }, status, lines }).map(({ severity, what }) => [
      severity,
      what,
    ]);

  it('are none while all is well', () => {
    expect(of({}, [line('A', 'registered'), line('B', 'disabled'), line('C', 'idle')])).toEqual([]);
  });

  it('are what keeps callers from being answered, faults first', () => {
    const disk = { ...calm.disk, freeBytes: 0.5 * GB };
    const hot = { ...calm.cpu, temperatureC: 93.4 };
    const memory = { ...calm.memory, usedBytes: 15.5 * GB };
    const status = { ...ready, status: 'degraded', callsNow: 4, problems: ['A model is missing.'] } as const;
    expect(
      of({ disk, cpu: hot, memory, delayMs: 260 }, [line('A', 'down'), line('B', 'up')], {
        ...status,
        problems: [...status.problems],
      }),
    ).toEqual([
      ['fault', 'A model is missing.'],
      ['fault', 'Only 0.5 GB are free on the disk with the data.'],
      ['warning', 'The line A does not work.'],
      ['warning', 'The box carries 4 calls, as many as it may.'],
      ['warning', 'The memory is nearly full: 0.5 GB are left.'],
      ['warning', 'A processor is at 93 °C.'],
      ['warning', 'The engine was 260 ms late with its work.'],
    ]);
    expect(of({ disk: { ...calm.disk, freeBytes: 4 * GB } })).toEqual([
      ['warning', 'Only 4.0 GB are free on the disk with the data.'],
    ]);
    expect(of({}, [line('A', 'down')])).toEqual([['fault', 'The line A does not work.']]);
  });
});

describe('figures for Prometheus', () => {
  it('leave out what is not known', () => {
    const health: MachineHealth = {
      ...calm,
      cpu: { ...calm.cpu, temperatureC: null },
      gpus: [{ name: 'A card', totalBytes: 8, usedBytes: 2, load: null, temperatureC: null }],
      ...{ sampledAtMs: 90_000, startedAtMs: 30_000, version: '1', nodeVersion: '24', system: 'Linux' },
      ...{ dataDir: '/data', modelsDir: null, callsNow: 2, capacity: null, problems: [] },
    };
    const text = metricsText(health, [line('A', 'registered')]);
    expect(text).toContain('\nvoxbox_uptime_seconds 60\n');
    expect(text).toContain('\nvoxbox_delay_seconds 0.003\n');
    expect(text).toContain('\nvoxbox_gpu_memory_used_bytes{gpu="0"} 2\n');
    expect(text).toContain('\nvoxbox_trunk_up{trunk="id-A"} 1\n');
    expect(text).not.toMatch(/temperature|capacity|null/);
    expect(text).not.toContain('/data');
  });
});
