import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods, type Voices } from '../../engine/api/contract/index.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { voicedMs } from '../caller/loudness.ts';
import { Scene } from '../caller/scene.ts';
import { parseWav, writeWav } from '../caller/wav-file.ts';
import { type EngineStage, engineStageMissing, startEngineStage } from './engine-stage.ts';
import { FakeCartesia } from './fake-cartesia.ts';
import { lensTo } from './look.ts';

const missing = await engineStageMissing();
const { look } = lensTo('page');
const greeting = 'Thank you for calling Bright Smile Dental. How can I help you today?';
/** Long enough for a sample; the box itself says it, as the speaker. */
const passage = [
  'Thank you for calling. We are open from Monday to Friday, and on Saturday mornings. If you would like to come in, tell me which day suits you best, and I will see what is free.',
  'Parking is behind the building, right next to the entrance. Should anything change, just give us a call, and we will find another time. Is there anything else that I can do for you?',
  'It was nice talking to you. Have a wonderful day, and see you soon. If the door is closed, please ring the bell twice, and somebody will let you in.',
];

describe.skipIf(missing)(`the page of the agent${missing}`, () => {
  const scene = new Scene();
  const cartesia = new FakeCartesia();
  let stage: EngineStage;
  let vendorUrl: string;

  const voices = async (): Promise<Voices> =>
    methods['voices.list'].answer.parse(await (await stage.ask('voices.list')).json()).voices;
  const sample = async (request: object): Promise<Int16Array & { rateHz?: number }> => {
    const response = await stage.ask('voices.sample', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    expect(
      response.status,
      await response
        .clone()
        .text()
        .catch(() => ''),
    ).toBe(200);
    const { channels, sampleRateHz } = parseWav(Buffer.from(await response.arrayBuffer()));
    return Object.assign(channels[0] ?? new Int16Array(0), { rateHz: sampleRateHz });
  };
  /** The voice of the box says it; the browser takes it for the microphone, or for a file. */
  const speak = async (name: string, texts: readonly string[]): Promise<string> => {
    const path = join(scene.folder, name);
    const said: Int16Array[] = [];
    let rateHz = 0;
    for (const text of texts) {
      const samples = await sample({ text, voice: 'piper-en-us-joe-medium', clonedVoiceId: null, speed: 1 });
      rateHz = samples.rateHz ?? 0;
      said.push(samples);
    }
    // A breath before and after, as people leave it: a microphone needs a moment to open.
    const breath = new Int16Array(Math.round(rateHz * 0.8));
    const all = [breath, ...said, breath];
    writeWav(path, Int16Array.from(all.flatMap((samples) => [...samples])), rateHz);
    return path;
  };
  const readyPhrases = (): readonly string[] => readdirSync(join(scene.dataDir, 'phrases')).sort();

  async function openPage(): Promise<Page> {
    const page = await stage.page('agent');
    await page.getByRole('radio', { name: 'Joe' }).waitFor();
    return page;
  }
  const save = async (page: Page): Promise<void> => {
    await page.keyboard.press('Control+s');
    await page.getByText('Saved. Calls from now on sound like this.').waitFor();
  };
  const play = async (page: Page, name: string) => {
    const answered = page.waitForResponse((response) => response.url().endsWith('/voice-samples'));
    await page
      .getByRole('button', { name: `Play ${name}` })
      .first()
      .click();
    const response = await answered;
    expect(response.headers()['content-type']).toContain('audio/wav');
    await page
      .getByRole('button', { name: `Stop ${name}` })
      .first()
      .waitFor();
    return response;
  };
  const placeIn = (page: Page, kind: string) => page.getByRole('group', { name: kind });

  beforeAll(async () => {
    vendorUrl = await cartesia.start();
    scene.after(() => cartesia.stop());
    stage = await startEngineStage(scene);
    const { consentSentence } = await voices();
    const consent = await speak('consent.wav', [consentSentence.replace('{speaker}', 'Anna Berg')]);
    await stage.launch([
      ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
      `--use-file-for-fake-audio-capture=${consent}%noloop`,
    ]);
  });

  afterAll(() => scene.end());

  it('lets people listen before they choose', async () => {
    const page = await openPage();
    await expect.poll(() => page.getByRole('textbox', { name: 'Greeting' }).inputValue()).toBe(greeting);
    await play(page, 'the greeting');
    await play(page, 'Joe');
    await page.getByRole('button', { name: 'Stop Joe' }).click();
    await page.getByRole('button', { name: 'Play Joe' }).waitFor();
    const samples = await sample({});
    expect(voicedMs(samples, samples.rateHz ?? 0)).toBeGreaterThan(2000);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it('makes the next greeting sound as it is saved, ahead of the call', async () => {
    const page = await openPage();
    const before = readyPhrases();
    // Long enough for the chance in a voice's pauses to even out.
    const [text] = passage;
    const usual = await sample({ text });
    const slider = page.getByRole('slider', { name: 'Speaks at' });
    await slider.focus();
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowRight');
    await page.getByText('1.30 ×').waitFor();
    await page.getByText('Not saved yet').waitFor();
    expect((await voices()).speed).toBe(1);
    await save(page);
    expect((await voices()).speed).toBe(1.3);
    // Another name in the cache for each clause, and its file is there before anybody rings.
    await expect
      .poll(() => readyPhrases().filter((name) => !before.includes(name)).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(2);
    expect((await sample({ text })).length).toBeLessThan(usual.length * 0.9);
    await slider.focus();
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowLeft');
    await save(page);
    await page.context().close();
  });

  it('keeps words with how they are said, complains in time, and undoes', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Add a word' }).click();
    await page.keyboard.type('Bright Smile');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Write how it sounds.').waitFor();
    await page.getByLabel('Sounds like').fill('bry smeel');
    const played = await play(page, 'Bright Smile');
    expect(played.request().postDataJSON()).toEqual({
      text: 'Bright Smile',
      dictionary: [{ word: 'Bright Smile', spoken: 'bry smeel' }],
    });
    await page.getByLabel('Sounds like').press('Enter');
    await page.keyboard.type('bright smile');
    await page.getByLabel('Sounds like').last().fill('again');
    await page.getByRole('button', { name: 'Save' }).focus();
    await page.getByText('This word is there already.').waitFor();
    await page.getByRole('button', { name: 'Remove bright smile', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByLabel('Written').last().fill('Dental');
    // Another page and back: nothing that was typed is lost.
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page.getByRole('link', { name: 'Agent' }).click();
    expect(await page.getByLabel('Written').last().inputValue()).toBe('Dental');
    await save(page);
    expect((await voices()).dictionary).toEqual([
      { word: 'Bright Smile', spoken: 'bry smeel' },
      { word: 'Dental', spoken: 'again' },
    ]);
    await page.context().close();
  });

  it('adds a service with its key, tests it, and never shows the key again', async () => {
    const page = await openPage();
    const speaking = placeIn(page, 'Speaking');
    await page.getByText('First add Cartesia or ElevenLabs').waitFor();
    await speaking.getByLabel('Add a service').selectOption('Cartesia');
    await speaking.getByLabel('Key').fill('bad-key');
    await speaking.getByLabel('Voice').fill('house-voice');
    await speaking.getByLabel('Address').fill(vendorUrl);
    await speaking.getByRole('button', { name: 'Test Cartesia' }).click();
    await speaking
      .getByText(/refuses the key|key/i)
      .first()
      .waitFor();
    await speaking.getByLabel('Key').fill('good-key');
    await speaking.getByRole('button', { name: 'Test Cartesia' }).click();
    await expect.poll(() => cartesia.said.length).toBeGreaterThan(0);
    // By the keyboard, there and back: the place keeps the focus.
    await speaking.getByRole('button', { name: 'Ask Cartesia earlier' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await speaking.getByRole('button', { name: 'Ask Cartesia later' }).isDisabled()).toBe(true);
    await save(page);
    await page.reload();
    await speaking.getByRole('button', { name: 'Settings of Cartesia' }).click();
    expect(await speaking.getByLabel('Key').inputValue()).toBe('');
    expect(await speaking.getByLabel('Key').getAttribute('placeholder')).toBe('Stored');
    expect(await (await stage.ask('providers.list')).text()).not.toContain('good-key');
    await page.context().close();
  });

  it('copies a voice with consent: what fails is said, what was recorded stays', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Copy a voice' }).click();
    const steps = page.locator('#clone');
    const consent = steps.getByRole('region', { name: 'Consent' });
    const own = steps.getByRole('region', { name: 'Sample' });
    expect(await consent.getByRole('button', { name: 'Record' }).isDisabled()).toBe(true);
    await page.getByLabel('Name of the speaker').fill('Anna Berg');
    await consent.getByText('My name is Anna Berg. I agree that Bright Smile Dental').waitFor();
    expect(await own.getByRole('button', { name: 'Record' }).isDisabled()).toBe(true);

    // Other words than the sentence.
    const tea = await speak('tea.wav', [
      'I would like a cup of tea and two biscuits, if that is all right with you.',
    ]);
    await consent.locator('input[type=file]').setInputFiles(tea);
    await consent.getByText('The consent has other words').waitFor();
    expect(await own.getByRole('button', { name: 'Record' }).isDisabled()).toBe(true);
    // Read aloud into the microphone.
    await consent.getByRole('button', { name: 'Record again' }).click();
    await consent.getByText('Recording, 9 s').waitFor({ timeout: 30_000 });
    await consent.getByRole('button', { name: 'Stop' }).click();
    await consent.getByText(/Understood: “.*I agree/).waitFor({ timeout: 30_000 });

    await own.locator('input[type=file]').setInputFiles(tea);
    await own.getByText('which is too short').waitFor();
    await own.locator('input[type=file]').setInputFiles(await speak('sample.wav', passage));
    await own.getByText('That will do.').waitFor({ timeout: 30_000 });

    cartesia.broken = true;
    await page.getByRole('button', { name: 'Make the copy' }).click();
    await steps.getByRole('alert').waitFor();
    expect(await voices()).toMatchObject({ clonedVoiceId: null, cloned: [] });
    await look(page, 'agent-copy-failed');
    cartesia.broken = false;
    await steps.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Anna Berg speaks from the next call on.').waitFor({ timeout: 30_000 });
    expect(cartesia.sampleBytes).toBeGreaterThan(20 * 2 * 24_000);
    expect(await page.getByRole('radio', { name: 'Anna Berg' }).isChecked()).toBe(true);
    const { cloned, clonedVoiceId } = await voices();
    expect(cloned).toMatchObject([
      { id: clonedVoiceId, name: 'Anna Berg', vendor: 'cartesia', usable: true },
    ]);

    // The greeting was made ready with the copy, in the words of the dictionary.
    const isGreeting = ({ voice, text }: (typeof cartesia.said)[number]) =>
      voice === 'voice-1' && text.includes('bry smeel again');
    await expect.poll(() => cartesia.said.some(isGreeting), { timeout: 20_000 }).toBe(true);
    await play(page, 'Anna Berg');
    await page.context().close();
  });

  it('answers with the voice of the box when the service of the copy is down', async () => {
    const ring = async (): Promise<number> => {
      const target = `sip:+15555550100@${stage.engine.sip.host}:${stage.engine.sip.port}`;
      const { call, endpoint } = await openListeningCall({ target, from: '+12025550123' });
      const heard: Int16Array[] = [];
      endpoint.onHeard(({ samples }) => heard.push(samples));
      const voiced = () => voicedMs(Int16Array.from(heard.flatMap((frame) => [...frame])), 8000);
      await expect.poll(voiced, { timeout: 20_000 }).toBeGreaterThan(1500);
      await call.hangUp();
      call.vanish();
      await endpoint.stop();
      return voiced();
    };
    expect((await voices()).clonedVoiceId).not.toBeNull();
    const failedBefore = cartesia.failed;
    // Words that are not ready yet: whoever makes them finds the service down.
    const page = await openPage();
    await page.getByLabel('Sounds like').first().fill('brite smile');
    cartesia.broken = true;
    await save(page);
    expect(await ring()).toBeGreaterThan(1500);
    expect(cartesia.failed).toBeGreaterThan(failedBefore);
    cartesia.broken = false;
    await page.context().close();
  });

  it('deletes a copy here and at its service, after asking', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Delete Anna Berg' }).click();
    await page.getByText('This cannot be undone.').waitFor();
    cartesia.broken = true;
    await page.getByRole('button', { name: 'Delete the copy' }).click();
    await page.getByRole('button', { name: 'Delete it here only' }).waitFor();
    expect((await voices()).clonedVoiceId).toBeNull();
    cartesia.broken = false;
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Delete Anna Berg' }).click();
    await page.getByRole('button', { name: 'Delete the copy' }).click();
    await expect.poll(async () => (await voices()).cloned).toEqual([]);
    expect(cartesia.copies.size).toBe(0);
    expect(await page.getByRole('radio', { name: 'Joe' }).isChecked()).toBe(true);
    await page.context().close();
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
