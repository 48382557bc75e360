import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { hasCode, loadConfig, silentLog, VoxboxError } from '../../engine/foundation/index.ts';
import { startInference } from '../../engine/inference/index.ts';
import { resample } from '../../engine/media/index.ts';
import { listModels } from '../../models/index.ts';
import type { Recognise } from './ear.ts';
import { Persona } from './persona.ts';
import { nextTuesdayAtTen } from './spoken-time.ts';
import { type CallerVoice, espeakVoice, keptVoice, modelVoice } from './voice.ts';

const kokoroModel = 'kokoro-82m-int8';
const kokoroVoice = 'kokoro-af_heart';

/** The number the simulated caller rings from, and the demo tenant's. */
export const callerNumber = '+14155550132';
export const demoNumber = '+15555550100';

/** Voice and hearing of the simulated caller, in an inference process of its own. */
export interface Caller {
  readonly voice: CallerVoice;
  readonly recognise: Recognise;
  close(): Promise<void>;
}

export const hasEspeak = (): boolean => spawnSync('espeak-ng', ['--version']).error === undefined;

/** Why there can be no simulated caller on this machine; null when there can. */
export async function callerMissing(): Promise<string | null> {
  const models = await listModels(loadConfig().modelsDir);
  const ready = (id: string) => models.find((model) => model.id === id)?.state === 'ready';
  const starter = models.find((model) => model.group === 'starter' && model.state !== 'ready');
  if (starter) return `model ${starter.id} is ${starter.state}`;
  if (!ready(kokoroModel) && !hasEspeak()) return `neither ${kokoroModel} nor espeak-ng is there`;
  return null;
}

/** @param voice `espeak` speaks without a model even where the better voice is there */
export async function openCaller({ voice }: { voice?: 'kokoro' | 'espeak' } = {}): Promise<Caller> {
  const { modelsDir } = loadConfig();
  const models = await listModels(modelsDir);
  const hasKokoro = models.some((model) => model.id === kokoroModel && model.state === 'ready');
  const useKokoro = voice === 'kokoro' || (voice === undefined && hasKokoro);
  if (!useKokoro && !hasEspeak()) {
    throw new VoxboxError('model_missing', 'The simulated caller needs a voice: install espeak-ng');
  }
  const inference = await startInference({
    modelsDir,
    log: silentLog,
    uses: useKokoro ? ['stt', 'tts'] : ['stt'],
  });
  const cacheDir = join(modelsDir, '..', 'caller-speech');
  return {
    voice: useKokoro
      ? keptVoice(kokoroVoice, modelVoice(inference, kokoroVoice), cacheDir)
      : keptVoice('espeak-ng en-us', espeakVoice, cacheDir),
    recognise: async (samples) => {
      const wide = resample(samples, 8000, 16_000);
      const floats = Float32Array.from(wide, (sample) => sample / 32768);
      try {
        return (await inference.transcribe(floats, { priority: 'live', timeoutMs: 20_000 })).text.trim();
      } catch (error) {
        // What the model cannot make anything of was not understood: the persona asks again.
        if (hasCode(error, 'inference_failed')) return '';
        throw error;
      }
    },
    close: () => inference.stop(),
  };
}

/**
 * Sarah Miller, who wants her teeth cleaned.
 *
 * @param when local ISO time in the zone; Tuesday of next week at ten when absent
 * @throws VoxboxError `input_invalid` when `when` is no time
 */
export function sarahMiller({ zone, when }: { zone: string; when?: string }): Persona {
  const time = when === undefined ? nextTuesdayAtTen(Date.now(), zone) : DateTime.fromISO(when, { zone });
  if (!time.isValid)
    throw new VoxboxError('input_invalid', `--when: ${when} is not a time like 2030-01-15T10:00`);
  return new Persona({
    firstName: 'Sarah',
    lastName: 'Miller',
    service: 'cleaning',
    phone: callerNumber.slice(2),
    when: time,
  });
}
