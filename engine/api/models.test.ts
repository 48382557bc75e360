import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { catalogue } from '../../models/index.ts';
import { defaultDataDir } from '../foundation/index.ts';
import { fakeOwner } from './access/fake-owner.ts';
import { type BoxStatus, type CatalogueModel, errorModel, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { fitOf } from './model-fit.ts';

const GiB = 2 ** 30;
const cpu: BoxStatus['devices'][number] = {
  ...{ kind: 'cpu', name: 'A processor', totalBytes: 16 * GiB, usedBytes: 4 * GiB, budgetBytes: 12 * GiB },
  ...{ speedClass: 'tiny', models: ['moonshine-tiny-en'] },
};
const gpu: BoxStatus['devices'][number] = {
  ...{ kind: 'cuda', name: 'A card', totalBytes: 8 * GiB, usedBytes: GiB, budgetBytes: 6 * GiB },
  ...{ speedClass: 'medium', models: [] },
};

const installed = join(defaultDataDir(), 'models');
const small = 'silero-vad';
const hasSmall = existsSync(join(installed, small));

describe('models', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const house = async (env: NodeJS.ProcessEnv) => {
    const fake = new FakeApi();
    const { dataDir } = fake;
    closers.push(() => fake.close());
    const app = await fake.build({
      whoIs: fakeOwner,
      health: () => ({ status: 'ready', devices: [cpu] }),
      models: { modelsDir: join(dataDir, 'models'), env },
    });
    const send = (method: 'GET' | 'POST' | 'DELETE', url: string) =>
      app.inject({ method, url, headers: { host: 'localhost' } });
    const model = async (id: string): Promise<CatalogueModel> => {
      const { models } = methods['model.list'].answer.parse((await send('GET', '/api/v1/models')).json());
      const found = models.find((one) => one.id === id);
      if (!found) throw new Error(`there is no model ${id}`);
      return found;
    };
    return { dataDir, send, model };
  };

  it('are all listed, with what they run on and where they would fit', async () => {
    const { send, model } = await house({});
    const { models } = methods['model.list'].answer.parse((await send('GET', '/api/v1/models')).json());
    expect(models.map(({ id }) => id)).toEqual(catalogue.map(({ id }) => id));
    expect(await model('moonshine-tiny-en')).toMatchObject({
      ...{ state: 'missing', device: 'cpu', download: null },
      fit: { on: 'cpu', reason: null, pace: 'in-time' },
    });
    expect(await model('mistral-small-3.1-24b-instruct')).toMatchObject({
      ...{ bytes: 0, tested: false, fit: { on: 'none', pace: 'slow' } },
    });
  });

  it('that nobody knows, or that are not fetched by the box, are refused', async () => {
    const { send } = await house({});
    for (const [method, id, code] of [
      ['POST', 'elephant', 'not_found'],
      ['POST', 'qwen3-8b', 'input_invalid'],
      ['DELETE', small, 'not_found'],
    ] as const) {
      const response = await send(method, `/api/v1/models/${id}/download`);
      expect([id, errorModel.parse(response.json()).error.code]).toEqual([id, code]);
    }
  });

  it.skipIf(!hasSmall)(
    hasSmall
      ? 'come from a folder of another box'
      : `come from a folder (skipped: no ${small} in ${installed})`,
    async () => {
      const env = { VOXBOX_MODELS_FROM: installed, VOXBOX_MODEL_SOURCES: 'folder' };
      const { send, model } = await house(env);
      const begun = await send('POST', `/api/v1/models/${small}/download`);
      expect(begun.json()).toMatchObject({ download: { state: 'running', bytes: 0 } });
      await expect.poll(async () => (await model(small)).download?.state).toBe('done');
      const there = await model(small);
      expect(there).toMatchObject({ state: 'ready', device: 'cpu' });
      expect(there.download?.bytes).toBe(there.download?.totalBytes);
    },
  );

  it('say in words that no source was reached', async () => {
    const { send, model } = await house({ VOXBOX_MODEL_SOURCES: 'folder' });
    await send('POST', `/api/v1/models/${small}/download`);
    await expect.poll(async () => (await model(small)).download?.state).toBe('failed');
    expect((await model(small)).download?.failure).toMatchObject({
      code: 'model_source_unreachable',
      help: expect.stringContaining('Check the connection'),
    });
  });

  it.skipIf(process.platform === 'win32')('are stopped when somebody asks, and begun again', async () => {
    const programs = mkdtempSync(join(tmpdir(), 'voxbox-fake-pip-'));
    closers.push(async () => rmSync(programs, { recursive: true, force: true }));
    mkdirSync(programs, { recursive: true });
    const fakePip = join(programs, 'python3');
    writeFileSync(fakePip, '#!/bin/sh\nexec /bin/sleep 60\n');
    chmodSync(fakePip, 0o755);
    const { send, model } = await house({ VOXBOX_MODEL_SOURCES: 'package', PATH: programs });
    const path = `/api/v1/models/${small}/download`;
    await send('POST', path);
    expect((await model(small)).download?.state).toBe('running');
    expect((await send('DELETE', path)).json()).toMatchObject({ download: { state: 'stopped' } });
    expect((await model(small)).download?.state).toBe('stopped');
    expect((await send('POST', path)).json()).toMatchObject({ download: { state: 'running' } });
  });
});

describe('where a model fits', () => {
  type Asked = Parameters<typeof fitOf>[0];
  const llm = (gpuGiB: number): Asked => {
    const bytes = gpuGiB * GiB;
    return { id: 'a-model', use: 'llm', group: 'large', ramBytes: bytes, gpuBytes: bytes };
  };
  const on = (model: Asked, devices: readonly BoxStatus['devices'][number][], runsOn: string | null = null) =>
    fitOf(model, { devices, runsOn, freeRamBytes: 2 * GiB });

  it('is the card while there is room, else the processor, else nowhere', () => {
    expect(on(llm(4), [gpu, cpu])).toEqual({ on: 'gpu', reason: null, pace: 'in-time' });
    expect(on(llm(11), [gpu, cpu])).toMatchObject({ on: 'cpu', pace: 'slow' });
    expect(on(llm(40), [gpu, cpu])).toMatchObject({ on: 'none', pace: 'slow' });
    expect(on(llm(40), [gpu, cpu]).reason).toContain('needs 40.0 GB');
    expect(on(llm(4), [])).toMatchObject({ on: 'none' });
  });

  it('tells whether callers would wait', () => {
    const slowCard = { ...gpu, totalBytes: 24 * GiB, speedClass: 'small' } as const;
    expect(on(llm(7), [slowCard, cpu])).toMatchObject({ on: 'gpu', pace: 'slow' });
    expect(on(llm(7), [gpu, cpu], 'cuda')).toEqual({ on: 'gpu', reason: null, pace: 'in-time' });
    const kokoro = { id: 'k', use: 'tts', group: 'simulated-caller', ramBytes: GiB, gpuBytes: null } as const;
    expect(on(kokoro, [cpu])).toMatchObject({ on: 'cpu', pace: 'slow' });
  });
});
