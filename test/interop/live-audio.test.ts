import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  feedMessageModel,
  feedPath,
  type MethodName,
  methods,
  paths,
} from '../../engine/api/contract/index.ts';
import { runningEngine } from '../../engine/store/index.ts';
import { CallSound, isTone, tone } from '../caller/call-sound.ts';
import { type Caller, callerNumber, demoNumber, sarahMiller } from '../caller/caller.ts';
import type { CallDetail, EngineApi } from '../caller/engine-api.ts';
import type { EngineProcess } from '../caller/engine-process.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { isVoiced, voicedMs } from '../caller/loudness.ts';
import type { HeardFrame } from '../caller/rtp-endpoint.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { parseWav } from '../caller/wav-file.ts';

const missing = await missingFor({ caller: true });
/** The desk's voice in these tests: nothing that an agent or a caller says. */
const deskHz = 440;
/** Spoken ahead: what is made in the call keeps it waiting. */
const lines = {
  hours: 'What are your opening hours on Saturday?',
  pain: 'My tooth hurts and I need a filling.',
  staff: 'The dentist can see you this afternoon.',
  booking: 'I would like to book an appointment, please.',
} as const;
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

async function until<T>(what: string, look: () => T | Promise<T>, mostMs = 20_000): Promise<NonNullable<T>> {
  const endMs = nowMs() + mostMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (nowMs() > endMs) throw new Error(`not within ${mostMs} ms: ${what}`);
    await sleep(20);
  }
}

describe.skipIf(missing)(`the desk at a call${missing}`, () => {
  const scene = new Scene();
  let engine: EngineProcess & { readonly api: EngineApi };
  let caller: Caller;

  beforeAll(async () => {
    engine = await scene.engine();
    expect(engine.trouble).toBeNull();
    caller = await scene.caller();
    for (const line of Object.values(lines)) await caller.voice.speak(line);
  }, 240_000);
  afterAll(() => scene.end());

  const send = async (name: MethodName, id: string, body: object = {}) => {
    const init = {
      method: methods[name].verb,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await engine.api.request(paths[name].replace(':id', id), init);
    const answer: unknown = await response.json();
    expect([name, response.status < 300 ? 'done' : answer]).toEqual([name, 'done']);
    return answer;
  };
  const said = (detail: CallDetail): string =>
    detail.transcript.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
  const hasSaid = (callId: string, words: RegExp) =>
    until(`${words}`, async () => words.test(said(await engine.api.call(callId))));

  /** Words of the staff as the screens are told of them, and the end of each turn: the order is that of the feed. */
  function staffWords(): string[] {
    const headers = { authorization: `Bearer ${runningEngine(engine.dataDir)?.http?.key}` };
    const feed = new WebSocket(`${engine.http.replace(/^http/, 'ws')}${feedPath}`, { headers });
    scene.after(() => feed.terminate());
    const words: string[] = [];
    feed.on('message', (data: Buffer) => {
      const message = feedMessageModel.parse(JSON.parse(data.toString('utf8')));
      if (message.type === 'call.interim' && message.speaker === 'staff') words.push(message.text);
      if (message.type === 'event.stored' && message.event.speaker === 'staff') words.push('(a turn)');
    });
    return words;
  }

  /** Somebody rings, and the desk listens from the first words on. */
  async function ring() {
    const known = new Set((await engine.api.calls()).map(({ id }) => id));
    const target = `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`;
    const line = await openListeningCall({ target, from: callerNumber });
    scene.after(() => line.call.vanish());
    scene.after(() => line.endpoint.stop());
    const heard: HeardFrame[] = [];
    line.endpoint.onHeard((frame) => heard.push(frame));
    const callId = await until('the call', async () =>
      (await engine.api.calls()).map(({ id }) => id).find((id) => !known.has(id)),
    );
    const sound = await CallSound.open(engine, callId);
    return { ...line, heard, callId, sound };
  }

  it('hears both sides, takes over without a gap in the recording, and gives back', async () => {
    const { call, endpoint, heard, callId, sound } = await ring();
    await until('the greeting', () => sound.frames.some(({ agent }) => isVoiced(agent)));
    expect(sound.frames.every((frame) => !isVoiced(frame.caller))).toBe(true);
    await endpoint.say(await caller.voice.speak(lines.hours));
    const callerMs = () => sound.frames.filter((frame) => isVoiced(frame.caller)).length * 20;
    await until('the caller', () => callerMs() > 500);
    const answers = sound.frames.length;
    await until('the answer', () => sound.frames.slice(answers).some(({ agent }) => isVoiced(agent)));

    const asksMs = nowMs();
    const speaking = sound.speak(tone(deskHz, 4000));
    await send('call.takeOver', callId, { listener: sound.listener });
    const takenMs = nowMs();
    const isDesk = ({ samples }: HeardFrame) => isTone(samples, deskHz, 8000);
    const first = await until('the desk’s voice', () => heard.find(isDesk));
    console.info(
      `take-over: answered after ${Math.round(takenMs - asksMs)} ms, heard by the caller after ${Math.round(first.atMs - asksMs)} ms`,
    );
    const since = heard.indexOf(first);
    await speaking;
    const during = heard.slice(since + 1, since + 150);
    // The agent is silent from the first moment on: nothing but the tone is heard.
    expect(during.filter((frame) => frame.voiced && !isDesk(frame)).length).toBeLessThanOrEqual(3);
    expect(during.filter(isDesk).length).toBeGreaterThan(120);

    await endpoint.say(await caller.voice.speak(lines.pain));
    await hasSaid(callId, /caller: .*fill/i);
    const spoken = staffWords();
    await sound.speak(await caller.voice.speak(lines.staff), 8000);
    await hasSaid(callId, /staff: .*dentist/i);
    await until('the end of the turn', () => spoken.at(-1) === '(a turn)');
    expect(spoken[0]).not.toBe('(a turn)');
    expect(spoken.some((text) => /dentist/i.test(text))).toBe(true);
    await send('call.giveBack', callId);
    await hasSaid(callId, /agent: Thank you\. I'm back with you\./);
    await call.hangUp();
    expect(await sound.closed).toBe(1000);

    const detail = await engine.api.finishedCall();
    expect(said(detail)).toMatch(/has taken over the call/);
    expect(said(detail)).toMatch(/has given the call back/);
    const { channels, sampleRateHz } = parseWav(await engine.api.recording(callId));
    const [left, right] = [channels[0] ?? new Int16Array(0), channels[1] ?? new Int16Array(0)];
    const lengthMs = (right.length / sampleRateHz) * 1000;
    const callMs = (detail.call.endedAtMs ?? 0) - (detail.call.answeredAtMs ?? 0);
    // The record's times are taken a moment before and after those of the media.
    expect(Math.abs(lengthMs - callMs)).toBeLessThan(callMs * 0.05);
    expect(voicedMs(left, sampleRateHz)).toBeGreaterThan(2000);
    const step = sampleRateHz / 50;
    const frames = Array.from({ length: Math.floor(right.length / step) }, (_, n) =>
      isTone(right.subarray(n * step, (n + 1) * step), deskHz, sampleRateHz),
    );
    const from = frames.indexOf(true);
    // A moment of the agent's later words may sound like the tone: it ends where half a second is without it.
    const end = frames.findIndex((_, n) => n > from && !frames.slice(n, n + 25).includes(true));
    const span = frames.slice(from, end);
    const without = span.filter((isDeskFrame) => !isDeskFrame).length;
    console.info(
      `recording: ${Math.round(lengthMs)} ms of a call of ${callMs} ms; the desk's voice is in ${span.length - without} of ${span.length} frames`,
    );
    expect(span.length).toBeGreaterThan(150);
    expect(without / span.length).toBeLessThan(0.1);
  });

  it('takes the caller back where the desk leaves, and goes by what was whispered', async () => {
    const { call, endpoint, callId, sound } = await ring();
    await until('the greeting', () => sound.frames.some(({ agent }) => isVoiced(agent)));
    await send('call.whisper', callId, { text: 'Offer them a whitening.' });
    await hasSaid(callId, /to the receptionist: Offer them a whitening/);
    await until('the end of the greeting', () =>
      sound.frames.slice(-50).every(({ agent }) => !isVoiced(agent)),
    );
    await endpoint.say(await caller.voice.speak(lines.booking));
    const understood = async () => (await engine.api.call(callId)).slots.service;
    await hasSaid(callId, /caller: .*appointment/i);
    expect(await until('the service', understood)).toMatch(/whitening/i);
    await send('call.takeOver', callId, { listener: sound.listener });
    await sound.close();
    await hasSaid(callId, /has left the call/);
    await hasSaid(callId, /agent: I'm sorry, my colleague had to leave\. I'm back with you\./);
    expect((await engine.api.call(callId)).appointments).toEqual([]);
    await call.hangUp();
    await engine.api.finishedCall();
  });

  it('books an appointment by typing, and leaves nothing of it in the calendar', async () => {
    const [tenant] = await engine.api.tenants();
    const started = (await send('talk.start', tenant?.id ?? '')) as { callId: string };
    const sound = await CallSound.open(engine, started.callId);
    const persona = sarahMiller({ zone: tenant?.timeZone ?? '' });
    let answered = 0;
    let isOver = false;
    void sound.closed.then(() => {
      isOver = true;
    });
    for (let turns = 0; turns < 40 && !isOver; turns += 1) {
      const agent = async () =>
        (await engine.api.call(started.callId)).transcript.filter(({ speaker }) => speaker === 'agent');
      const told = await until('the agent', async () => {
        const all = await agent();
        return isOver || all.length > answered ? all : null;
      });
      const heard = told.slice(answered).map(({ text }) => text);
      answered = told.length;
      const reaction = persona.react(heard.join(' '));
      if (reaction.kind === 'say') sound.order({ kind: 'say', text: reaction.text });
    }
    await sound.closed;
    const detail = await until('the end', async () => {
      const one = await engine.api.call(started.callId);
      return one.call.endedAtMs === null ? null : one;
    });
    expect(detail.call, said(detail)).toMatchObject({ outcome: 'booked', callerNumber: null });
    const booked = (await engine.api.appointments()).filter(({ callId }) => callId === started.callId);
    expect(booked).toMatchObject([
      { startsAtMs: persona.agreedAtMs, customerName: 'Sarah Miller', status: 'cancelled' },
    ]);
    expect(sound.frames.some(({ agent }) => isVoiced(agent))).toBe(true);
    expect((await engine.api.calls()).map(({ id }) => id)).not.toContain(started.callId);
  });

  it('lets the house talk with a draft, and no caller hear of it', async () => {
    const [tenant] = await engine.api.tenants();
    const id = tenant?.id ?? '';
    const read = await engine.api.request(paths['agent.read'].replace(':id', id));
    const { live, revision } = methods['agent.read'].answer.parse(await read.json()).agent;
    const document = { ...live.document, greeting: 'This greeting is only a draft.' };
    await send('agent.save', id, { document, revision });

    const started = (await send('talk.start', id, { agent: 'draft' })) as { callId: string };
    const talk = await CallSound.open(engine, started.callId);
    await hasSaid(started.callId, /^agent: This greeting is only a draft/);
    const { call, callId } = await ring();
    await hasSaid(callId, /^agent: .*calling Bright Smile/);
    await call.hangUp();
    expect(said(await engine.api.finishedCall())).not.toMatch(/only a draft/);
    await talk.close();
    await send('agent.discard', id, { revision: revision + 1 });
  });
});
