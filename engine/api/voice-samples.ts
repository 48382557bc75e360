import { createHash } from 'node:crypto';
import { VoxboxError, within } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import {
  createPronouncer,
  levelled,
  type Speech,
  speakable,
  splitClauses,
  type VoiceService,
  writeWav,
} from '../speech/index.ts';
import type { Pronunciation } from '../store/index.ts';

export interface SampleRequest {
  /** As it is written. */
  readonly text: string;
  readonly language: string;
  readonly speed: number;
  readonly pronunciations: readonly Pronunciation[];
  /** Id of a local voice, or a copied one with its service. */
  readonly voice: string | { readonly service: VoiceService; readonly voice: string };
}

/** Words in a voice as callers hear them, as a WAV file. The last ones are kept: listening twice costs nothing. */
export interface VoiceSamples {
  /** @throws VoxboxError `inference_unavailable`, `model_missing`, `provider_*` */
  make(request: SampleRequest): Promise<Buffer>;
}

/** Half a megabyte each at most. */
const kept = 24;
const patienceMs = 20_000;

export function createVoiceSamples(inference: () => Pick<Inference, 'synthesise'> | null): VoiceSamples {
  const made = new Map<string, Promise<Buffer>>();
  return {
    make(request) {
      const spoken = spokenClauses(request);
      const name = nameOf(request, spoken);
      const known = made.get(name);
      made.delete(name);
      const making = known ?? synthesise(request, spoken, inference());
      // The last used stands last; the first is the one unused for longest.
      made.set(name, making);
      making.catch(() => made.delete(name));
      for (const oldest of made.keys()) if (made.size > kept) made.delete(oldest);
      return making;
    },
  };
}

/** Clause by clause, as in a call: that is where a voice takes breath. */
function spokenClauses({ text, language, pronunciations }: SampleRequest): readonly string[] {
  const pronounce = createPronouncer(pronunciations);
  return splitClauses(text).map((clause) => speakable(pronounce(clause), language));
}

function nameOf({ voice, speed, language }: SampleRequest, spoken: readonly string[]): string {
  const who = typeof voice === 'string' ? [voice] : [voice.service.name, voice.voice];
  return createHash('sha256')
    .update(JSON.stringify([who, speed, language, spoken]))
    .digest('hex');
}

async function synthesise(
  { voice, speed, language }: SampleRequest,
  spoken: readonly string[],
  inference: Pick<Inference, 'synthesise'> | null,
): Promise<Buffer> {
  const clauses: Speech[] = [];
  for (const text of spoken) {
    if (typeof voice !== 'string') {
      clauses.push(levelled(await spokenBy(voice.service, { text, voice: voice.voice, speed, language })));
      continue;
    }
    if (!inference) throw new VoxboxError('inference_unavailable', 'the voices are not there yet');
    // Whoever listens at the screen waits a little; a caller does not.
    clauses.push(levelled(await inference.synthesise({ text, voice, speed }, { priority: 'greeting' })));
  }
  return writeWav(joined(clauses));
}

/** A whole clause, which a call would play piece by piece. */
async function spokenBy(
  service: VoiceService,
  request: Parameters<VoiceService['speak']>[0],
): Promise<Speech> {
  const pieces: Speech[] = [];
  const stop = new AbortController();
  const collect = async (): Promise<void> => {
    for await (const piece of service.speak(request, { priority: 'greeting', signal: stop.signal }))
      pieces.push(piece);
  };
  try {
    await within(collect(), patienceMs, `${service.name} did not speak within ${patienceMs} ms`);
  } finally {
    stop.abort(new VoxboxError('aborted', 'the sample is not waited for any more'));
  }
  return joined(pieces);
}

function joined(clauses: readonly Speech[]): Speech {
  const sampleRateHz = clauses[0]?.sampleRateHz;
  if (sampleRateHz === undefined) throw new VoxboxError('input_invalid', 'text: has no words to say');
  const samples = new Int16Array(clauses.reduce((sum, clause) => sum + clause.samples.length, 0));
  let at = 0;
  for (const clause of clauses) {
    samples.set(clause.samples, at);
    at += clause.samples.length;
  }
  return { samples, sampleRateHz };
}
