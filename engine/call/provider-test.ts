import { isVoxboxError, VoxboxError, within } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { ProviderKind } from '../store/index.ts';
import { llmProvider, sttProvider, ttsProvider } from './call-speech.ts';
import type { ProviderAccess } from './providers.ts';

export interface ProviderVerdict {
  readonly ok: boolean;
  /** For the person who set it up. */
  readonly verdict: string;
  readonly tookMs: number;
}

interface Tested {
  readonly access: ProviderAccess;
  readonly language: string;
  /** Of the agent's profile: what a place without a voice of its own speaks with, on the box. */
  readonly localVoice: string;
  /** Null while the models are not there. */
  readonly inference: Inference | null;
  readonly limitMs?: number;
}

const usualLimitMs = 10_000;

/** One real, tiny request: a second of sound, some words to say, or two to write. Never throws. */
export async function testProvider(kind: ProviderKind, tested: Tested): Promise<ProviderVerdict> {
  const { inference, limitMs = usualLimitMs } = tested;
  const giveUp = new AbortController();
  const startedMs = performance.now();
  const tookMs = (): number => Math.round(performance.now() - startedMs);
  try {
    const models = (): Inference => {
      if (inference) return inference;
      throw new VoxboxError('inference_unavailable', 'The models of the box are not there yet');
    };
    const asked = tests[kind]({ ...tested, models }, giveUp.signal);
    const found = await within(asked, limitMs, `It did not answer within ${limitMs / 1000} seconds`);
    return { ok: true, verdict: `It works: ${found} after ${tookMs()} ms.`, tookMs: tookMs() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const help = isVoxboxError(error) ? ` ${error.entry.help}` : '';
    return { ok: false, verdict: `${message.replace(/\.$/, '')}.${help}`, tookMs: tookMs() };
  } finally {
    giveUp.abort(new VoxboxError('aborted', 'the test is over'));
  }
}

type Test = (tested: Tested & { readonly models: () => Inference }, signal: AbortSignal) => Promise<string>;

const tests: Readonly<Record<ProviderKind, Test>> = {
  async stt({ access, models, language }) {
    const provider = sttProvider(access, models);
    try {
      const decoder = provider.open({ language, onInterim() {}, onSettled() {}, onError() {} });
      for (let at = 0; at < 32; at++) decoder.push(hum(at), true);
      await decoder.end();
      return 'a second of sound was listened to';
    } finally {
      provider.close();
    }
  },
  async tts({ access, models, language, localVoice }, signal) {
    const voice = access.voice ?? (access.provider === 'local' ? localVoice : null);
    if (voice === null) throw new VoxboxError('input_invalid', 'The id of a voice is missing');
    const provider = ttsProvider(access, models);
    const request = { text: 'Hello, this is a test.', voice, speed: 1, language };
    let seconds = 0;
    for await (const { samples, sampleRateHz } of provider.speak(request, { priority: 'greeting', signal })) {
      seconds += samples.length / sampleRateHz;
    }
    if (seconds === 0) throw new VoxboxError('provider_failed', 'It gave no sound');
    return `it spoke for ${seconds.toFixed(1)} seconds`;
  },
  async llm({ access, models }, signal) {
    const provider = llmProvider(access, models);
    const messages = [{ role: 'user', content: 'Please answer with the word "ready".' }] as const;
    const { text } = await provider.generate({ messages, maxTokens: 16 }, { priority: 'greeting', signal });
    return `it wrote “${text.trim().slice(0, 60)}”`;
  },
};

/** 32 ms of a soft tone. */
const hum = (window: number): Float32Array =>
  Float32Array.from(
    { length: 512 },
    (_, i) => 0.05 * Math.sin(((window * 512 + i) * 2 * Math.PI * 220) / 16_000),
  );
