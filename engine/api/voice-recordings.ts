import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Ids, toErrorShape, VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import { Resampler } from '../media/index.ts';
import {
  type ConsentTrouble,
  consentLimits,
  consentSentence,
  consentTrouble,
  measureSample,
  readSoundFile,
  type SampleReport,
  type SampleTrouble,
  type Speech,
  sampleLimits,
  troubleOf,
  writeWav,
} from '../speech/index.ts';
import type { Consent } from '../store/index.ts';
import type { RecordingKind, TakenRecording } from './contract/index.ts';

/** A recording that was good enough, until a voice is made of it. */
interface Taken {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: RecordingKind;
  readonly wav: Buffer<ArrayBuffer>;
  readonly consent: Consent | null;
  readonly atMs: number;
}

export interface RecordingRequest {
  readonly tenantId: string;
  readonly kind: RecordingKind;
  /** The file as it was sent. */
  readonly file: Buffer;
  /** Who speaks, and for which business: what a consent has to name. */
  readonly speaker: string;
  readonly business: string;
}

/** Recordings of people's voices on their way to a copy: checked, and held in memory for half an hour. */
export interface VoiceRecordings {
  /** @throws VoxboxError `input_invalid`, `recording_unusable`, `consent_unproven`, `inference_unavailable` */
  take(request: RecordingRequest): Promise<TakenRecording>;
  /** @throws VoxboxError `not_found` */
  sample(tenantId: string, id: string): Buffer<ArrayBuffer>;
  /** @throws VoxboxError `not_found` */
  consent(tenantId: string, id: string): { readonly wav: Buffer<ArrayBuffer>; readonly consent: Consent };
  /** They were used, and are kept elsewhere. */
  release(ids: readonly string[]): void;
}

const heldMs = 30 * 60_000;
/** More than this would be somebody filling the memory. */
const mostHeld = 8;
const recogniserHz = 16_000;
/** Input of the resampler in one go: the engine's loop is held for a few milliseconds. */
const pieceSamples = 2400;

export function createVoiceRecordings({
  clock,
  ids,
  inference,
}: {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Null while the models are not there. */
  readonly inference: () => Pick<Inference, 'transcribe'> | null;
}): VoiceRecordings {
  const held = new Map<string, Taken>();

  const find = (tenantId: string, id: string, kind: RecordingKind): Taken => {
    forgetOld();
    const found = held.get(id);
    // Of another tenant: it is not there.
    if (found?.tenantId === tenantId && found.kind === kind) return found;
    throw new VoxboxError('not_found', `the recording of the ${kind} is not held any more: record it again`);
  };
  const forgetOld = (): void => {
    for (const { id, atMs } of held.values()) if (clock.nowMs() - atMs > heldMs) held.delete(id);
  };
  const hold = (taken: Taken): void => {
    forgetOld();
    for (const id of held.keys()) if (held.size >= mostHeld) held.delete(id);
    held.set(taken.id, taken);
  };

  return {
    async take({ tenantId, kind, file, speaker, business }) {
      const speech = await readSoundFile(file);
      const report = await measureSample(speech);
      const trouble = troubleOf(
        report,
        speech.sampleRateHz,
        kind === 'sample' ? sampleLimits : consentLimits,
      );
      if (trouble) throw new VoxboxError('recording_unusable', sampleWords(trouble, report));
      const sentence = consentSentence(speaker, business);
      const heard = kind === 'consent' ? await listen(speech, inference()) : null;
      const wrong = heard === null ? null : consentTrouble(sentence, heard);
      if (wrong) throw new VoxboxError('consent_unproven', consentWords(wrong, heard ?? ''));
      const atMs = clock.nowMs();
      const consent = heard === null ? null : { speaker, sentence, heard, atMs };
      const taken = { id: ids.uuid(), tenantId, kind, wav: writeWav(speech), consent, atMs };
      hold(taken);
      const { lengthMs, speechMs, speechDbfs, noiseDbfs } = report;
      return { id: taken.id, kind, lengthMs, speechMs, speechDbfs, noiseDbfs, heard };
    },
    sample: (tenantId, id) => find(tenantId, id, 'sample').wav,
    consent(tenantId, id) {
      const { wav, consent } = find(tenantId, id, 'consent');
      if (!consent) throw new VoxboxError('not_found', 'nothing was agreed to in that recording');
      return { wav, consent };
    },
    release: (ids) => {
      for (const id of ids) held.delete(id);
    },
  };
}

async function listen(speech: Speech, inference: Pick<Inference, 'transcribe'> | null): Promise<string> {
  if (!inference) {
    throw new VoxboxError(
      'inference_unavailable',
      'what was said cannot be checked while the models are not there',
    );
  }
  const samples = await forRecogniser(speech);
  try {
    return (await inference.transcribe(samples, { priority: 'summary' })).text;
  } catch (cause) {
    const { code } = toErrorShape(cause, 'inference_failed');
    throw new VoxboxError(code, 'What was said could not be recognised just now. Record it again.', {
      cause,
    });
  }
}

async function forRecogniser({ samples, sampleRateHz }: Speech): Promise<Float32Array> {
  const resampler = new Resampler(sampleRateHz, recogniserHz);
  const pieces: Int16Array[] = [];
  for (let at = 0; at < samples.length; at += pieceSamples) {
    pieces.push(resampler.push(samples.subarray(at, at + pieceSamples)));
    await nextTurn();
  }
  pieces.push(resampler.flush());
  const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) for (const sample of piece) all[at++] = sample / 32_768;
  return all;
}

const seconds = (lengthMs: number): string => `${Math.round(lengthMs / 1000)} seconds`;

/** What is wrong and what to do, for whoever stands at the microphone. */
function sampleWords(trouble: SampleTrouble, { lengthMs, speechMs }: SampleReport): string {
  switch (trouble) {
    case 'too-short':
      return `The recording has ${seconds(lengthMs)}, which is too short. Speak for longer.`;
    case 'too-long':
      return `The recording has ${seconds(lengthMs)}, which is too long. Stop earlier, or cut it.`;
    case 'silent':
      return 'Nobody can be heard in the recording. Check that the right microphone is chosen and not muted.';
    case 'quiet':
      return 'The voice is too quiet. Go closer to the microphone, or turn its level up.';
    case 'clipped':
      return 'The recording is distorted because it is too loud. Move away from the microphone a little, or turn its level down.';
    case 'noisy':
      return 'There is too much noise around the voice. Close the window, switch fans off, or find a quieter room.';
    case 'little-speech':
      return `Only ${seconds(speechMs)} of ${seconds(lengthMs)} are speech. Speak without long pauses.`;
    case 'low-rate':
      return 'The recording is of telephone quality. Record with at least 16,000 samples a second.';
  }
}

function consentWords(trouble: ConsentTrouble, heard: string): string {
  switch (trouble) {
    case 'nothing-heard':
      return 'No words were understood in the consent. Read the sentence aloud, slowly and clearly.';
    case 'denied':
      return `The consent was heard as a refusal: “${heard}”. A voice is copied only where its owner agrees.`;
    case 'other-words':
      return `The consent has other words than the sentence that was to be read. Heard was: “${heard}”.`;
  }
}
