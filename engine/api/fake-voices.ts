import { systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import type { SynthesisedSpeech, Transcription } from '../inference/index.ts';
import { FakeInference, type Speech, type VoiceService } from '../speech/index.ts';
import type { VoiceVendor } from '../store/index.ts';
import type { VoiceRouteParts } from './voice-routes.ts';
import type { VoiceVendors } from './voice-vendors.ts';

/** Models that remember what they were to say, and hear what the test wants them to. */
export class FakeVoiceModels {
  readonly said: { readonly text: string; readonly voice: string; readonly speed?: number }[] = [];
  heard = '';
  readonly #inference = new FakeInference();

  synthesise(request: (typeof this.said)[number]): Promise<SynthesisedSpeech> {
    this.said.push(request);
    return this.#inference.synthesise(request, { priority: 'greeting' });
  }

  async transcribe(): Promise<Transcription> {
    return { text: this.heard, tokens: [], alternatives: [], confidence: 0.9, modelMs: 0 };
  }
}

/** A service that copies voices as far as anybody can see. */
export class FakeVendor implements VoiceService, VoiceVendors {
  readonly name = 'cartesia';
  readonly wholeClauses = false;
  readonly copies = new Map<string, string>();
  readonly said: Parameters<VoiceService['speak']>[0][] = [];
  /** No key, or everything fails, for now. */
  state: 'well' | 'without-key' | 'broken' = 'well';

  account(_tenantId: string, vendor: VoiceVendor): VoiceService | null {
    return vendor === this.name && this.state !== 'without-key' ? this : null;
  }

  async cloneVoice({ name, sample }: { readonly name: string; readonly sample: Buffer }): Promise<string> {
    this.#check();
    if (sample.toString('latin1', 0, 4) !== 'RIFF') throw new Error('the sample is no WAV file');
    const id = `copy-${this.copies.size + 1}`;
    this.copies.set(id, name);
    return id;
  }

  async deleteVoice(voice: string): Promise<void> {
    this.#check();
    this.copies.delete(voice);
  }

  async *speak(request: Parameters<VoiceService['speak']>[0]): AsyncGenerator<Speech> {
    this.#check();
    this.said.push(request);
    for (let piece = 0; piece < 2; piece += 1)
      yield { samples: new Int16Array(4000).fill(1000), sampleRateHz: 24_000 };
  }

  #check(): void {
    if (this.state !== 'well') throw new VoxboxError('provider_failed', 'Cartesia gave no usable answer');
  }
}

/** Fake: voices of a box that has none of its own. */
export const fakeVoices = (
  models = new FakeVoiceModels(),
  vendors: VoiceVendors = new FakeVendor(),
): VoiceRouteParts => ({
  ...{ local: async () => [], inference: () => models, vendors, clock: systemClock, ids: systemIds },
});
