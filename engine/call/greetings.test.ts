import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { keepGreetingsReady } from './greetings.ts';
import type { ToWorker } from './messages.ts';
import type { Serving } from './serving.ts';

let dataDir: string;
let box: Box;
let hasAgents: boolean;
let greetings: { stop(): void };
const asked: Extract<ToWorker, { kind: 'prepare' }>[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-greetings-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  hasAgents = true;
  asked.length = 0;
  const request = async (order: object) => {
    asked.push(order as (typeof asked)[number]);
    return {};
  };
  const worker = { request } as unknown as ReturnType<Serving['worker']>;
  greetings = keepGreetingsReady({
    box,
    serving: { worker: () => worker, hasAgents: () => hasAgents },
    log: silentLog,
  });
});

afterEach(() => {
  greetings.stop();
  vi.useRealTimers();
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('makes a greeting ready once its sound has been changed, once for changes in a row', () => {
  const { id } = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' });
  const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' });
  vi.runAllTimers();
  expect(asked.map(({ snapshot }) => snapshot.tenantId)).toEqual([id, other.id]);
  asked.length = 0;

  const { voices } = box.tenant(id);
  const { turnTaking } = voices.settings();
  for (const speed of [1.1, 1.2]) voices.save({ voice: 'piper-a', clonedVoiceId: null, speed, turnTaking });
  voices.saveDictionary([{ word: 'Salon', spoken: 'sah lon' }]);
  expect(asked).toEqual([]);
  vi.runAllTimers();
  expect(asked).toHaveLength(1);
  expect(asked[0]?.snapshot).toMatchObject({
    tenantId: id,
    voice: 'piper-a',
    speech: { speed: 1.2, pronunciations: [{ word: 'Salon', spoken: 'sah lon' }] },
  });
  expect(asked[0]?.providers.tts).toMatchObject([{ provider: 'local' }]);
});

it('leaves it while there are no models, and after the stop', () => {
  hasAgents = false;
  box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' });
  vi.runAllTimers();
  hasAgents = true;
  box.tenants.create({ name: 'Other', timeZone: 'Europe/London' });
  greetings.stop();
  vi.runAllTimers();
  expect(asked).toEqual([]);
});
