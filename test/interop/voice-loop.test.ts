import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeCallAudio } from '../../engine/agent/fake-call-audio.ts';
import type { Expecting, Heard, ProfileSnapshot, Receptionist, Saying } from '../../engine/agent/index.ts';
import { type SessionTurn, startAgentSession } from '../../engine/agent/index.ts';
import { createHealthBook, loadConfig, silentLog, systemClock } from '../../engine/foundation/index.ts';
import { type InferenceHost, startInference } from '../../engine/inference/index.ts';
import { resample } from '../../engine/media/index.ts';
import {
  createCallRecogniser,
  createLocalStt,
  createLocalTts,
  createPhraseCache,
  createSpeaker,
  loadVad,
  type Speaker,
  type Vad,
} from '../../engine/speech/index.ts';

const { modelsDir } = loadConfig();
const missing = !existsSync(join(modelsDir, 'moonshine-tiny-en'));
const voice = 'piper-en-us-joe-medium';

const snapshot: ProfileSnapshot = {
  tenantId: 't',
  tenantName: 'Smile Dental',
  timeZone: 'America/New_York',
  language: 'en-US',
  agentName: 'Ava',
  greeting: 'Hello, this is Smile Dental.',
  voice,
  skills: [],
  prompt: '',
  hours: [],
  services: [],
};

const fixedReplies: Readonly<Record<string, string>> = {
  service: 'Sure. What day would you like to come in?',
  day: 'Thank you. May I have your name?',
  hours: 'We are open from nine in the morning to five in the afternoon, every day from Monday to Friday.',
  stop: 'No problem.',
};

class ScriptedReceptionist implements Receptionist {
  readonly heard: Heard[] = [];
  readonly #answers: string[];
  constructor(answers: readonly string[]) {
    this.#answers = [...answers];
  }
  greeting(): string {
    return snapshot.greeting;
  }
  async *reply(heard: Heard): AsyncIterable<Saying> {
    this.heard.push(heard);
    yield { kind: 'say', text: this.#answers.shift() ?? 'Goodbye.', fixed: true };
  }
  async *keypad(): AsyncIterable<Saying> {}
  async *silence(): AsyncIterable<Saying> {}
  async *returned(): AsyncIterable<Saying> {}
  hint(): void {}
  expecting(): Expecting {
    return 'open';
  }
  slots(): null {
    return null;
  }
}

describe.skipIf(missing)(
  `the voice loop with real models${missing ? ' (moonshine-tiny-en is not on this machine)' : ''}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'voxbox-loop-'));
    let inference: InferenceHost;
    let speaker: Speaker;
    let vad: Vad;
    const book = createHealthBook({ clock: systemClock });
    const newSpeaker = (): Speaker =>
      createSpeaker({
        voices: [
          { provider: createLocalTts({ inference }), voice, health: book.of('tts'), lastResort: true },
        ],
        phrases: createPhraseCache({ directory, log: silentLog }),
        language: snapshot.language,
        log: silentLog,
      });

    beforeAll(async () => {
      inference = await startInference({ modelsDir, log: silentLog, uses: ['stt', 'tts', 'turn'] });
      vad = await loadVad({ modelsDir });
      speaker = newSpeaker();
      await speaker.prepare([snapshot.greeting, ...Object.values(fixedReplies)], { priority: 'greeting' });
      // The first run of a model is slower than all that follow.
      await inference.transcribe(new Float32Array(32_000), { priority: 'live' });
      await inference.endOfTurn(new Float32Array(32_000), { priority: 'live' });
    });

    afterAll(async () => {
      await inference?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    async function callerSays(text: string): Promise<Int16Array> {
      const { samples, sampleRateHz } = await inference.synthesise({ text, voice }, { priority: 'summary' });
      return resample(samples, sampleRateHz, 8000);
    }

    async function startCall(answers: readonly string[]) {
      const audio = new FakeCallAudio();
      const receptionist = new ScriptedReceptionist(answers);
      const turns: SessionTurn[] = [];
      const { signal } = new AbortController();
      const session = startAgentSession({
        audio,
        receptionist,
        snapshot,
        recognise: (events) =>
          createCallRecogniser({
            providers: [
              { provider: createLocalStt({ inference }), health: book.of('stt'), lastResort: true },
            ],
            ...{ language: snapshot.language, signal, events },
          }),
        endOfTurn: inference,
        speaker,
        vad,
        clock: systemClock,
        log: silentLog,
        on: {
          turn: (turn) => turns.push(turn),
          interim: () => {},
          slots: () => {},
          endCall: () => {},
          transfer: () => {},
        },
        signal,
      });
      audio.start();
      const stop = async () => {
        await session.stop();
        audio.stop();
      };
      return { audio, receptionist, turns, stop };
    }

    it('understands, answers in order, and says how long the caller waited', async () => {
      const sentences = [
        'Hi, I would like to book a dental cleaning.',
        'Next Tuesday at ten in the morning, please.',
      ];
      const spoken = await Promise.all(sentences.map(callerSays));
      const call = await startCall([fixedReplies.service ?? '', fixedReplies.day ?? '']);
      try {
        await until(() => call.turns.length === 1);
        for (const [index, samples] of spoken.entries()) {
          await call.audio.speak(samples);
          await until(() => call.turns.length === 3 + index * 2);
        }
        expect(call.turns.map(({ speaker }) => speaker)).toEqual([
          'agent',
          'caller',
          'agent',
          'caller',
          'agent',
        ]);
        expect(call.turns[1]?.text.toLowerCase()).toContain('cleaning');
        expect(call.turns[3]?.text.toLowerCase()).toMatch(/tuesday/);
        expect(call.turns[2]?.text).toBe(fixedReplies.service);
        for (const turn of call.turns) {
          if (!turn.latency) continue;
          console.log(`"${turn.text}" ${JSON.stringify(turn.latency)}`);
          expect(turn.latency.totalMs).toBeGreaterThan(200);
          expect(turn.latency.totalMs).toBeLessThan(1500);
        }
      } finally {
        await call.stop();
      }
    });

    it('lets the caller break in', async () => {
      const question = await callerSays('What are your opening hours?');
      const stop = await callerSays('Excuse me but I have another question.');
      const call = await startCall([fixedReplies.hours ?? '', fixedReplies.stop ?? '']);
      try {
        await until(() => call.turns.length === 1);
        await call.audio.speak(question);
        const before = call.audio.played.length;
        await until(() => call.audio.played.length > before + 40);
        const began = performance.now();
        const spoken = call.audio.speak(stop);
        await until(() => call.turns.length >= 3);
        console.log(
          `agent stopped ${Math.round(performance.now() - began)} ms after the caller's first frame`,
        );
        await spoken;
        await until(() => call.turns.length >= 5);
        expect(call.turns[2]).toMatchObject({ speaker: 'agent', interrupted: true });
        expect(call.turns[2]?.text.length).toBeLessThan((fixedReplies.hours ?? '').length);
        expect(call.turns[3]?.text.toLowerCase()).toContain('question');
        expect(call.turns[4]?.text).toBe(fixedReplies.stop);
      } finally {
        await call.stop();
      }
    });

    it('meets ready audio of an earlier run', async () => {
      const fresh = newSpeaker();
      expect(fresh.ready('No problem.')).toBeNull();
      await fresh.prepare(['No problem.'], { priority: 'greeting' });
      expect(fresh.ready('No problem.')?.samples.length).toBeGreaterThan(1000);
    });
  },
);

async function until(what: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
