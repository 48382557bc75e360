import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedMessage } from '../../engine/api/contract/index.ts';
import { resample } from '../../engine/media/index.ts';
import { type Caller, callerNumber, demoNumber, sarahMiller } from '../caller/caller.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { isVoiced, voicedMs } from '../caller/loudness.ts';
import type { HeardFrame } from '../caller/rtp-endpoint.ts';
import { Scene } from '../caller/scene.ts';
import { speechTrack } from '../caller/speech-track.ts';
import { parseWav, writeWav } from '../caller/wav-file.ts';
import { type EngineStage, engineStageMissing, startEngineStage } from './engine-stage.ts';
import { lensTo } from './look.ts';
import { typeTalk } from './typed-talk.ts';

const missing = await engineStageMissing({ caller: true });
const { look } = lensTo('live-desk');
const [hours, pain] = ['What are your opening hours on Saturday?', 'My tooth hurts and I need a filling.'];
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

describe.skipIf(missing)(`the live desk in a browser${missing}`, () => {
  const scene = new Scene();
  let stage: EngineStage;
  let caller: Caller;

  beforeAll(async () => {
    stage = await startEngineStage(scene);
    caller = await scene.caller();
    const words = await caller.voice.speak('Good morning, this is the front desk. How may I help you today?');
    // Spoken ahead: what is made in the call keeps it waiting.
    for (const line of [hours, pain]) await caller.voice.speak(line);
    const track = speechTrack([words], { beforeMs: 0, betweenMs: 0, afterMs: 200 });
    const microphone = join(scene.folder, 'microphone.wav');
    writeWav(microphone, resample(track, 8000, 48_000), 48_000);
    await stage.launch([
      ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
      ...[`--use-file-for-fake-audio-capture=${microphone}`, '--autoplay-policy=no-user-gesture-required'],
    ]);
  });
  afterAll(() => scene.end());

  async function openPage(): Promise<Page> {
    const page = await stage.page('desk');
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    return page;
  }

  async function ring() {
    const target = `sip:${demoNumber}@${stage.engine.sip.host}:${stage.engine.sip.port}`;
    const line = await openListeningCall({ target, from: callerNumber });
    scene.after(() => line.call.vanish());
    scene.after(() => line.endpoint.stop());
    const heard: HeardFrame[] = [];
    line.endpoint.onHeard((frame) => heard.push(frame));
    return { ...line, heard };
  }

  const quiet = async (heard: readonly HeardFrame[]): Promise<void> => {
    await expect
      .poll(() => heard.length > 60 && heard.slice(-60).every(({ voiced }) => !voiced), { timeout: 20_000 })
      .toBe(true);
  };

  it('shows a call as it is spoken, lets the desk listen, take over, give back and hang up', async () => {
    const page = await openPage();
    const toldMs = new Map<string, number>();
    let agentFrames = 0;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') {
          if (!socket.url().endsWith('/feed')) return;
          const message = JSON.parse(payload) as FeedMessage;
          if (message.type !== 'call.updated') return;
          for (const { text } of message.call.turns) if (!toldMs.has(text)) toldMs.set(text, nowMs());
        } else {
          const agent = Int16Array.from({ length: payload.length / 4 }, (_, i) =>
            payload.readInt16LE(4 * i + 2),
          );
          if (isVoiced(agent)) agentFrames += 1;
        }
      }),
    );
    await page.reload();
    const { call, endpoint, heard } = await ring();
    const card = page.getByRole('article');
    await card.waitFor();
    await card.getByText('How can I help you today?').waitFor();
    await look(page, 'card');
    await card.getByRole('link').click();
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('button', { name: 'Listening' }).waitFor();
    await quiet(heard);

    await endpoint.say(await caller.voice.speak(hours));
    const answer = page.locator('li.agent .text', { hasText: /open/i }).last();
    await answer.waitFor();
    const shownMs = nowMs();
    const words = (await answer.textContent()) ?? '';
    console.info(
      `on the page ${Math.round(shownMs - (toldMs.get(words) ?? shownMs))} ms after the feed had it`,
    );
    expect(toldMs.has(words)).toBe(true);
    expect(agentFrames).toBeGreaterThan(20);
    await look(page, 'call');
    await page.keyboard.press('w');
    await page.getByLabel('Hint for the receptionist').fill('Offer them a whitening');
    await page.keyboard.press('Enter');
    await page.locator('li.note', { hasText: 'Offer them a whitening' }).waitFor();

    await quiet(heard);
    const before = heard.length;
    const pressedMs = nowMs();
    await page.keyboard.press('t');
    await page.getByText('You are talking with the caller').waitFor();
    const stateMs = nowMs();
    await expect.poll(() => heard.slice(before).some(({ voiced }) => voiced), { timeout: 10_000 }).toBe(true);
    const first = heard.slice(before).find(({ voiced }) => voiced);
    console.info(
      `take-over: shown after ${Math.round(stateMs - pressedMs)} ms, heard by the caller after ${Math.round((first?.atMs ?? 0) - pressedMs)} ms`,
    );
    await endpoint.say(await caller.voice.speak(pain));
    await page.locator('li.caller .text', { hasText: /filling/i }).waitFor();
    await look(page, 'taken-over');
    await page.getByRole('button', { name: 'Give back' }).click();
    await page.locator('li.agent .text', { hasText: 'back with you' }).waitFor();

    await page.keyboard.press('h');
    await page
      .getByRole('group', { name: /End this call/ })
      .getByRole('button', { name: 'Hang up' })
      .click();
    await page.getByText('This call has ended.').waitFor();
    expect(await call.ended).toBe('agent');
    const detail = await stage.engine.api.finishedCall();
    const { channels, sampleRateHz } = parseWav(await stage.engine.api.recording(detail.call.id));
    const [left, right] = [channels[0] ?? new Int16Array(0), channels[1] ?? new Int16Array(0)];
    const lengthMs = (right.length / sampleRateHz) * 1000;
    const callMs = (detail.call.endedAtMs ?? 0) - (detail.call.answeredAtMs ?? 0);
    console.info(`recording: ${Math.round(lengthMs)} ms of a call of ${callMs} ms`);
    // The record's times are taken a moment before and after those of the media.
    expect(Math.abs(lengthMs - callMs)).toBeLessThan(callMs * 0.05);
    expect(voicedMs(left, sampleRateHz)).toBeGreaterThan(2000);
    expect(voicedMs(right, sampleRateHz)).toBeGreaterThan(4000);
    expect(stage.complaints).toEqual([]);
    await page.context().close();
  });

  it('gives the caller back to the agent when the page is closed', async () => {
    const page = await openPage();
    const { call, heard } = await ring();
    await page.getByRole('article').getByRole('link').click();
    const who = page.getByRole('region', { name: 'About this caller' });
    await who.getByText(/^Called (?:once|\d+ times) before/).waitFor();
    await quiet(heard);
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByText('You are talking with the caller').waitFor();
    await page.context().close();
    const [newest] = await stage.engine.api.calls();
    const said = async () =>
      (await stage.engine.api.call(newest?.id ?? '')).transcript.map(({ text }) => text).join(' ');
    await expect.poll(said, { timeout: 20_000 }).toMatch(/my colleague had to leave/);
    await call.hangUp();
    await stage.engine.api.finishedCall();
  });

  it('talks with the agent by typing, and books an appointment', async () => {
    const [tenant] = await stage.engine.api.tenants();
    const page = await openPage();
    await page.getByRole('button', { name: 'Talk now' }).waitFor();
    await look(page, 'quiet');
    await page.getByRole('button', { name: 'Talk now' }).click();
    const talk = page.getByRole('region', { name: 'Talk with Joe' });
    // The microphone of this browser never falls silent: nobody could get a word in.
    await talk.getByRole('button', { name: 'Mute the microphone' }).click();
    const persona = sarahMiller({ zone: tenant?.timeZone ?? '' });
    await typeTalk(page, {
      ...{ talk, persona },
      onLine: async (lines) => {
        if (lines === 3) await look(page, 'talk');
      },
    });
    await look(page, 'talk-ended');
    const shown = (await talk.textContent()) ?? '';
    expect(shown).toContain('Sarah Miller');
    const kept = await stage.engine.api.appointments();
    const mine = kept.filter(({ startsAtMs }) => startsAtMs === persona.agreedAtMs);
    expect(mine).toMatchObject([{ customerName: 'Sarah Miller', status: 'cancelled' }]);
    await talk.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Talk now' }).waitFor();
    expect(stage.complaints).toEqual([]);
    await page.context().close();
  });

  it('says what to do where there is no microphone', async () => {
    const page = await openPage();
    await page.evaluate(
      `Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {
        value: () => Promise.reject(new DOMException('no', 'NotAllowedError')),
      })`,
    );
    await page.getByRole('button', { name: 'Talk now' }).click();
    await page.getByText('The microphone cannot be used.').waitFor();
    await page.getByText('You can type instead').waitFor();
    expect(await page.evaluate('document.activeElement?.id')).toBe('typed');
    await page.getByRole('button', { name: 'End the talk' }).click();
    await page.getByText('The talk has ended.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Talk now' }).waitFor();
    await page.context().close();
  });
});
