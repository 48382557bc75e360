import { type llm, type VAD, type VADEvent, VADEventType, voice } from '@livekit/agents';
import {
  defaultVadOptions,
  isBackchannel,
  LocalStt,
  LocalTts,
  LocalTurnDetector,
  type Recognised,
  tapVad,
} from '../speech/index.ts';
import { CallAudioInput } from './audio-input.ts';
import { CallAudioOutput, type SpokenStretch } from './audio-output.ts';
import { apologyLine, isFailureLine, one, oneAndEnd, troubleLine } from './failure-lines.ts';
import { Keypad } from './keypad.ts';
import type { Saying, TransferFailure } from './model.ts';
import type { AgentCallSession, AgentSessionOptions, SessionTurn } from './session-model.ts';
import { silentReply, spokenWords } from './spoken-words.ts';
import { TurnClock } from './turn-clock.ts';
import { createVoiceSession, ReceptionistAgent, shortestEndOfTurnMs } from './voice-session.ts';

const times = {
  /** Voiced time before any sound of the caller's stops the agent. */
  wordlessBargeInMs: 900,
  /** A backchannel in the last moments of a question may be its answer. */
  backchannelMs: 1000,
  silenceMs: 8000,
  pausePollMs: 20,
  stopMs: 3000,
} as const;

/** The voice loop of one call. Made and started by `startAgentSession`. */
export class Conversation implements AgentCallSession {
  readonly #options: AgentSessionOptions;
  readonly #session: voice.AgentSession;
  readonly #input: CallAudioInput;
  readonly #output: CallAudioOutput;
  readonly #stt: LocalStt;
  readonly #detector: LocalTurnDetector;
  readonly #tts: LocalTts;
  #handle: voice.SpeechHandle | null = null;
  /** The reply that is being made, and the one that is being heard. */
  #making: TurnClock | null = null;
  #hearing: TurnClock | null = null;
  #lastFinal: Recognised | null = null;
  #callerFromMs: number | null = null;
  #callerToMs = 0;
  #reported: string | null = null;
  #understood = '';
  readonly #keypad = new Keypad((keys) => this.#keysComplete(keys));
  #silences = 0;
  #silenceTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Somebody else has the caller: the agent neither answers nor speaks. */
  #away = false;
  #ended = false;
  #stopping: Promise<void> | null = null;

  constructor(options: AgentSessionOptions) {
    const { audio, receptionist, inference, snapshot, phrases, vad, clock, log } = options;
    const vadThreshold = defaultVadOptions.threshold;
    this.#options = options;
    this.#input = new CallAudioInput(audio);
    this.#output = new CallAudioOutput({
      audio,
      clock,
      onStarted: () => this.#stretchStarted(),
      onFinished: (stretch) => this.#stretchFinished(stretch),
    });
    this.#stt = new LocalStt({
      inference,
      language: snapshot.language,
      vadThreshold,
      withhold: (text) => this.#output.remainingMs > times.backchannelMs && isBackchannel(text),
      onFinal: (recognised) => {
        this.#lastFinal = recognised;
      },
      onError: (error) => this.#failed('stt', error),
    });
    this.#tts = new LocalTts({
      phrases,
      voice: snapshot.voice,
      onError: (error) => this.#failed('tts', error),
    });
    this.#detector = new LocalTurnDetector({
      inference,
      expecting: () => receptionist.expecting(),
      settled: () => this.#stt.settled(),
      lastFinal: () => this.#lastFinal?.text ?? '',
      vadThreshold,
      shortestMs: shortestEndOfTurnMs,
      clock,
      log,
    });
    this.#session = this.#createSession(tapVad(vad, (event) => this.#hear(event)));
    audio.onDtmf((key) => {
      if (this.#stopping || this.#ended || this.#away) return;
      this.#interrupt();
      this.#keypad.press(key);
    });
  }

  async start(): Promise<void> {
    const { receptionist, phrases, snapshot, log, signal } = this.#options;
    const voiceOf = { voice: snapshot.voice };
    await this.#session.start({ agent: new ReceptionistAgent(this), record: false });
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    if (signal.aborted) return this.stop();
    const greeting = receptionist.greeting();
    phrases.keep(greeting, voiceOf);
    this.#say(() => one(greeting));
    // Not awaited: the greeting need not wait for words that may never be needed.
    void phrases
      .prepare([apologyLine, troubleLine], { ...voiceOf, priority: 'greeting', signal })
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'the apologies could not be made ready');
      });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async pause(withinMs: number): Promise<void> {
    this.#leave();
    if (this.#handle && !this.#handle.done() && !this.#handle.interrupted)
      this.#handle.allowInterruptions = false;
    const untilMs = this.#options.clock.monotonicMs() + withinMs;
    while (this.#speaking() && !this.#stopping && this.#options.clock.monotonicMs() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, times.pausePollMs));
    }
    if (this.#away) this.#output.clearBuffer();
  }

  resume(failed: TransferFailure | null): void {
    if (!this.#away || this.#stopping) return;
    this.#away = false;
    this.#silences = 0;
    if (failed) this.#say(() => this.#options.receptionist.transferFailed(failed));
    else this.#awaitSilence();
  }

  #leave(): void {
    this.#away = true;
    this.#keypad.stop();
    clearTimeout(this.#silenceTimer);
  }

  /** Something is heard, or is on its way to be. */
  #speaking(): boolean {
    return (
      this.#output.playing || (this.#handle !== null && !this.#handle.done() && !this.#handle.interrupted)
    );
  }

  /** A turn of the caller is complete. The agent's turn that it interrupted is told before it. */
  commit(message: llm.ChatMessage): void {
    const { audio, clock } = this.#options;
    if (!this.#away) this.#output.clearBuffer();
    this.#making = new TurnClock({
      lastVoicedInMs: audio.times().lastVoicedInMs,
      committedMs: clock.monotonicMs(),
      sttMs: this.#lastFinal?.modelMs ?? null,
    });
    this.#report(message);
    this.#silences = 0;
    this.#detector.turnCommitted();
    this.#lastFinal = null;
  }

  /** The reply to the turn that was committed last, as text that arrives while it is being decided. */
  answer(chatCtx: llm.ChatContext): ReadableStream<string> {
    const message = chatCtx.items.findLast((item) => item.type === 'message' && item.role === 'user');
    const heard =
      message?.type === 'message'
        ? { text: message.textContent ?? '', confidence: message.transcriptConfidence ?? 1 }
        : { text: '', confidence: 0 };
    const handle = this.#handle;
    if (this.#away) return silentReply();
    return this.#words((signal) => this.#options.receptionist.reply(heard, signal), { handle: () => handle });
  }

  #createSession(vad: VAD): voice.AgentSession {
    const session = createVoiceSession({
      vad,
      stt: this.#stt,
      tts: this.#tts,
      detector: this.#detector,
      inference: this.#options.inference,
    });
    session.input.audio = this.#input;
    session.output.audio = this.#output;
    session.on(voice.AgentSessionEventTypes.SpeechCreated, ({ speechHandle }) => {
      this.#handle = speechHandle;
    });
    session.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript, isFinal }) => {
      if (!isFinal) this.#options.on.interim(transcript);
    });
    session.on(voice.AgentSessionEventTypes.ConversationItemAdded, ({ item }) => {
      // A turn that was not answered any more, because the call ended, comes only here.
      if (item.type === 'message' && item.role === 'user') this.#report(item);
    });
    session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
      this.#options.log.error({ err: error }, 'the voice session reported an error');
    });
    return session;
  }

  #hear(event: VADEvent): void {
    this.#stt.hear(event);
    this.#detector.hear(event);
    if (this.#away) return;
    if (event.type === VADEventType.START_OF_SPEECH) {
      this.#callerFromMs ??= this.#options.clock.nowMs() - event.speechDuration;
      clearTimeout(this.#silenceTimer);
    } else if (event.type === VADEventType.END_OF_SPEECH) {
      this.#callerToMs = this.#options.clock.nowMs() - event.silenceDuration;
      this.#awaitSilence();
    } else if (event.speaking && event.speechDuration >= times.wordlessBargeInMs && this.#output.playing) {
      // Speech that the recogniser has no words for yet must not be talked over either.
      if (event.rawAccumulatedSpeech > 0) this.#interrupt();
    }
  }

  #report(message: llm.ChatMessage): void {
    if (this.#reported === message.id) return;
    this.#reported = message.id;
    const { clock } = this.#options;
    const text = message.textContent ?? '';
    const endedAtMs = this.#callerToMs || clock.nowMs();
    const startedAtMs = Math.min(this.#callerFromMs ?? endedAtMs, endedAtMs);
    this.#callerFromMs = null;
    if (!text) return;
    const confidence = message.transcriptConfidence ?? null;
    this.#tellTurn({ speaker: 'caller', text, startedAtMs, endedAtMs, confidence });
  }

  /** The record keeps whole milliseconds; the leg and the VAD count in fractions. */
  #tellTurn(
    turn: Pick<SessionTurn, 'speaker' | 'text' | 'startedAtMs' | 'endedAtMs'> & Partial<SessionTurn>,
  ): void {
    const startedAtMs = Math.round(turn.startedAtMs);
    const endedAtMs = Math.round(turn.endedAtMs);
    const plain = { confidence: null, interrupted: false, latency: null };
    this.#options.on.turn({ ...plain, ...turn, startedAtMs, endedAtMs });
  }

  #stretchStarted(): void {
    clearTimeout(this.#silenceTimer);
    this.#making?.firstAudio(this.#options.clock.monotonicMs());
    this.#hearing = this.#making;
    this.#making = null;
  }

  #stretchFinished({ text, startedAtMs, endedAtMs, interrupted }: SpokenStretch): void {
    const latency = this.#hearing?.latency(this.#options.audio.times().firstVoicedOutMs) ?? null;
    this.#hearing = null;
    if (text) {
      if (!isFailureLine(text)) this.#failures = 0;
      this.#tellTurn({ speaker: 'agent', text, startedAtMs, endedAtMs, interrupted, latency });
    }
    this.#awaitSilence();
  }

  /** Turns sayings into text for the synthesiser, one line each. Failures become an apology. */
  #words(
    sayings: (signal: AbortSignal) => AsyncIterable<Saying>,
    speech: { readonly handle: () => voice.SpeechHandle | null },
  ): ReadableStream<string> {
    const { phrases, snapshot, clock, log } = this.#options;
    const clockOfTurn = this.#making;
    return spokenWords(sayings, {
      say: (saying) => {
        if (saying.fixed) phrases.keep(saying.text, { voice: snapshot.voice });
        clockOfTurn?.understood(clock.monotonicMs());
      },
      endCall: () => this.#endCallAfter(speech.handle()),
      transfer: (targetId) => this.#transferAfter(speech.handle(), targetId),
      failed: (error) => {
        log.error({ err: error }, 'the receptionist could not answer');
        this.#failures++;
        if (this.#failures > 1) this.#endCallAfter(speech.handle());
        return this.#failures === 1 ? apologyLine : troubleLine;
      },
      over: () => this.#tellSlots(),
    });
  }

  /** Says something that is not the reply to a spoken turn. */
  #say(sayings: (signal: AbortSignal) => AsyncIterable<Saying>): void {
    if (this.#stopping || this.#ended || this.#away) return;
    const speech: { handle: voice.SpeechHandle | null } = { handle: null };
    this.#making = null;
    speech.handle = this.#session.say(this.#words(sayings, { handle: () => speech.handle }));
  }

  /** A goodbye is never cut: from now on nothing interrupts this speech, and the call ends after it. */
  #endCallAfter(handle: voice.SpeechHandle | null): void {
    if (!handle) {
      this.#endCall();
      return;
    }
    if (!handle.interrupted) handle.allowInterruptions = false;
    handle.addDoneCallback(() => {
      if (!handle.interrupted) this.#endCall();
    });
  }

  /** Like a goodbye: heard to its end, and only then the caller is put through. */
  #transferAfter(handle: voice.SpeechHandle | null, targetId: string): void {
    const transfer = (): void => {
      if (this.#ended || this.#stopping || this.#away) return;
      this.#leave();
      this.#options.on.transfer(targetId);
    };
    if (!handle) {
      transfer();
      return;
    }
    if (!handle.interrupted) handle.allowInterruptions = false;
    handle.addDoneCallback(() => {
      if (!handle.interrupted) transfer();
    });
  }

  #endCall(): void {
    if (this.#ended || this.#stopping) return;
    this.#ended = true;
    clearTimeout(this.#silenceTimer);
    this.#options.on.endCall();
  }

  #interrupt(): void {
    if (this.#handle?.allowInterruptions && !this.#handle.interrupted) this.#session.interrupt();
  }

  /** A model failed: the caller hears an apology, then that it is hopeless; silence is never the answer. */
  #failed(stage: 'stt' | 'tts', error: unknown): void {
    if (this.#stopping || this.#ended || this.#away) return;
    this.#failures++;
    this.#options.log.error({ err: error, stage, failures: this.#failures }, 'a model failed in a call');
    if (this.#failures > 2) {
      this.#endCall();
      return;
    }
    const line = this.#failures === 1 ? apologyLine : troubleLine;
    this.#say(() => (line === troubleLine ? oneAndEnd(line) : one(line)));
  }

  #tellSlots(): void {
    const understood = this.#options.receptionist.slots();
    const now = JSON.stringify(understood);
    if (!understood || now === this.#understood) return;
    this.#understood = now;
    this.#options.on.slots(understood);
  }

  #awaitSilence(): void {
    clearTimeout(this.#silenceTimer);
    if (this.#stopping || this.#ended || this.#away) return;
    this.#silenceTimer = setTimeout(() => {
      const { agentState, userState } = this.#session;
      const busy = this.#output.playing || this.#keypad.collecting || userState === 'speaking';
      if (busy || agentState !== 'listening') return this.#awaitSilence();
      this.#silences++;
      this.#say(() => this.#options.receptionist.silence(this.#silences));
    }, times.silenceMs);
  }

  #keysComplete(keys: string): void {
    const { clock, receptionist } = this.#options;
    if (this.#handle?.interrupted) this.#output.clearBuffer();
    this.#silences = 0;
    const nowMs = clock.nowMs();
    this.#tellTurn({ speaker: 'caller', text: keys, startedAtMs: nowMs, endedAtMs: nowMs });
    this.#say((signal) => receptionist.keypad(keys, signal));
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#silenceTimer);
    this.#keypad.stop();
    this.#output.close();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, times.stopMs);
    });
    const closed = this.#session.close().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'the voice session did not close cleanly');
    });
    await Promise.race([closed, tooLong]);
    clearTimeout(timer);
    this.#session.removeAllListeners();
    await this.#stt.close();
    await this.#input.close();
  }
}
