import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetCaller } from '../agent/index.ts';
import { silentLog, systemIds, VoxboxError } from '../foundation/index.ts';
import { FakeInference } from '../speech/index.ts';
import {
  afterCallSteps,
  type Box,
  fakeBookedCall,
  fakeCaller,
  fakePractice,
  openBox,
  type TenantStore,
} from '../store/index.ts';
import { startAfterCall } from './after-call.ts';
import { stepWork } from './after-call-steps.ts';

const noonMs = Date.UTC(2026, 10, 27, 17);
let nowMs = noonMs;
let dataDir: string;
let box: Box;
let store: TenantStore;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const at = (atMs: number): void => {
  nowMs = atMs;
};
const open = (): void => {
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
};

beforeEach(() => {
  nowMs = noonMs;
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-after-'));
  open();
  store = fakePractice(box);
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const book = (startMs = noonMs): string => fakeBookedCall(store, { ids: systemIds, dataDir, startMs, at });
const run = async (inference: FakeInference | null = new FakeInference()): Promise<void> => {
  const runner = startAfterCall({ box, inference: () => inference, dataDir, clock, log: silentLog });
  await runner.settled();
  await runner.stop();
};
const samplesAt = (callId: string, ms: number): number =>
  readFileSync(join(dataDir, store.calls.find(callId)?.recording ?? '')).readInt16LE(
    44 + Math.floor(ms / 1000) * 32_000,
  );

describe('after a call', () => {
  it('everything is worked out, without what is nobody’s business', async () => {
    store.privacy.setPolicy({ redaction: { mode: 'erase' } });
    const callId = book();
    await run();
    const analysis = store.analyses.find(callId);
    expect(analysis?.summary).toEqual({
      text: 'Sarah Miller from (415) 555-0132 called to book a check-up and cleaning. Booked: check-up and cleaning with Dr. Emily Carter on Tuesday, December 1st at 10 AM. Left a message: “Please call Sarah back, my social is [social security number]”. They wait to hear back.',
      by: 'code',
    });
    expect(analysis?.sentiment).toMatchObject({ label: 'positive', abusive: false });
    expect(analysis?.revenue).toEqual([{ amountMinor: 12_000, currency: 'USD' }]);
    expect(analysis?.extractions?.map(({ id, value, source }) => [id, value, source])).toEqual([
      ['name', 'Sarah Miller', 'slot'],
      ['phone', fakeCaller, 'slot'],
      ['service', 'check-up and cleaning', 'slot'],
      ['when', '2026-12-01T15:00:00.000Z', 'slot'],
      ['email', 'sarah.miller@example.com', 'recogniser'],
      ['insurance', 'Delta', 'recogniser'],
      ['new-patient', 'yes', 'recogniser'],
    ]);
    for (const { confidence } of analysis?.extractions ?? []) {
      expect(confidence).toBeGreaterThan(0.5);
      expect(confidence).toBeLessThanOrEqual(1);
    }
    expect(analysis?.cost).toMatchObject({ totalMicroUsd: 0 });
    expect(analysis?.redaction).toEqual({
      mode: 'erase',
      found: [{ kind: 'card', count: 2 }],
      spans: [
        { fromMs: 14_400, toMs: 17_600 },
        { fromMs: 20_400, toMs: 23_600 },
      ],
    });
    expect(store.transcript.list(callId).map(({ text }) => text)).toContain('It is [card number]');
    expect(JSON.stringify(store.events.since(0, 1000))).not.toMatch(/4111|512-34/);
    expect(store.submissions.ofCall(callId)[0]?.fields[0]?.value).toContain('[social security number]');
    for (const ms of [15_000, 17_000, 21_000, 23_000]) expect(samplesAt(callId, ms)).toBe(0);
    for (const ms of [10_000, 13_000, 19_000, 25_000]) expect(samplesAt(callId, ms)).not.toBe(0);
    expect(store.callers.find(fakeCaller)).toMatchObject({ name: 'Sarah Miller', optedOut: false });
    expect(store.afterCall.find(callId)).toMatchObject({ state: 'done', failure: null });
    expect(store.events.since(0, 1000).filter(({ type }) => type === 'call.analysed')).toHaveLength(1);
  });

  it('kept words are masked in what is made of them', async () => {
    const callId = book();
    await run();
    expect(store.transcript.list(callId).map(({ text }) => text)).toContain('It is 4111 1111');
    expect(JSON.stringify(store.analyses.find(callId))).not.toContain('512-34');
    expect(JSON.stringify(store.callers.find(fakeCaller))).not.toContain('512-34');
    expect(samplesAt(callId, 15_000)).not.toBe(0);
  });

  it('nothing is redacted where the tenant wants it so', async () => {
    store.privacy.setPolicy({ redaction: { mode: 'none' } });
    const callId = book();
    await run();
    expect(store.analyses.find(callId)?.redaction).toEqual({ mode: 'none', found: [], spans: [] });
  });

  it('nobody is remembered where the tenant wants it so', async () => {
    store.privacy.setPolicy({ memory: false });
    const callId = book();
    await run();
    expect(store.callers.list({ limit: 10 })).toEqual([]);
    expect(store.afterCall.find(callId)?.state).toBe('done');
  });

  it('the summary has a vector once the models are there', async () => {
    const callId = book();
    await run(null);
    expect(store.afterCall.find(callId)).toMatchObject({ step: 'embed', state: 'waiting', attempts: 1 });
    const axis = new Float32Array(384);
    axis[0] = 1;
    expect(store.callers.recall(fakeCaller, axis, 3)).toEqual([]);
    nowMs += 10_000;
    await run();
    expect(store.callers.recall(fakeCaller, axis, 3)).toMatchObject([{ callId, likeness: 1 }]);
  });

  it('work goes on by itself when a call ends', async () => {
    const runner = startAfterCall({
      box,
      inference: () => new FakeInference(),
      dataDir,
      clock,
      log: silentLog,
    });
    const callId = book();
    await expect.poll(() => store.afterCall.find(callId)?.state).toBe('done');
    await runner.stop();
    await runner.stop();
  });

  it('a step that keeps failing is tried again, then given up, and can be taken up anew', async () => {
    const callId = book();
    const { summarise } = stepWork;
    const broken = stepWork as { summarise: typeof summarise };
    let tries = 0;
    broken.summarise = () => {
      tries += 1;
      throw new VoxboxError('disk_full', 'no room');
    };
    try {
      for (let i = 0; i < 10; i++) {
        await run();
        nowMs += 2 * 3_600_000;
      }
    } finally {
      broken.summarise = summarise;
    }
    expect(tries).toBe(6);
    expect(store.afterCall.find(callId)).toMatchObject({
      step: 'summarise',
      state: 'failed',
      failure: 'disk_full',
    });
    expect(store.events.since(0, 1000).at(-1)).toMatchObject({
      type: 'call.analysis-failed',
      step: 'summarise',
    });
    store.afterCall.again(callId);
    await run();
    expect(store.afterCall.find(callId)?.state).toBe('done');
  });

  it('a large model fills what the recognisers do not know, with words of the caller alone', async () => {
    const fields = [
      { id: 'occasion', label: 'Occasion', kind: 'text' as const, description: 'what they come for' },
      { id: 'colour', label: 'Colour', kind: 'text' as const, description: 'their favourite colour' },
    ];
    store.setPlaybook({ ...store.playbook(), extraction: fields });
    class FakeLargeInference extends FakeInference {
      override async loaded(): ReturnType<FakeInference['loaded']> {
        return [{ id: 'qwen3-4b', use: 'llm' }] as unknown as Awaited<ReturnType<FakeInference['loaded']>>;
      }
    }
    const callId = book();
    const text = '<think>{?}</think>```json\n{"occasion": "a cleaning", "colour": "blue", "age": 40}\n```';
    await run(new FakeLargeInference({ generate: () => text }));
    expect(store.analyses.find(callId)?.extractions).toEqual([
      { id: 'occasion', label: 'Occasion', value: 'a cleaning', confidence: 0.6, source: 'model' },
    ]);
    const other = book(noonMs + 3_600_000);
    await run(new FakeLargeInference({ generate: () => 'I cannot do that.' }));
    expect(store.analyses.find(other)?.extractions).toEqual([]);
    expect(store.afterCall.find(other)?.state).toBe('done');
  });

  it('a caller who is forgotten while the work goes on stays forgotten', async () => {
    const callId = book();
    class FakeSlowInference extends FakeInference {
      override async loaded(): ReturnType<FakeInference['loaded']> {
        if (this.calls.embed === 0) forgetCaller(store, fakeCaller, { transcripts: true });
        return super.loaded();
      }
    }
    await run(new FakeSlowInference());
    expect(store.afterCall.find(callId)?.state).toBe('done');
    store.afterCall.again(callId);
    await run();
    expect(store.afterCall.find(callId)?.state).toBe('done');
    expect(store.callers.find(fakeCaller)).toBeNull();
    expect(JSON.stringify([store.analyses.find(callId), store.calls.find(callId)])).not.toMatch(/Sarah|0132/);
  });

  it('what a call moved and cancelled is told', async () => {
    const [first, second] = [book(), book(noonMs + 3_600_000)];
    const [one] = store.appointments.ofCall(first);
    const [other] = store.appointments.ofCall(second);
    if (!one || !other) throw new Error('nothing was booked');
    nowMs += 3_600_000;
    const numbers = { callerNumber: fakeCaller, callerName: null, calledNumber: '+15555550100' };
    store.calls.start({ id: 'third', sipCallId: 'sip-third', ...numbers });
    store.calls.answer('third', { recording: null });
    const weekMs = 7 * 86_400_000;
    const later = { startsAtMs: one.startsAtMs + weekMs, endsAtMs: one.endsAtMs + weekMs };
    const blocked = { blockedFromMs: later.startsAtMs, blockedToMs: later.endsAtMs };
    store.transaction(() => store.appointments.move(one.id, { ...one, ...later, ...blocked }, 'third'));
    store.appointments.cancel(other.id, { callId: 'third' });
    store.calls.end('third', 'answered');
    await run();
    expect(store.analyses.find('third')).toMatchObject({
      summary: {
        text: 'Sarah Miller from (415) 555-0132 called about an appointment. Moved: check-up and cleaning from Tuesday, December 1st at 10 AM to Tuesday, December 8th at 10 AM. Cancelled: check-up and cleaning with Dr. Emily Carter on Wednesday, December 2nd at 10 AM.',
      },
      revenue: [{ amountMinor: -12_000, currency: 'USD' }],
    });
  });

  it('a call without a word is summed up too', async () => {
    store.calls.start({
      ...{ id: 'a', sipCallId: 'sip-a', callerNumber: null, callerName: null, calledNumber: '+15555550100' },
    });
    store.calls.end('a', 'abandoned');
    await run();
    expect(store.analyses.find('a')?.summary?.text).toBe('Somebody hung up before the call was answered.');
    expect(store.afterCall.find('a')?.state).toBe('done');
  });
});

describe('a restart', () => {
  /** What must not depend on how often the engine was started. */
  const outcome = (callId: string): unknown => ({
    analysis: store.analyses.find(callId),
    turns: store.transcript.list(callId),
    caller: { ...store.callers.find(fakeCaller), changedAtMs: 0 },
    work: { ...store.afterCall.find(callId), dueAtMs: 0 },
  });

  it.each([...afterCallSteps.keys()])('after %i steps changes nothing', async (steps) => {
    store.privacy.setPolicy({ redaction: { mode: 'erase' } });
    const callId = book();
    const parts = { box, dataDir, inference: new FakeInference(), signal: new AbortController().signal };
    const { callRecordOf } = await import('../agent/index.ts');
    for (const step of afterCallSteps.slice(0, steps)) {
      const record = callRecordOf(store, callId, { language: 'en-US' });
      if (!record) throw new Error('the call is gone');
      const save = await stepWork[step]({ ...parts, store, record });
      // Done twice, as by an engine that dies before it has written down that it was done.
      await stepWork[step]({ ...parts, store, record });
      store.afterCall.finish(callId, step, save);
      store.afterCall.finish(callId, step, () => {
        throw new Error('a step counts once');
      });
    }
    box.close();
    open();
    store = box.tenant(store.tenantId);
    await run();
    const broken = outcome(callId);
    store.afterCall.again(callId);
    await run();
    expect(outcome(callId)).toEqual(broken);
    expect(store.analyses.find(callId)?.redaction?.found).toEqual([{ kind: 'card', count: 2 }]);
    expect(store.callers.find(fakeCaller)?.summaries).toHaveLength(1);
  });

  it('after kill -9 at any instant loses nothing', async () => {
    const engine = fileURLToPath(new URL('./fake-after-call-engine.ts', import.meta.url));
    store.privacy.setPolicy({ redaction: { mode: 'erase' } });
    const calls = Array.from({ length: 12 }, (_, i) => book(noonMs + i * 120_000));
    const tenantId = store.tenantId;
    box.close();
    let kills = 0;
    let halfDone = 0;
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, [engine, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, round * 25));
      child.kill('SIGKILL');
      await once(child, 'close');
      kills += 1;
      open();
      store = box.tenant(tenantId);
      const states = calls.map((id) => store.afterCall.find(id));
      if (states.some((work) => work?.state === 'waiting')) halfDone += 1;
      box.close();
    }
    open();
    store = box.tenant(tenantId);
    nowMs += 24 * 3_600_000;
    await run();
    expect(kills).toBe(4);
    expect(halfDone, 'some were killed in the middle of their work').toBeGreaterThan(0);
    for (const id of calls) {
      expect(store.afterCall.find(id)?.state).toBe('done');
      expect(store.analyses.find(id)).toMatchObject({
        redaction: { mode: 'erase', found: [{ kind: 'card', count: 2 }] },
        summary: { by: 'code' },
        sentiment: { label: 'positive' },
        revenue: [{ amountMinor: 12_000, currency: 'USD' }],
      });
      expect(samplesAt(id, 15_000)).toBe(0);
    }
    expect(store.callers.find(fakeCaller)?.summaries).toHaveLength(12);
    expect(JSON.stringify(store.events.since(0, 10_000))).not.toMatch(/4111|512-34/);
  }, 60_000);
});
