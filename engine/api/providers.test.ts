import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProviderHealth } from '../foundation/index.ts';
import { FakeOpenAi } from '../llm/index.ts';
import { FakeDeepgram, FakeInference, FakeVoiceService } from '../speech/index.ts';
import type { Box } from '../store/index.ts';
import { fakeOwner } from './access/index.ts';
import { methods, type ProviderChains, type ProviderKind, type ProviderVerdict } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

let fake: FakeApi;
let box: Box;
let tenantId: string;
let app: FastifyInstance;
let health: ProviderHealth[];
const inference = new FakeInference();

beforeEach(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
  health = [];
  app = await fake.build({
    ...{ pageDir: fake.dataDir, whoIs: fakeOwner },
    providers: { health: () => health, inference: () => inference },
  });
});
afterEach(() => fake.close());

const url = (): string => `/api/v1/tenants/${tenantId}/providers`;
const headers = { host: '127.0.0.1' };

async function list(): Promise<ProviderChains> {
  const response = await app.inject({ url: url(), headers });
  expect(response.statusCode).toBe(200);
  return methods['providers.list'].answer.parse(response.json());
}

const save = (kind: ProviderKind, chain: readonly unknown[]) =>
  app.inject({ method: 'PUT', url: url(), headers, payload: { kind, chain } });

async function test(kind: ProviderKind, entry: unknown): Promise<ProviderVerdict> {
  const payload = { kind, entry };
  const response = await app.inject({ method: 'POST', url: `${url()}/test`, headers, payload });
  expect(response.statusCode).toBe(200);
  return methods['providers.test'].answer.parse(response.json());
}

it('begins with the box alone, and knows what every provider needs', async () => {
  const { stt, tts, llm, known } = await list();
  for (const chain of [stt, tts, llm]) {
    expect(chain).toMatchObject([{ provider: 'local', hasKey: false, health: { state: 'unused' } }]);
  }
  for (const { provider, kinds } of known) {
    for (const kind of kinds) {
      const response = await save(kind, [{ provider }]);
      expect([provider, kind, response.statusCode]).toEqual([provider, kind, 200]);
    }
  }
});

it('saves an order with keys, and never gives one out', async () => {
  const response = await save('tts', [
    { provider: 'cartesia', voice: 'v-1', key: 'very-secret' },
    { provider: 'local' },
  ]);
  expect(response.statusCode).toBe(200);
  const { tts } = await list();
  expect(tts).toMatchObject([{ provider: 'cartesia', voice: 'v-1', hasKey: true }, { provider: 'local' }]);
  expect(response.body + JSON.stringify(await list())).not.toContain('very-secret');
  expect(box.providers.key(tts[0]?.id ?? '')).toBe('very-secret');
});

it.each([
  ['an unknown provider', [{ provider: 'acme' }]],
  ['an empty chain', []],
  ['a provider of another kind', [{ provider: 'openai' }]],
])('refuses %s', async (_, chain) => {
  const response = await save('stt', chain);
  expect([response.statusCode, response.json().error.code]).toEqual([400, 'input_invalid']);
});

it('tells how each has been doing in calls', async () => {
  await save('stt', [{ provider: 'deepgram', key: 'k' }, { provider: 'local' }]);
  const id = (await list()).stt[0]?.id ?? '';
  const nowMs = Date.now();
  const lastError = { code: 'provider_unreachable', message: 'Deepgram cannot be reached' } as const;
  const stateOf = async (news: Partial<ProviderHealth>) => {
    const before = {
      id,
      state: 'closed',
      lastError: null,
      lastErrorAtMs: null,
      lastSuccessAtMs: null,
    } as const;
    health = [{ ...before, ...news }];
    const { state, trouble } = (await list()).stt[0]?.health ?? {};
    return [state, trouble];
  };
  expect(await stateOf({ lastSuccessAtMs: nowMs })).toEqual(['well', null]);
  const failed = { lastError, lastErrorAtMs: nowMs - 1000 };
  expect(await stateOf(failed)).toEqual(['failing', 'Deepgram cannot be reached']);
  expect(await stateOf({ ...failed, state: 'open' })).toEqual(['resting', 'Deepgram cannot be reached']);
  expect(await stateOf({ ...failed, state: 'open', lastErrorAtMs: nowMs - 20_000 })).toEqual([
    'failing',
    'Deepgram cannot be reached',
  ]);
  expect(await stateOf({ ...failed, lastSuccessAtMs: nowMs })).toEqual([
    'well',
    'Deepgram cannot be reached',
  ]);
  health = [{ ...failed, id: 'local stt', state: 'closed', lastSuccessAtMs: null }];
  expect((await list()).stt[1]?.health.state).toBe('failing');
});

it('tests each with a real request, with the key that is given or the one that is stored', async () => {
  const [deepgram, voices, openai] = [new FakeDeepgram(), new FakeVoiceService(), new FakeOpenAi()];
  const [sttUrl, ttsUrl, llmUrl] = await Promise.all([deepgram.start(), voices.start(), openai.start()]);
  try {
    expect((await test('stt', { provider: 'deepgram', baseUrl: sttUrl, key: 'k-1' })).verdict).toMatch(
      /^It works: a second of sound was listened to after \d+ ms\.$/,
    );
    const cartesia = { provider: 'cartesia', baseUrl: ttsUrl, voice: 'v' };
    expect(await test('tts', cartesia)).toMatchObject({ ok: false, verdict: 'Enter its key first.' });
    await save('tts', [{ ...cartesia, key: 'k-2' }]);
    const { id } = (await list()).tts[0] ?? {};
    expect(await test('tts', { ...cartesia, id })).toMatchObject({ ok: true });
    expect(voices.asked[0]?.headers.authorization).toBe('Bearer k-2');
    expect((await test('tts', { ...cartesia, id, voice: null })).verdict).toContain('voice is missing');
    expect((await test('llm', { provider: 'openai', baseUrl: llmUrl })).verdict).toContain('We are open');
    for (const kind of ['stt', 'tts', 'llm'] as const) {
      expect(await test(kind, { provider: 'local' })).toMatchObject({ ok: true });
    }
    voices.fault = 401;
    const refused = await test('tts', { ...cartesia, id });
    expect(refused.ok).toBe(false);
    expect(refused.verdict).toContain('Enter a key that is good.');
    expect(refused.verdict).not.toContain('k-2');
    const elsewhere = { kind: 'tts', entry: { ...cartesia, id, baseUrl: 'http://127.0.0.1:9' } };
    const leak = await app.inject({ method: 'POST', url: `${url()}/test`, headers, payload: elsewhere });
    expect([leak.statusCode, leak.json().error.message]).toEqual([
      400,
      expect.stringContaining('give it again'),
    ]);
  } finally {
    await Promise.all([deepgram.stop(), voices.stop(), openai.stop()]);
  }
});
