import type { ProfileSnapshot } from '../agent/index.ts';
import type { Candidate, HealthBook, Log } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import { createLlmChain, createLocalLlm, createOpenAiLlm, type LlmProvider } from '../llm/index.ts';
import {
  type CallRecogniser,
  createCallRecogniser,
  createCartesia,
  createDeepgramStt,
  createElevenLabs,
  createLocalStt,
  createLocalTts,
  createPronouncer,
  createSpeaker,
  type PhraseCache,
  type RecogniserEvents,
  type Speaker,
  type SpeakingVoice,
  type SttProvider,
  type TtsProvider,
} from '../speech/index.ts';
import type { ProviderKind } from '../store/index.ts';
import type { LocalManner } from './local-manner.ts';
import { healthId, type ProviderAccess, type ProviderChains } from './providers.ts';

/** What the chains of all calls of a process share. */
export interface ChainParts {
  readonly inference: Inference;
  readonly phrases: PhraseCache;
  readonly health: HealthBook;
  readonly log: Log;
}

/** The box alone: for what is said without an agent. */
export const localSpeaker = (
  { voice, language, speech }: LocalManner,
  { inference, phrases, health, log }: ChainParts,
): Speaker => {
  const local = { provider: createLocalTts({ inference }), voice, lastResort: true };
  return createSpeaker({
    voices: [{ ...local, health: health.of(healthId('tts', { id: '', provider: 'local' })) }],
    ...{ phrases, language, log },
    ...spokenAs(speech),
  });
};

/** The agent's voice, as the tenant has set it up. */
export function speakerOf(snapshot: ProfileSnapshot, tts: ProviderChains['tts'], parts: ChainParts): Speaker {
  const { language, speech } = snapshot;
  const voices = tts.flatMap((access): readonly SpeakingVoice[] => {
    const voice = voiceOf(access, snapshot);
    if (voice === null) return [];
    return [
      { provider: ttsProvider(access, () => parts.inference), voice, ...candidate('tts', access, parts) },
    ];
  });
  // A copied voice speaks in place of the local one, wherever its service stands in the chain.
  const vendor = speech?.clonedVoice?.vendor;
  const first = voices.filter(({ provider }) => provider.name === vendor);
  return createSpeaker({
    voices: [...first, ...voices.filter((voice) => !first.includes(voice))],
    ...{ phrases: parts.phrases, language, log: parts.log },
    ...spokenAs(speech),
  });
}

const spokenAs = (speech: ProfileSnapshot['speech']) =>
  speech ? { speed: speech.speed, pronounce: createPronouncer(speech.pronunciations) } : {};

/** Null where the service was given no voice to speak with. */
function voiceOf(
  { provider, voice }: ProviderAccess,
  { voice: usual, speech }: ProfileSnapshot,
): string | null {
  if (provider === 'local') return voice ?? usual;
  return speech?.clonedVoice?.vendor === provider ? speech.clonedVoice.voice : voice;
}

export function recogniserOf(
  { language }: Pick<ProfileSnapshot, 'language'>,
  stt: ProviderChains['stt'],
  call: ChainParts & { readonly signal: AbortSignal; readonly events: RecogniserEvents },
): CallRecogniser {
  const providers = stt.map((access) => ({
    provider: sttProvider(access, () => call.inference),
    ...candidate('stt', access, call),
  }));
  return createCallRecogniser({ providers, language, signal: call.signal, events: call.events });
}

export function llmOf(llm: ProviderChains['llm'], parts: ChainParts): LlmProvider {
  const providers = llm.map((access) => ({
    provider: llmProvider(access, () => parts.inference),
    ...candidate('llm', access, parts),
  }));
  return createLlmChain({ providers, log: parts.log });
}

/** @param inference asked for only where the box itself is meant */
export const sttProvider = (access: ProviderAccess, inference: () => Inference): SttProvider =>
  access.provider === 'deepgram' ? createDeepgramStt(access) : createLocalStt({ inference: inference() });

/** @param inference asked for only where the box itself is meant */
export function ttsProvider(access: ProviderAccess, inference: () => Inference): TtsProvider {
  if (access.provider === 'cartesia') return createCartesia(access);
  if (access.provider === 'elevenlabs') return createElevenLabs(access);
  return createLocalTts({ inference: inference() });
}

/** @param inference asked for only where the box itself is meant */
export const llmProvider = (access: ProviderAccess, inference: () => Inference): LlmProvider =>
  access.provider === 'openai' ? createOpenAiLlm(access) : createLocalLlm({ inference: inference() });

const candidate = (kind: ProviderKind, access: ProviderAccess, { health }: ChainParts): Candidate => ({
  health: health.of(healthId(kind, access)),
  lastResort: access.provider === 'local',
});
