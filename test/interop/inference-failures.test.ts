import { cp, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { connectInference, type InferenceHost, startInference } from '../../engine/inference/index.ts';
import { listModels } from '../../models/index.ts';

const { modelsDir } = loadConfig();
const missing = (await listModels(modelsDir))
  .filter((model) => model.group === 'starter' && model.state !== 'ready')
  .map((model) => model.id);
const reason = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not in ${modelsDir})` : '';

const live = { priority: 'live' } as const;
const voice = 'piper-en-us-joe-medium';
const longText = 'This sentence is here to keep the voice busy for quite a while. '.repeat(20);

describe.skipIf(missing.length > 0)(`inference when things go wrong${reason}`, () => {
  let host: InferenceHost;
  beforeAll(async () => {
    host = await startInference({ modelsDir, log: silentLog, uses: ['stt', 'tts'] });
  });
  afterAll(async () => {
    await host?.stop();
  });

  test('a killed worker: what was under way is refused, the next request works', async () => {
    const other = await connectInference(host.socketPath, silentLog);
    const before = host.pid;
    const under = [
      host.synthesise({ text: longText, voice }, live),
      host.transcribe(new Float32Array(16_000 * 20), live),
      other.synthesise({ text: longText, voice }, live),
    ];
    await wait(100);
    process.kill(before, 'SIGKILL');
    for (const result of await Promise.allSettled(under)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'inference_unavailable' } });
    }
    expect((await host.transcribe(new Float32Array(16_000), live)).text).toBeTypeOf('string');
    expect((await other.synthesise({ text: 'I am back.', voice }, live)).samples.length).toBeGreaterThan(
      5_000,
    );
    expect(host.pid).not.toBe(before);
    await other.close();
  });

  test('a frozen worker is replaced, and what it owed is refused', async () => {
    const before = host.pid;
    process.kill(before, 'SIGSTOP');
    const owed = host.synthesise({ text: 'Hello?', voice }, live);
    await expect(owed).rejects.toMatchObject({ code: 'inference_unavailable' });
    expect((await host.transcribe(new Float32Array(16_000), live)).text).toBeTypeOf('string');
    expect(host.pid).not.toBe(before);
  });

  test('a model is replaced while requests come, and none of them fails', async () => {
    let swapped = false;
    const heard: string[] = [];
    const audio = Float32Array.from({ length: 16_000 }, (_, at) => Math.sin(at / 8) / 20);
    const callers = [0, 1, 2].map(async () => {
      while (!swapped) heard.push((await host.transcribe(audio, live)).text);
    });
    const models = await host.swap('stt', 'moonshine-tiny-en');
    swapped = true;
    await Promise.all(callers);
    expect(models).toMatchObject([{ id: 'moonshine-tiny-en', use: 'stt' }]);
    expect(heard.length).toBeGreaterThan(3);
    expect(new Set(heard).size).toBe(1);
    expect((await host.loaded()).filter(({ use }) => use === 'stt')).toHaveLength(1);
  });

  test('a model that cannot be loaded leaves the old one in its place', async () => {
    await expect(host.swap('stt', 'moonshine-base-en')).rejects.toMatchObject({ code: 'model_missing' });
    await expect(host.swap('stt', 'smart-turn-v3.2')).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(host.swap('stt', 'nothing')).rejects.toMatchObject({ code: 'model_missing' });
    expect((await host.transcribe(new Float32Array(16_000), live)).text).toBeTypeOf('string');
  });

  test('the devices are told, with what runs on them', async () => {
    const devices = await host.devices();
    const cpu = devices.find(({ kind }) => kind === 'cpu');
    expect(cpu?.models).toContain('moonshine-tiny-en');
    for (const { totalBytes, usedBytes } of devices) expect(usedBytes).toBeLessThanOrEqual(totalBytes);
    const stt = (await host.loaded()).find(({ use }) => use === 'stt');
    expect(stt).toMatchObject({ device: 'cpu', deviceReason: 'it is made for the processor' });
  });

  test('a withdrawn request is refused at once and frees its lane', async () => {
    const controller = new AbortController();
    const speaking = host.synthesise({ text: longText, voice }, { ...live, signal: controller.signal });
    await wait(50);
    const startedMs = performance.now();
    controller.abort();
    await expect(speaking).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - startedMs).toBeLessThan(50);
    // the whole text would take seconds: the lane was freed after the sentence that was being spoken
    await host.synthesise({ text: 'Sure.', voice }, { ...live, timeoutMs: 2_000 });
    const already = host.transcribe(new Float32Array(16_000), { ...live, signal: controller.signal });
    await expect(already).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a deadline is kept', async () => {
    const startedMs = performance.now();
    const speaking = host.synthesise({ text: longText, voice }, { ...live, timeoutMs: 80 });
    await expect(speaking).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(performance.now() - startedMs).toBeLessThan(300);
  });

  test('a live request overtakes summaries', async () => {
    // what an earlier test withdrew may still be finishing its sentence
    await host.synthesise({ text: 'Zero.', voice }, live);
    const order: string[] = [];
    const speak = (name: string, text: string, priority: 'live' | 'summary') =>
      host.synthesise({ text, voice }, { priority }).then(() => order.push(name));
    await Promise.all([
      speak('running', 'One moment, please.', 'summary'),
      speak('summary', 'Two.', 'summary'),
      speak('live', 'Three.', 'live'),
    ]);
    expect(order).toEqual(['running', 'live', 'summary']);
  });

  test('too much audio is refused', async () => {
    const tooLong = host.transcribe(new Float32Array(31 * 16_000), live);
    await expect(tooLong).rejects.toMatchObject({ code: 'input_invalid' });
  });

  test('bytes that are no frames close only that connection', async () => {
    const { createConnection } = await import('node:net');
    const stranger = createConnection(host.socketPath);
    stranger.on('error', () => {});
    stranger.write(Buffer.alloc(64, 0xff));
    await new Promise((resolve) => stranger.once('close', resolve));
    expect((await host.transcribe(new Float32Array(16_000), live)).text).toBeTypeOf('string');
  });

  test('stopping twice is fine and leaves nothing behind', async () => {
    const short = await startInference({ modelsDir, log: silentLog, uses: ['turn'] });
    const { pid } = short;
    const refused = expect(short.synthesise({ text: longText, voice }, live)).rejects.toMatchObject({
      code: 'inference_unavailable',
    });
    await short.stop();
    await short.stop();
    await refused;
    expect(() => process.kill(pid, 0)).toThrow();
    await expect(readdir(join(short.socketPath, '..'))).rejects.toThrow();
  });
});

describe.skipIf(missing.length > 0)(`damaged models${reason}`, () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'voxbox-damaged-'));
    await cp(modelsDir, copy, {
      recursive: true,
      filter: (path) => !/kokoro|smollm2|minilm|piper/.test(path),
    });
    const file = await open(join(copy, 'moonshine-tiny-en', 'decoder_model_merged.ort'), 'r+');
    await file.write(Buffer.from('damage'), 0, 6, 1_000_000);
    await file.close();
  });
  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  test('a damaged file is named at the start', async () => {
    const start = startInference({ modelsDir: copy, log: silentLog, uses: ['stt', 'turn'] });
    await expect(start).rejects.toThrow(
      expect.objectContaining({
        code: 'model_corrupted',
        message: expect.stringContaining('decoder_model_merged.ort'),
      }),
    );
  });

  test('a damaged model that is not needed at the start closes its own lane only', async () => {
    const host = await startInference({ modelsDir: copy, log: silentLog, uses: ['turn'] });
    try {
      const { pid } = host;
      await expect(host.transcribe(new Float32Array(16_000), live)).rejects.toMatchObject({
        code: 'model_corrupted',
      });
      await expect(host.embed(['hello'], live)).rejects.toMatchObject({ code: 'model_missing' });
      expect((await host.endOfTurn(new Float32Array(16_000), live)).probability).toBeLessThanOrEqual(1);
      expect(host.pid).toBe(pid);
    } finally {
      await host.stop();
    }
  });
});
