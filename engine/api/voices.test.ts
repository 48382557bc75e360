import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../foundation/index.ts';
import { consentSentence, readSoundFile, writeWav } from '../speech/index.ts';
import type { Box } from '../store/index.ts';
import { fakeOwner } from './access/index.ts';
import { errorModel, type LocalVoice, methods, type Voices } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';
import { FakeVendor, FakeVoiceModels, fakeVoices } from './fake-voices.ts';

const local: readonly LocalVoice[] = [
  {
    id: 'piper-en-us-joe-medium',
    name: 'Joe',
    language: 'en-US',
    sex: 'male',
    character: 'clear',
    pace: 'any',
    installed: true,
  },
  {
    id: 'kokoro-af_heart',
    name: 'Heart',
    language: 'en-US',
    sex: 'female',
    character: 'warm',
    pace: 'gpu',
    installed: false,
  },
];

/** Syllables of a buzz with pauses between them. */
const talk = (seconds: number): Buffer => {
  const samples = Int16Array.from({ length: seconds * 16_000 }, (_, i) =>
    i % 16_000 < 11_000 ? Math.round(6000 * Math.sin(i / 18) * (0.4 + Math.abs(Math.sin(i / 900)))) : 0,
  );
  return writeWav({ samples, sampleRateHz: 16_000 });
};

let fake: FakeApi;
let box: Box;
let tenantId: string;
let app: FastifyInstance;
let models: FakeVoiceModels;
let vendor: FakeVendor;

beforeEach(async () => {
  fake = new FakeApi();
  ({ box } = fake);
  tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
  models = new FakeVoiceModels();
  vendor = new FakeVendor();
  app = await fake.build({
    whoIs: fakeOwner,
    voices: { ...fakeVoices(models, vendor), local: async () => local },
  });
});

afterEach(() => fake.close());

const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: unknown) =>
  app.inject({
    method,
    url: `/api/v1/${url}`,
    headers: {
      host: 'localhost',
      ...(Buffer.isBuffer(payload)
        ? { 'content-type': 'audio/wav' }
        : payload
          ? { 'content-type': 'application/json' }
          : {}),
    },
    ...(payload === undefined
      ? {}
      : { payload: Buffer.isBuffer(payload) ? payload : JSON.stringify(payload) }),
  });
type Response = Awaited<ReturnType<typeof ask>>;
const voicesOf = (response: Response): Voices => methods['voices.list'].answer.parse(response.json()).voices;
const errorOf = (response: Response) => errorModel.parse(response.json()).error;
const list = async () => voicesOf(await ask('GET', `tenants/${tenantId}/voices`));
const record = (kind: 'sample' | 'consent', file: Buffer, speaker?: string) =>
  ask(
    'POST',
    `tenants/${tenantId}/voice-recordings?kind=${kind}${speaker ? `&speaker=${speaker}` : ''}`,
    file,
  );
const recordingId = (response: Response): string =>
  methods['voice.record'].answer.parse(response.json()).recording.id;

async function recordBoth() {
  models.heard = consentSentence('Anna', 'Salon');
  const sampleId = recordingId(await record('sample', talk(25)));
  const consentId = recordingId(await record('consent', talk(6), 'Anna'));
  return { sampleId, consentId };
}

async function clone() {
  return ask('POST', `tenants/${tenantId}/voices`, {
    name: 'Anna',
    vendor: 'cartesia',
    ...(await recordBoth()),
  });
}

const usual = {
  voice: 'piper-en-us-joe-medium',
  clonedVoiceId: null,
  speed: 1,
  turnTaking: { floorMs: 250, ceilingMs: 2000 },
};

describe('the voice', () => {
  it('is listed with all that can be chosen, and saved', async () => {
    expect(await list()).toMatchObject({
      ...usual,
      local,
      cloned: [],
      dictionary: [],
      copiers: ['cartesia'],
    });
    const change = { ...usual, speed: 1.2, turnTaking: { floorMs: 300, ceilingMs: 1800 } };
    expect(voicesOf(await ask('PUT', `tenants/${tenantId}/voice`, change))).toMatchObject(change);
    expect(await list()).toMatchObject(change);
  });

  it.each([
    ['input_invalid', { ...usual, voice: 'nobody' }],
    ['model_missing', { ...usual, voice: 'kokoro-af_heart' }],
    ['input_invalid', { ...usual, speed: 1.4 }],
    ['not_found', { ...usual, clonedVoiceId: 'nobody' }],
  ])('is refused with %s where it cannot speak', async (code, change) => {
    expect(errorOf(await ask('PUT', `tenants/${tenantId}/voice`, change)).code).toBe(code);
    expect(await list()).toMatchObject(usual);
  });

  it('is nobody else’s', async () => {
    const unknown = systemIds.uuid();
    for (const response of [
      await ask('GET', `tenants/${unknown}/voices`),
      await ask('PUT', `tenants/${unknown}/voice`, usual),
      await ask('PUT', `tenants/${unknown}/dictionary`, { dictionary: [] }),
      await ask('POST', `tenants/${unknown}/voice-samples`, {}),
      await ask('POST', `tenants/${unknown}/voice-recordings?kind=sample`, talk(1)),
    ]) {
      expect(errorOf(response).code).toBe('tenant_unknown');
    }
  });
});

describe('a sample', () => {
  const sample = (request: object) => ask('POST', `tenants/${tenantId}/voice-samples`, request);

  it('says the greeting with the dictionary and speed of the tenant, or what is asked for', async () => {
    const answer = await sample({});
    expect(answer.headers['content-type']).toContain('audio/wav');
    expect((await readSoundFile(answer.rawPayload)).samples.length).toBeGreaterThan(16_000);
    expect(models.said.map(({ text }) => text).join(' ')).toBe(
      'Thank you for calling Salon. How can I help you today?',
    );
    models.said.length = 0;
    await ask('PUT', `tenants/${tenantId}/dictionary`, {
      dictionary: [{ word: 'salon', spoken: 'sah lon' }],
    });
    await sample({ text: 'The Salon opens at 9:30 AM.', speed: 1.25 });
    expect(models.said).toEqual([
      { text: 'The sah lon opens at nine thirty A M.', voice: usual.voice, speed: 1.25 },
    ]);
    await sample({ text: 'Salon', dictionary: [{ word: 'salon', spoken: 'shop' }] });
    expect(models.said.at(-1)?.text).toBe('shop');
  });

  it('is made once, and again after a failure', async () => {
    await sample({ text: 'Hello.' });
    await sample({ text: 'Hello.' });
    expect(models.said).toHaveLength(1);
    await clone();
    vendor.state = 'broken';
    expect(errorOf(await sample({ text: 'Hi.' })).code).toBe('provider_failed');
    vendor.state = 'well';
    expect((await sample({ text: 'Hi.' })).statusCode).toBe(200);
  });

  it('of a voice that is not there is refused', async () => {
    expect(errorOf(await sample({ voice: 'kokoro-af_heart' })).code).toBe('model_missing');
    expect(errorOf(await sample({ text: '' })).code).toBe('input_invalid');
  });
});

describe('copying a voice', () => {
  it('takes a good sample and a consent that was read, and is in use at once', async () => {
    const voices = voicesOf(await clone());
    const [copy] = voices.cloned;
    expect(copy).toMatchObject({ name: 'Anna', vendor: 'cartesia', speaker: 'Anna', usable: true });
    expect(voices.clonedVoiceId).toBe(copy?.id);
    expect(voices.voice).toBe(usual.voice);
    expect(box.tenant(tenantId).voices.settings().clonedVoice).toEqual({
      vendor: 'cartesia',
      voice: 'copy-1',
    });
    await ask('POST', `tenants/${tenantId}/voice-samples`, { text: 'Hello.' });
    expect(vendor.said).toMatchObject([{ text: 'Hello.', voice: 'copy-1' }]);
    await ask('POST', `tenants/${tenantId}/voice-samples`, { text: 'Hello.', voice: usual.voice });
    expect(models.said).toMatchObject([{ text: 'Hello.', voice: usual.voice }]);
    const proof = await ask('GET', `voices/${copy?.id}/recording?tenant=${tenantId}&kind=consent`);
    expect((await readSoundFile(proof.rawPayload)).samples.length).toBe(6 * 16_000);
  });

  it.each([
    ['too short', talk(10)],
    ['too long', talk(61)],
    ['Nobody', writeWav({ samples: new Int16Array(30 * 16_000), sampleRateHz: 16_000 })],
  ])('says in words why a sample is of no use: %s', async (words, file) => {
    const error = errorOf(await record('sample', file));
    expect(error.code).toBe('recording_unusable');
    expect(error.message).toContain(words);
  });

  it('refuses what is no sound file, and no file', async () => {
    expect(errorOf(await record('sample', Buffer.from('MP3'))).code).toBe('input_invalid');
    const json = await ask('POST', `tenants/${tenantId}/voice-recordings?kind=sample`, { file: 'x' });
    expect(errorOf(json).code).toBe('input_invalid');
    expect(errorOf(await record('consent', talk(6))).message).toContain('speaker');
  });

  it.each([
    ['refusal', 'My name is Anna. I do not agree that Salon makes a copy of my voice for telephone calls.'],
    ['other words', 'The quick brown fox jumps over the lazy dog.'],
    ['No words', ''],
  ])('refuses a consent that is none: %s', async (words, heard) => {
    models.heard = heard;
    const error = errorOf(await record('consent', talk(6), 'Anna'));
    expect(error.code).toBe('consent_unproven');
    expect(error.message).toContain(words);
  });

  it('needs both recordings, of the same tenant', async () => {
    const { sampleId, consentId } = await recordBoth();
    const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' }).id;
    const request = { name: 'Anna', vendor: 'cartesia', sampleId, consentId };
    expect(errorOf(await ask('POST', `tenants/${other}/voices`, request)).code).toBe('not_found');
    const swapped = { ...request, sampleId: consentId, consentId: sampleId };
    expect(errorOf(await ask('POST', `tenants/${tenantId}/voices`, swapped)).code).toBe('not_found');
    expect(vendor.copies.size).toBe(0);
  });

  it('leaves everything as it was when the service fails, and can be tried again', async () => {
    const request = { name: 'Anna', vendor: 'cartesia', ...(await recordBoth()) };
    vendor.state = 'broken';
    expect(errorOf(await ask('POST', `tenants/${tenantId}/voices`, request)).code).toBe('provider_failed');
    vendor.state = 'without-key';
    expect(errorOf(await ask('POST', `tenants/${tenantId}/voices`, request)).code).toBe(
      'voice_copy_unavailable',
    );
    expect(await list()).toMatchObject({ ...usual, cloned: [], copiers: [] });
    vendor.state = 'well';
    expect(voicesOf(await ask('POST', `tenants/${tenantId}/voices`, request)).cloned).toHaveLength(1);
  });

  it('is undone here and at the service; nobody hears it meanwhile', async () => {
    const id = voicesOf(await clone()).clonedVoiceId;
    const forget = (copy = '') => ask('DELETE', `voices/${id}?tenant=${tenantId}${copy}`);
    vendor.state = 'broken';
    expect(errorOf(await forget()).code).toBe('provider_failed');
    expect(await list()).toMatchObject({ clonedVoiceId: null, cloned: [{ id }] });
    vendor.state = 'well';
    expect(voicesOf(await forget()).cloned).toEqual([]);
    expect(vendor.copies.size).toBe(0);
    expect(errorOf(await forget()).code).toBe('not_found');
    const second = voicesOf(await clone()).clonedVoiceId;
    vendor.state = 'without-key';
    const left = await ask('DELETE', `voices/${second}?tenant=${tenantId}&copy=leave`);
    expect(voicesOf(left).cloned).toEqual([]);
  });
});
