import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { type InferenceHost, startInference } from '../../engine/inference/index.ts';
import { ours, vadAlone } from '../evals/turn-taking/end-of-turn.ts';
import type { Hearing } from '../evals/turn-taking/hearing.ts';
import {
  hearSounds,
  hearTurns,
  judgeSounds,
  judgeTurns,
  openHearing,
  soundFigures,
  turnFigures,
} from '../evals/turn-taking/measure.ts';

const { modelsDir } = loadConfig();
const needed = [
  'moonshine-tiny-en',
  'smart-turn-v3.2',
  'silero-vad',
  'piper-en-us-joe-medium',
  'smollm2-135m-instruct',
];
const missing = needed.filter((id) => !existsSync(join(modelsDir, id)));
const reason = missing.length > 0 ? ` (${missing.join(', ')} not on this machine)` : '';

/** A small part of what `npm run bench -- --only turn-taking` measures; the bounds are wide. */
describe.skipIf(missing.length > 0)(`turn-taking on the labelled set${reason}`, () => {
  let inference: InferenceHost;
  let hearing: Hearing;
  beforeAll(async () => {
    inference = await startInference({ modelsDir, log: silentLog, uses: ['stt', 'turn', 'tts', 'llm'] });
    hearing = await openHearing(inference);
  });
  afterAll(async () => {
    await inference?.stop();
  });

  it('waits for callers who pause, and not for long for the others', async () => {
    const turns = await hearTurns(hearing, { half: 'test', inference, every: 9, quickVoices: true });
    const judged = turnFigures(judgeTurns(ours, turns));
    const silenceAlone = turnFigures(judgeTurns(vadAlone(500), turns));
    expect(judged.turns).toBeGreaterThan(15);
    expect(judged.cutPercent).toBeLessThanOrEqual(30);
    expect(judged.cutPercent).toBeLessThan(silenceAlone.cutPercent);
    expect(judged.meanWaitMs).toBeLessThan(900);
    expect(judged.leastWaitMs).toBeGreaterThan(150);
  });

  it('stops for who breaks in and not for who only listens', async () => {
    const sounds = judgeSounds(
      await hearSounds(hearing, { half: 'test', inference, every: 5, quickVoices: true }),
    );
    const judged = soundFigures(sounds);
    expect(judged.bargeIns).toBeGreaterThan(8);
    expect(judged.missedPercent).toBeLessThanOrEqual(10);
    expect(judged.backchannels.percent).toBeLessThanOrEqual(25);
    expect(judged.noises.percent).toBeLessThanOrEqual(25);
    // These stand-ins are slower to tell apart than the voices that the bench measures.
    expect(judged.stopP50Ms).toBeLessThan(1000);
    expect(judged.yieldP50Ms).toBeLessThan(200);
  });
});
