export { FakeInference, type FakeInferenceOptions } from './fake-inference.ts';
export type * from './ports.ts';
export { type CallRecogniserOptions, createCallRecogniser } from './stt/call-recogniser.ts';
export { createDeepgramStt, deepgramUsual } from './stt/deepgram.ts';
export { FakeDeepgram } from './stt/fake-deepgram.ts';
export { createLocalStt } from './stt/local.ts';
export type { SttCandidate } from './stt/utterance.ts';
export { ClauseSplitter, splitClauses } from './text/clauses.ts';
export { mannerOf } from './text/manner.ts';
export { createPronouncer } from './text/pronunciation.ts';
export { speakable } from './text/speakable.ts';
export { telephoneOf } from './text/telephone.ts';
export { cartesiaUsual, createCartesia } from './tts/cartesia.ts';
export { createElevenLabs, elevenLabsUsual } from './tts/elevenlabs.ts';
export { FakeSpeaker } from './tts/fake-speaker.ts';
export { FakeVoiceService } from './tts/fake-voice-service.ts';
export { levelled } from './tts/level.ts';
export { createLocalTts } from './tts/local.ts';
export {
  createPhraseCache,
  type PhraseCache,
  type PhraseCacheOptions,
  type PhraseKey,
  phraseName,
} from './tts/phrase-cache.ts';
export { createSpeaker, type SpeakerLimits, type SpeakerOptions, type SpeakingVoice } from './tts/speaker.ts';
export { writeWav } from './tts/wav.ts';
export { isBackchannel } from './turn/backchannel.ts';
export {
  type BargeInJudge,
  type BargeInOptions,
  type BargeInVerdict,
  createBargeInJudge,
} from './turn/barge-in.ts';
export { EndOfTurnDetector, type EndOfTurnOptions } from './turn/detector.ts';
export {
  defaultWaitLimits,
  judgeEndOfTurn,
  patienceMs,
  shortestEndOfTurnMs,
  type TurnEvidence,
  type WaitLimits,
} from './turn/judge.ts';
export { FakeVad } from './vad/fake-vad.ts';
export { loadVad } from './vad/silero.ts';
export {
  defaultVadOptions,
  type Vad,
  type VadOptions,
  type VadStream,
  windowMs,
  windowSamples,
} from './vad/vad.ts';
export { type ConsentTrouble, consentSentence, consentTrouble } from './voice/consent.ts';
export { readSoundFile } from './voice/sound-file.ts';
export {
  consentLimits,
  measureSample,
  type SampleReport,
  type SampleTrouble,
  sampleLimits,
  troubleOf,
} from './voice/voice-sample.ts';
