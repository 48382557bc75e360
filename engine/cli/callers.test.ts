import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAfterCall } from '../call/index.ts';
import { silentLog, systemIds } from '../foundation/index.ts';
import { FakeInference } from '../speech/index.ts';
import { fakeBookedCall, fakeCaller, fakePractice, openBox } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
let callId: string;
let recording: string;

const run = (...argv: string[]) => fakeCli([...argv, '--data', dataDir]);

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-callers-'));
  let nowMs = Date.UTC(2026, 10, 27, 17);
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  const store = fakePractice(box);
  callId = fakeBookedCall(store, {
    ...{ ids: systemIds, dataDir, startMs: nowMs },
    at: (atMs) => {
      nowMs = atMs;
    },
  });
  recording = join(dataDir, store.calls.find(callId)?.recording ?? '');
  const runner = startAfterCall({
    box,
    inference: () => new FakeInference(),
    dataDir,
    clock,
    log: silentLog,
  });
  await runner.settled();
  await runner.stop();
  box.close();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('callers', () => {
  it('are listed and shown', async () => {
    const list = await run('callers', 'list');
    expect(list.code).toBe(0);
    expect(list.out).toMatch(/^NUMBER\s+NAME/);
    expect(list.out).toMatch(/\+14155550132\s+Sarah Miller\s+bright-smile\s+1/);
    const shown = await run('callers', 'show', fakeCaller);
    expect(shown.out).toContain('booked: check-up and cleaning');
    expect(shown.out).not.toContain('512-34');
    const json = JSON.parse((await run('callers', 'show', fakeCaller, '--json')).out) as {
      callers: unknown[];
    };
    expect(json.callers).toMatchObject([
      { number: fakeCaller, name: 'Sarah Miller', tenant: 'bright-smile' },
    ]);
  });

  it('are forgotten, with what they said where that is asked for', async () => {
    expect(existsSync(recording)).toBe(true);
    expect(await run('callers', 'forget', fakeCaller)).toMatchObject({
      code: 0,
      out: `Forgot ${fakeCaller} in 1 calls.\n`,
    });
    expect(existsSync(recording)).toBe(true);
    expect((await run('callers', 'show', fakeCaller)).code).toBe(1);
    expect((await run('calls', 'show', callId)).out).not.toMatch(/Sarah|Miller, |0132/);
  });

  it('take their recordings with them', async () => {
    await run('callers', 'forget', fakeCaller, '--with-transcripts');
    expect(existsSync(recording)).toBe(false);
  });

  it('are named by their number', async () => {
    expect((await run('callers', 'forget', 'Sarah')).err).toContain('E.164');
  });
});

describe('a call', () => {
  it('is shown with what was worked out of it, and masked', async () => {
    const { out } = await run('calls', 'show', callId);
    for (const words of [
      /Summary\s+Sarah Miller from/,
      /Sentiment\s+positive/,
      /Revenue \(estimate\)\s+120\.00 USD/,
      /Insurance\s+Delta \(\d+ %, recogniser\)/,
      /Cost\s+0\.0000 USD/,
      /Sensitive\s+card \(2\), on-screen/,
      /It is \[card number\]/,
    ]) {
      expect(out).toMatch(words);
    }
    expect(out).not.toContain('4111');
  });
});
