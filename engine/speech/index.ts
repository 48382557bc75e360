export { FakeInference, type FakeInferenceOptions } from './fake-inference.ts';
export { quietLiveKit } from './quiet.ts';
export type { Recognised } from './stt/listener.ts';
export { LocalStt, type LocalSttOptions } from './stt/local.ts';
export { ClauseSplitter, splitClauses } from './text/clauses.ts';
export { speakable } from './text/speakable.ts';
export { levelled, type Speech } from './tts/level.ts';
export { LocalTts, type LocalTtsOptions, spokenTextKey } from './tts/local.ts';
export {
  createPhraseCache,
  type PhraseCache,
  type PhraseCacheOptions,
  type PhraseKey,
  type PrepareOptions,
} from './tts/phrase-cache.ts';
export { isBackchannel } from './turn/backchannel.ts';
export { judgeEndOfTurn, longestPatienceMs, patienceMs, type TurnEvidence } from './turn/judge.ts';
export { LocalTurnDetector, type LocalTurnDetectorOptions } from './turn/local.ts';
export { FakeVad } from './vad/fake-vad.ts';
export { defaultVadOptions, loadVad, type VadOptions } from './vad/silero.ts';
export { tapVad } from './vad/tap.ts';
