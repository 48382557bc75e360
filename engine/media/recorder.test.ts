import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../foundation/index.ts';
import { Recorder } from './recorder.ts';

const folder = mkdtempSync(join(tmpdir(), 'voxbox-recorder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const frame = (value: number) => new Int16Array(160).fill(value);

function readWav(path: string) {
  const bytes = readFileSync(path);
  const dataBytes = bytes.readUInt32LE(40);
  return {
    bytes,
    dataBytes,
    riffBytes: bytes.readUInt32LE(4),
    rateHz: bytes.readUInt32LE(24),
    channels: bytes.readUInt16LE(22),
    left: Array.from({ length: dataBytes / 4 }, (_, n) => bytes.readInt16LE(44 + n * 4)),
    right: Array.from({ length: dataBytes / 4 }, (_, n) => bytes.readInt16LE(46 + n * 4)),
  };
}

/** Keeps what is logged as an error; everything else is as silent as ever. */
function keepingLog(): { readonly log: Log; readonly errors: { code?: unknown }[] } {
  const errors: { code?: unknown }[] = [];
  const log = Object.assign(Object.create(silentLog), {
    error: (fields: { code?: unknown }) => errors.push(fields),
  });
  return { log, errors };
}

describe('recorder', () => {
  it('writes the caller left and the agent right', async () => {
    const path = join(folder, 'nested', 'call.wav');
    const recorder = new Recorder({ path: path, log: silentLog });
    recorder.write(frame(100), null);
    recorder.write(null, frame(-200));
    await Promise.all([recorder.stop(), recorder.stop()]);
    recorder.write(frame(1), frame(1));
    const wav = readWav(path);
    expect(wav).toMatchObject({ dataBytes: 1280, riffBytes: 36 + 1280, rateHz: 8000, channels: 2 });
    expect(wav.bytes.length).toBe(44 + 1280);
    expect(wav.left).toEqual([...frame(100), ...frame(0)]);
    expect(wav.right).toEqual([...frame(0), ...frame(-200)]);
  });

  it('leaves a readable file when the process ends without a stop', async () => {
    const path = join(folder, 'crash.wav');
    const recorder = new Recorder({ path: path, log: silentLog });
    for (let n = 0; n < 130; n += 1) recorder.write(frame(n), frame(-n));
    await expect.poll(() => existsSync(path) && readFileSync(path).length).toBe(44 + 2 * 32000);
    await expect.poll(() => readWav(path).dataBytes).toBe(2 * 32000);
    expect(readWav(path).left[99 * 160]).toBe(99);
    await recorder.stop();
    expect(readWav(path).dataBytes).toBe(130 * 640);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'gives up on a full disk (needs /dev/full), says so once and goes on',
    async () => {
      const { log, errors } = keepingLog();
      const recorder = new Recorder({ path: '/dev/full', log: log });
      for (let n = 0; n < 200; n += 1) recorder.write(frame(n), null);
      await recorder.stop();
      expect(errors.map(({ code }) => code)).toEqual(['disk_full']);
    },
  );

  it('says once that a path cannot be written', async () => {
    const { log, errors } = keepingLog();
    const recorder = new Recorder({ path: join('/dev/null', 'call.wav'), log: log });
    for (let n = 0; n < 200; n += 1) recorder.write(frame(n), null);
    await recorder.stop();
    expect(errors.map(({ code }) => code)).toEqual(['recording_failed']);
  });

  it('keeps its rate when the frames change theirs', async () => {
    const path = join(folder, 'rates.wav');
    const recorder = new Recorder({ path, log: silentLog, rateHz: 16_000 });
    const wide = new Int16Array(320).fill(1000);
    const narrow = new Int16Array(160).fill(1000);
    for (let n = 0; n < 10; n += 1) recorder.write(wide, wide);
    for (let n = 0; n < 10; n += 1) recorder.write(narrow, null);
    await recorder.stop();
    const { rateHz, left, right } = readWav(path);
    expect([rateHz, left.length]).toEqual([16_000, 6400]);
    // The filter begins with 4 ms of silence, and rings at the step it sees there.
    expect(left.slice(0, 3200)).toEqual(Array(3200).fill(1000));
    expect(left.slice(3400).every((sample) => Math.abs(sample - 1000) < 5)).toBe(true);
    expect(right.slice(3200)).toEqual(Array(3200).fill(0));
  });

  it('holds silence while it is paused, and its time goes on', async () => {
    const path = join(folder, 'paused.wav');
    const recorder = new Recorder({ path, log: silentLog });
    recorder.write(frame(100), frame(200));
    recorder.pause(true);
    recorder.write(frame(101), frame(201));
    recorder.pause(false);
    recorder.write(frame(102), frame(202));
    await recorder.stop();
    const { left, right } = readWav(path);
    expect([0, 160, 320].map((at) => [left[at], right[at]])).toEqual([
      [100, 200],
      [0, 0],
      [102, 202],
    ]);
  });
});
