import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';

let dataDir: string;
let box: Box;
let tenantId: string;

const open = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-providers-'));
  box = open();
  tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('is the box alone until something is set, and keeps the order over a restart', () => {
  expect(box.providers.list(tenantId, 'stt')).toMatchObject([{ provider: 'local', hasKey: false }]);
  const told: string[] = [];
  box.onEvent((event) => told.push(event.type));
  box.providers.save(tenantId, 'tts', [
    { provider: 'cartesia', model: 'sonic-3', voice: 'v-1', key: 'secret-1' },
    { provider: 'local' },
    { provider: 'elevenlabs', voice: 'v-2', key: 'secret-2' },
  ]);
  expect(told).toEqual(['providers.changed']);
  box.close();
  box = open();
  const chain = box.providers.list(tenantId, 'tts');
  expect(chain).toMatchObject([
    { provider: 'cartesia', model: 'sonic-3', voice: 'v-1', baseUrl: null, hasKey: true },
    { provider: 'local', hasKey: false },
    { provider: 'elevenlabs', voice: 'v-2', hasKey: true },
  ]);
  expect(chain.map(({ id }) => box.providers.key(id))).toEqual(['secret-1', null, 'secret-2']);
  expect(box.providers.list(tenantId, 'stt')).toMatchObject([{ provider: 'local' }]);
  expect(readFileSync(join(dataDir, 'box.db')).includes('secret-1')).toBe(false);
});

it('moves a key along with its place, replaces it and forgets it', () => {
  const [a, b] = box.providers.save(tenantId, 'llm', [
    { provider: 'openai', key: 'one' },
    { provider: 'openai', baseUrl: 'http://127.0.0.1:11434/v1', key: 'two' },
  ]);
  const moved = box.providers.save(tenantId, 'llm', [
    { id: b?.id, provider: 'openai', baseUrl: 'http://127.0.0.1:11434/v1/other' },
    { provider: 'local' },
    { id: a?.id, provider: 'openai', key: 'three' },
  ]);
  expect(moved.map(({ id }) => id)).toEqual([b?.id, expect.any(String), a?.id]);
  expect(moved.map(({ id }) => box.providers.key(id))).toEqual(['two', null, 'three']);
  const [forgotten] = box.providers.save(tenantId, 'llm', [{ id: a?.id, provider: 'openai', key: null }]);
  expect(forgotten).toMatchObject({ id: a?.id, hasKey: false });
});

it('sends a stored key to no other address, and gives none to another provider or tenant', () => {
  const [stored] = box.providers.save(tenantId, 'llm', [{ provider: 'openai', key: 'one' }]);
  const elsewhere = { id: stored?.id, provider: 'openai', baseUrl: 'https://evil.example/v1' } as const;
  expect(() => box.providers.save(tenantId, 'llm', [elsewhere])).toThrow('give it again');
  expect(box.providers.list(tenantId, 'llm')).toEqual([stored]);
  const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' }).id;
  expect(box.providers.save(other, 'llm', [{ id: stored?.id, provider: 'openai' }])).toMatchObject([
    { hasKey: false },
  ]);
  expect(box.providers.save(tenantId, 'llm', [{ id: stored?.id, provider: 'local' }])).toMatchObject([
    { provider: 'local', hasKey: false },
  ]);
  expect(() => box.providers.key(stored?.id ?? '')).toThrow('there is no provider');
});

it.each([
  ['an empty chain', []],
  ['more than five places', Array.from({ length: 6 }, () => ({ provider: 'openai' }) as const)],
  ['somebody who cannot do it', [{ provider: 'deepgram' }]],
  ['the box twice', [{ provider: 'local' }, { provider: 'local' }]],
  ['a file as an address', [{ provider: 'openai', baseUrl: 'file:///etc/passwd' }]],
  ['an empty key', [{ provider: 'openai', key: '' }]],
] as const)('refuses %s', (_, chain) => {
  expect(() => box.providers.save(tenantId, 'llm', chain)).toThrow('chain: ');
  expect(box.providers.list(tenantId, 'llm')).toMatchObject([{ provider: 'local' }]);
});
