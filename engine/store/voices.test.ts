import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';

let dataDir: string;
let box: Box;
let tenantId: string;

const open = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
const voices = () => box.tenant(tenantId).voices;
const usual = {
  voice: 'piper-a',
  clonedVoiceId: null,
  speed: 1,
  turnTaking: { floorMs: 250, ceilingMs: 2000 },
};
const anna = {
  id: 'v1',
  name: 'Anna',
  vendor: 'cartesia',
  voice: 'vendor-17',
  consent: { speaker: 'Anna Berg', sentence: 'I agree.', heard: 'i agree', atMs: 5 },
} as const;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-voices-'));
  box = open();
  tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('how the agent sounds', () => {
  it('begins with what suits most, and keeps what is saved over a restart', () => {
    expect(voices().settings()).toEqual({
      speed: 1,
      pronunciations: [],
      turnTaking: { floorMs: 250, ceilingMs: 2000 },
      clonedVoice: null,
    });
    const told: string[] = [];
    box.onEvent((event) => told.push(event.type));
    voices().save({ ...usual, speed: 1.15, turnTaking: { floorMs: 400, ceilingMs: 1500 } });
    voices().saveDictionary([
      { word: ' Siobhan ', spoken: 'shiv awn' },
      { word: 'Nguyen', spoken: 'win' },
    ]);
    expect(told).toEqual(['voice.changed', 'dictionary.changed']);
    box.close();
    box = open();
    expect(box.tenant(tenantId).profile().profile.voice).toBe('piper-a');
    expect(voices().settings()).toEqual({
      speed: 1.15,
      pronunciations: [
        { word: 'Siobhan', spoken: 'shiv awn' },
        { word: 'Nguyen', spoken: 'win' },
      ],
      turnTaking: { floorMs: 400, ceilingMs: 1500 },
      clonedVoice: null,
    });
  });

  it.each([
    ['speed', { ...usual, speed: 1.31 }],
    ['speed', { ...usual, speed: Number.NaN }],
    ['floorMs', { ...usual, turnTaking: { floorMs: 100, ceilingMs: 2000 } }],
    ['ceilingMs', { ...usual, turnTaking: { floorMs: 250, ceilingMs: 5000 } }],
    ['floorMs', { ...usual, turnTaking: { floorMs: 950, ceilingMs: 900 } }],
  ])('refuses a bad %s and changes nothing', (name, change) => {
    expect(() => voices().save({ ...change, voice: 'other' })).toThrow(name);
    expect(box.tenant(tenantId).profile().profile.voice).not.toBe('other');
  });

  it.each([
    [
      'twice',
      [
        { word: 'Ann', spoken: 'an' },
        { word: ' ANN', spoken: 'en' },
      ],
    ],
    ['letter', [{ word: '--', spoken: 'dash' }]],
    ['spoken', [{ word: 'Ann', spoken: ' ' }]],
    ['500', Array.from({ length: 501 }, (_, i) => ({ word: `w${i}`, spoken: 'w' }))],
  ])('refuses words: %s', (why, entries) => {
    voices().saveDictionary([{ word: 'kept', spoken: 'kept' }]);
    expect(() => voices().saveDictionary(entries)).toThrow(why);
    expect(voices().settings().pronunciations).toHaveLength(1);
  });
});

describe('a copied voice', () => {
  const recordings = {
    sample: randomBytes(300_000),
    consent: Buffer.from('consent that can be found by its text'),
  };

  it('is kept with its proof, encrypted, is chosen and forgotten', async () => {
    const kept = await voices().keep(anna, recordings);
    expect(voices().cloned()).toEqual([kept]);
    expect(kept).toMatchObject(anna);
    expect((await voices().recording('v1', 'sample')).equals(recordings.sample)).toBe(true);
    expect((await voices().recording('v1', 'consent')).equals(recordings.consent)).toBe(true);
    voices().save({ ...usual, clonedVoiceId: 'v1' });
    expect(voices().settings().clonedVoice).toEqual({ vendor: 'cartesia', voice: 'vendor-17' });
    expect(voices().chosen()).toBe('v1');
    for (const name of readdirSync(join(dataDir, 'tenants'))) {
      expect(readFileSync(join(dataDir, 'tenants', name)).includes('found by its text')).toBe(false);
    }
    const told: string[] = [];
    box.onEvent((event) => told.push(event.type));
    await voices().forget('v1');
    expect(told).toEqual(['voice.changed', 'voice.forgotten']);
    expect(voices().cloned()).toEqual([]);
    expect(voices().settings().clonedVoice).toBeNull();
    await expect(voices().recording('v1', 'sample')).rejects.toThrow('no copied voice');
    await expect(voices().forget('v1')).rejects.toThrow('no copied voice');
  });

  it('belongs to one tenant: nobody else can choose it', async () => {
    await voices().keep(anna, recordings);
    const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' }).id;
    expect(() => box.tenant(other).voices.save({ ...usual, clonedVoiceId: 'v1' })).toThrow('no copied voice');
    expect(box.tenant(other).voices.cloned()).toEqual([]);
  });

  it('leaves nothing of one that did not come about', async () => {
    const broken = { ...anna, vendor: 'nobody' } as unknown as typeof anna;
    await expect(voices().keep(broken, recordings)).rejects.toThrow();
    expect(voices().cloned()).toEqual([]);
    const kept = { ...recordings, sample: Buffer.from('second') };
    await voices().keep(anna, kept);
    expect((await voices().recording('v1', 'sample')).toString()).toBe('second');
  });
});
