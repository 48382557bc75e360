import { type llm, type VAD, voice } from '@livekit/agents';
import type { Inference } from '../inference/index.ts';
import { LocalLlm } from '../llm/index.ts';
import { type LocalStt, type LocalTts, type LocalTurnDetector, longestPatienceMs } from '../speech/index.ts';

/**
 * Silence, as the VAD counts it, that ends a turn when nothing speaks against it. The network lets go of a
 * voice some 150 ms after its last sound, so the caller has been silent for longer by that.
 */
export const shortestEndOfTurnMs = 200;

/** Voiced time before the caller's words stop the agent. */
const bargeInMs = 220;

/** What LiveKit asks for when a turn of the caller is complete. */
interface Answering {
  commit(message: llm.ChatMessage): void;
  answer(chatCtx: llm.ChatContext): ReadableStream<string>;
}

/** Hands the committed turns to the receptionist and streams its words; LiveKit does the timing. */
export class ReceptionistAgent extends voice.Agent {
  readonly #conversation: Answering;

  constructor(conversation: Answering) {
    super({ instructions: '' });
    this.#conversation = conversation;
  }

  override async onUserTurnCompleted(_chatCtx: llm.ChatContext, message: llm.ChatMessage): Promise<void> {
    this.#conversation.commit(message);
  }

  override async llmNode(chatCtx: llm.ChatContext): Promise<ReadableStream<string>> {
    return this.#conversation.answer(chatCtx);
  }
}

/** LiveKit's session with our parts; every default that would reach for its cloud or change the words is replaced. */
export const createVoiceSession = (parts: {
  readonly vad: VAD;
  readonly stt: LocalStt;
  readonly tts: LocalTts;
  readonly detector: LocalTurnDetector;
  readonly inference: Inference;
}): voice.AgentSession =>
  new voice.AgentSession({
    vad: parts.vad,
    stt: parts.stt,
    llm: new LocalLlm({ inference: parts.inference }),
    tts: parts.tts,
    aecWarmupDuration: null,
    userAwayTimeout: null,
    transcriptionTimeout: null,
    ttsTextTransforms: null,
    useTtsAlignedTranscript: false,
    connOptions: { maxUnrecoverableErrors: Number.POSITIVE_INFINITY },
    turnHandling: {
      turnDetection: parts.detector,
      endpointing: { mode: 'fixed', minDelay: shortestEndOfTurnMs, maxDelay: longestPatienceMs },
      interruption: {
        enabled: true,
        mode: 'vad',
        minDuration: bargeInMs,
        minWords: 1,
        resumeFalseInterruption: false,
        backchannelBoundary: null,
      },
      preemptiveGeneration: { enabled: false },
    },
  });
