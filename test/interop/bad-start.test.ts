import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue, loadConfig } from '../../engine/foundation/index.ts';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import { EngineFailed, startEngineProcess } from '../caller/engine-process.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { CallRefused, placeCall } from '../caller/sip-client.ts';

const missing = await missingFor({});
const missingModels = await missingFor({ caller: true });

async function failureOf(start: Promise<{ stop(): unknown }>): Promise<EngineFailed> {
  try {
    const engine = await start;
    await engine.stop();
  } catch (error) {
    if (error instanceof EngineFailed) return error;
    throw error;
  }
  throw new Error('The engine started although it should not');
}

describe.skipIf(missing)(`an engine that cannot start says why${missing}`, () => {
  const scene = new Scene();
  const noModels = { VOXBOX_MODELS: join(scene.folder, 'no-models') };
  beforeAll(() => mkdirSync(noModels.VOXBOX_MODELS));
  afterAll(() => scene.end());

  it('when another one runs on its data directory', async () => {
    const first = await scene.engine({ env: noModels });
    const failure = await failureOf(startEngineProcess({ dataDir: scene.dataDir, env: noModels }));
    expect(failure.exitCode).toBeGreaterThan(0);
    expect(failure.output).toContain(errorCatalogue.data_dir_locked.help);
    // The first one is none the worse.
    expect(await first.api.tenants()).toHaveLength(1);
    await first.stop();
  });

  it('when its HTTP port is taken, and names the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const failure = await failureOf(
      startEngineProcess({ dataDir: scene.dataDir, env: noModels, flags: ['--http-port', String(port)] }),
    );
    server.close();
    expect(failure.exitCode).toBeGreaterThan(0);
    expect(failure.output).toContain(String(port));
  });

  it('when its data directory cannot be made', async () => {
    const file = join(scene.folder, 'file');
    writeFileSync(file, '');
    const failure = await failureOf(startEngineProcess({ dataDir: join(file, 'data'), env: noModels }));
    expect(failure.exitCode).toBeGreaterThan(0);
    expect(failure.output).toContain(errorCatalogue.data_dir_unwritable.help);
  });

  it('when a value is not allowed', async () => {
    const failure = await failureOf(
      startEngineProcess({ dataDir: scene.dataDir, env: { ...noModels, VOXBOX_MAX_CALLS: 'many' } }),
    );
    expect(failure.exitCode).toBeGreaterThan(0);
    expect(failure.output).toContain('maxCalls');
  });
});

describe.skipIf(missingModels)(`a box whose models are not in order${missingModels}`, () => {
  const scene = new Scene();
  afterAll(() => scene.end());

  const statusOfCall = async (sip: { host: string; port: number }): Promise<number> => {
    try {
      const target = `sip:${demoNumber}@${sip.host}:${sip.port}`;
      const call = await placeCall({ target, from: callerNumber, rtpPort: 39_996 });
      await call.hangUp();
      return 200;
    } catch (error) {
      return error instanceof CallRefused ? error.status : -1;
    }
  };

  it('is up without models, says what to do and answers calls with 503', async () => {
    const models = join(scene.folder, 'empty');
    mkdirSync(models);
    const engine = await scene.engine({ dataDir: join(scene.folder, 'a'), env: { VOXBOX_MODELS: models } });
    expect(engine.trouble).toContain('models pull');
    expect(await statusOfCall(engine.sip)).toBe(503);
    expect(await engine.api.tenants()).toHaveLength(1);
    expect(await engine.stop()).toBe(0);
  });

  it('notices a model file that was changed', async () => {
    const models = join(scene.folder, 'changed');
    const { modelsDir } = loadConfig();
    mkdirSync(models);
    for (const id of readdirSync(modelsDir, { withFileTypes: true })) {
      if (id.isDirectory() && id.name !== 'moonshine-tiny-en')
        symlinkSync(join(modelsDir, id.name), join(models, id.name));
    }
    cpSync(join(modelsDir, 'moonshine-tiny-en'), join(models, 'moonshine-tiny-en'), { recursive: true });
    const file = join(models, 'moonshine-tiny-en', 'tokenizer.bin');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    const engine = await scene.engine({ dataDir: join(scene.folder, 'b'), env: { VOXBOX_MODELS: models } });
    expect(engine.trouble).toContain(errorCatalogue.model_corrupted.help);
    expect(engine.trouble).toContain('tokenizer.bin');
    expect(await statusOfCall(engine.sip)).toBe(503);
  });
});
