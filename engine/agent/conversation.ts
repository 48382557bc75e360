import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BargeInJudge,
  createBargeInJudge,
  defaultWaitLimits,
  isBackchannel,
  type Recognised,
} from '../speech/index.ts';
import { Anticipation } from './anticipation.ts';
import { CallAudioOutput, type SpokenStretch } from './audio-output.ts';
import { untilTooLong } from './call-length.ts';
import { DeadAirGuard } from './dead-air.ts';
import { one, oneAndEnd, readyFiller, readyLines, recordedLine, timeUp, wayOut } from './failure-lines.ts';
import { type CallerTurn, Hearing, wordsOf } from './hearing.ts';
import { Keypad } from './keypad.ts';
import type { HandBack, Heard, Saying, TransferFailure } from './model.ts';
import { Reply, speakReply } from './reply.ts';
import type { AgentCallSession, AgentSessionOptions } from './session-model.ts';
import { SilenceWatch } from './silence-watch.ts';
import { TurnClock } from './turn-clock.ts';
import { TurnRecord } from './turn-record.ts';
import { VoiceMessage } from './voice-message.ts';

/** A backchannel in the last moments of a question may be its answer. */
const answerWithinMs = 1000;
const pausePollMs = 20;

type Sayings = (signal: AbortSignal) => AsyncIterable<Saying>;

/** The voice loop of one call. Made and started by `startAgentSession`. */
export class Conversation implements AgentCallSession {
  readonly #options: AgentSessionOptions;
  readonly #hearing: Hearing;
  readonly #output: CallAudioOutput;
  readonly #bargeIn: BargeInJudge;
  readonly #deadAir: DeadAirGuard;
  readonly #anticipation: Anticipation;
  readonly #record: TurnRecord;
  readonly #keypad = new Keypad((keys) => void this.#keysComplete(keys));
  readonly #closing = new AbortController();
  /** What the agent says now, or is about to. */
  #reply: Reply | null = null;
  #message: VoiceMessage | null = null;
  /** Monotonic; when the last sound of the agent's, and of the caller's, was over. */
  #quietSinceMs: number;
  readonly #silence: SilenceWatch;
  /** In a row; a proper answer makes up for them. */
  #failures = 0;
  /** Somebody else has the caller: the agent neither answers nor speaks. What the caller says to them meanwhile. */
  #away = false;
  readonly #overheard: string[] = [];
  #ended = false;

  constructor(options: AgentSessionOptions) {
    const { audio, receptionist, snapshot, clock } = options;
    this.#options = options;
    this.#quietSinceMs = clock.monotonicMs();
    this.#anticipation = new Anticipation(options);
    this.#record = new TurnRecord(options.on, receptionist);
    this.#output = new CallAudioOutput({
      audio,
      clock,
      onStarted: () => this.#stretchStarted(),
      onFinished: (stretch) => this.#stretchFinished(stretch),
    });
    this.#silence = new SilenceWatch({
      isBusy: () =>
        this.#isBusy() || this.#output.speaking || this.#keypad.collecting || this.#hearing.speaking,
      onSilence: (count) => this.#say(() => receptionist.silence(count)),
    });
    this.#bargeIn = createBargeInJudge({ answering: () => this.#isNearlyDone() });
    this.#deadAir = new DeadAirGuard({
      clock,
      quietSinceMs: () => {
        if (this.#output.audible) this.#quietSinceMs = clock.monotonicMs() + this.#output.soundsForMs;
        return this.#quietSinceMs;
      },
      onFill: (count) => this.#fill(count),
      onGiveUp: () => this.#failed('answer', new Error('no answer came in time')),
    });
    this.#hearing = new Hearing({
      ...options,
      expecting: () => receptionist.expecting(),
      expected: () => receptionist.listensFor?.() ?? null,
      limits: snapshot.speech?.turnTaking ?? defaultWaitLimits,
      on: {
        onSound: (event) => this.#hear(event),
        onInterim: (text) => options.on.interim(text),
        onUtterance: (recognised) => this.#read(recognised),
        onStable: (heard) => this.#anticipate(heard),
        onWords: ({ text }) => this.#count(text),
        onNothing: () => this.#goOn(),
        onTurn: (turn) => void this.#answer(turn),
        onOverdue: () => this.#owe(),
        onError: (error) => this.#unheard(error),
      },
    });
    audio.onDtmf((key) => this.#press(key));
  }

  start(): void {
    const { receptionist, speaker, snapshot, log, signal } = this.#options;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    if (signal.aborted) void this.stop();
    if (this.#closed) return;
    // A caller's name in it is not kept.
    speaker.keep(snapshot.greeting);
    this.#say(() => one(receptionist.greeting()));
    this.#windUp().catch(() => {});
    // Not awaited: the greeting need not wait for words that may never be needed.
    speaker
      .prepare(readyLines, { priority: 'greeting', signal: this.#closing.signal })
      .catch((error: unknown) => {
        if (!this.#closed) log.warn({ err: error }, 'the lines for trouble could not be made ready');
      });
  }

  /** Not while somebody talks with the caller in the agent's place, and nothing that ends the call by itself is cut. */
  async #windUp(): Promise<void> {
    const mayEnd = (): boolean => !(this.#deaf || this.#message || this.#reply?.afterwards);
    await untilTooLong({ longestMs: this.#options.longestMs, mayEnd, signal: this.#closing.signal });
    this.#say(() => timeUp(this.#options.receptionist));
  }

  async stop(): Promise<void> {
    if (this.#closed) return;
    this.#closing.abort();
    this.#leave();
    this.#reply?.giveUp();
    this.#anticipation.forget();
    this.#message?.stop();
    const rest = this.#hearing.takeRest();
    this.#hearing.close();
    this.#output.close();
    if (rest) this.#record.caller(rest);
  }

  async pause(withinMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#leave();
    const untilMs = clock.monotonicMs() + withinMs;
    while (this.#isBusy() && !this.#closed && clock.monotonicMs() < untilMs) await sleep(pausePollMs);
    if (!this.#away) return;
    this.#reply?.giveUp();
    await this.#output.cut();
  }

  resume(after: TransferFailure | HandBack | null): void {
    if (!this.#away || this.#closed) return;
    const said = this.#overheard.splice(0).join(' ');
    this.#away = false;
    this.#silence.reset();
    if (after) this.#say(() => this.#options.receptionist.returned(after, said));
    else this.#awaitSilence();
  }

  type(text: string): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const turn = { text, confidence: 1, startedAtMs: nowMs, endedAtMs: nowMs, sttMs: null };
    void this.#answer(turn, clock.monotonicMs());
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Nothing new is begun. */
  get #deaf(): boolean {
    return this.#closed || this.#ended || this.#away;
  }

  #leave(): void {
    this.#away = true;
    this.#keypad.stop();
    this.#deadAir.paid();
    this.#silence.stop();
  }

  /** Something is heard, or is on its way to be. */
  #isBusy(): boolean {
    const { speaking, held } = this.#output;
    // As the leg tells it, which on a busy machine is behind the clock.
    return (speaking && !held) || (this.#isReplying() && !this.#reply?.made);
  }

  readonly #isReplying = (): boolean => this.#reply !== null && !this.#reply.over;
  readonly #mayBeInterrupted = (): boolean => !this.#away && this.#reply?.afterwards === null;
  readonly #isNearlyDone = (): boolean => this.#output.remainingMs <= answerWithinMs;

  #hear(event: Parameters<ConstructorParameters<typeof Hearing>[0]['on']['onSound']>[0]): void {
    const { clock } = this.#options;
    this.#message?.hear(event);
    if (event.kind === 'ended') this.#output.soften(false);
    if (this.#deaf) return;
    if (event.kind === 'started') {
      this.#silence.stop();
      this.#deadAir.paid();
      this.#anticipation.forget();
      // At once, before it is clear whether it is meant to stop the agent.
      if (this.#output.audible && this.#mayBeInterrupted()) this.#output.soften(true);
    } else if (event.kind === 'ended') {
      if (!this.#output.speaking) this.#bargeIn.reset();
      this.#awaitSilence();
    } else {
      if (event.voiced) this.#quietSinceMs = clock.monotonicMs();
      if (this.#output.audible && this.#mayBeInterrupted() && this.#bargeIn.hear(event) === 'stop') {
        void this.#output.hold();
      }
    }
  }

  /** Words of an utterance that is still being spoken. */
  #read({ text, confidence }: Recognised): void {
    if (this.#deaf || !this.#output.audible || !this.#mayBeInterrupted()) return;
    if (this.#bargeIn.read(text, confidence) === 'stop') void this.#output.hold();
  }

  /** Words spoken into the agent's sentence count unless they only say "I am listening". */
  #count(text: string): boolean {
    const counts = !(this.#output.speaking && !this.#isNearlyDone() && isBackchannel(text));
    if (!counts) this.#goOn();
    else this.#bargeIn.reset();
    return counts;
  }

  /** It was not meant to stop the agent: the sentence goes on where it was. */
  #goOn(): void {
    this.#bargeIn.reset();
    if (this.#deaf) return;
    if (this.#output.held && !this.#hearing.speaking) this.#output.resume();
    else if (!this.#isReplying()) this.#output.finish();
    else if (!this.#reply?.made) this.#deadAir.owe();
  }

  #press(key: string): void {
    if (this.#deaf) return;
    if (this.#message) this.#message.stop();
    else {
      if (this.#mayBeInterrupted()) void this.#interrupt();
      this.#keypad.press(key);
    }
  }

  async #keysComplete(keys: string): Promise<void> {
    const { clock, receptionist } = this.#options;
    await this.#interrupt();
    this.#silence.reset();
    const nowMs = clock.nowMs();
    this.#record.turn({ speaker: 'caller', text: keys, startedAtMs: nowMs, endedAtMs: nowMs });
    this.#owe();
    this.#say((signal) => receptionist.keypad(keys, signal));
  }

  /** A turn of the caller is complete. The agent's turn that it interrupted is told before it. */
  async #answer(turn: CallerTurn, typedMs: number | null = null): Promise<void> {
    const { audio, clock, receptionist } = this.#options;
    const replies = !this.#deaf && !this.#message && (this.#reply?.afterwards ?? null) === null;
    const lastVoicedInMs = typedMs ?? audio.times().lastVoicedInMs;
    const turnClock = new TurnClock({ lastVoicedInMs, committedMs: clock.monotonicMs(), sttMs: turn.sttMs });
    // A filler is no answer: what is said now goes on from it.
    if (replies && this.#isReplying()) await this.#interrupt();
    this.#record.caller(turn);
    if (this.#away) this.#overheard.push(turn.text);
    if (!replies || this.#deaf) return;
    this.#silence.reset();
    this.#owe();
    void this.#perform(new Reply(turnClock), (signal) => receptionist.reply(wordsOf(turn), signal));
  }

  async #interrupt(): Promise<void> {
    this.#reply?.giveUp();
    this.#bargeIn.reset();
    await this.#output.cut();
  }

  #anticipate(heard: Heard): void {
    if (!this.#deaf && !this.#message && !this.#output.audible) this.#anticipation.expect(heard);
  }

  /** Says something that is not the reply to a spoken turn. */
  #say(sayings: Sayings): void {
    if (!this.#deaf) void this.#perform(new Reply(null), sayings);
  }

  async #perform(reply: Reply, sayings: Sayings): Promise<void> {
    const { speaker, clock } = this.#options;
    this.#reply?.giveUp();
    this.#reply = reply;
    const parts = {
      ...{ speaker, output: this.#output, ahead: this.#anticipation, nowMs: () => clock.monotonicMs() },
      // A caller who goes on is not talked over: their words come first.
      mayBegin: () => (reply.clock ? this.#hearing.quiet(reply.signal) : Promise.resolve()),
    };
    try {
      await speakReply(reply, sayings(reply.signal), parts);
    } catch (error) {
      if (!reply.over) this.#failed('answer', error);
      return;
    } finally {
      this.#record.understood();
    }
    if (reply.over) return;
    reply.made = true;
    this.#deadAir.paid();
    if (this.#output.speaking) this.#output.finish();
    else this.#afterwards(reply);
  }

  #stretchStarted(): void {
    this.#silence.stop();
    const { audio, clock } = this.#options;
    this.#reply?.clock?.firstAudio(clock.monotonicMs(), audio.times().lastVoicedInMs);
  }

  #stretchFinished({ text, startedAtMs, endedAtMs, interrupted }: SpokenStretch): void {
    const { audio, clock } = this.#options;
    const reply = this.#reply;
    this.#quietSinceMs = clock.monotonicMs();
    reply?.clock?.firstVoicedOut(audio.times().firstVoicedOutMs);
    if (text) {
      // What was said of one's own accord, an apology for example, makes up for nothing.
      if (reply?.clock && reply.made) this.#failures = 0;
      const latency = reply?.clock?.latency() ?? null;
      this.#record.turn({ speaker: 'agent', text, startedAtMs, endedAtMs, interrupted, latency });
    }
    this.#bargeIn.reset();
    if (reply?.made && !interrupted) this.#afterwards(reply);
    this.#awaitSilence();
  }

  /** Everything was heard to its end. */
  #afterwards(reply: Reply): void {
    const { afterwards } = reply;
    if (this.#reply === reply) this.#reply = null;
    if (afterwards === null || reply.over || this.#closed) return;
    if (afterwards.kind === 'end-call') this.#endCall(afterwards.failed ?? false);
    else if (this.#deaf) return;
    else if (afterwards.kind === 'record-message') this.#takeMessage();
    else {
      this.#leave();
      this.#options.on.transfer(afterwards.targetId);
    }
  }

  #endCall(failed: boolean): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#deadAir.paid();
    this.#silence.stop();
    this.#options.on.endCall(failed);
  }

  /** The caller speaks their message into the recording: no model is needed for it. */
  #takeMessage(): void {
    this.#silence.stop();
    this.#record.voiceMessage();
    this.#message = new VoiceMessage(() => {
      this.#message = null;
      this.#say(() => oneAndEnd(recordedLine));
    });
    this.#output.say(VoiceMessage.tone, '');
    this.#output.finish();
  }

  #owe(): void {
    if (!this.#deaf && !this.#message && !this.#output.audible) this.#deadAir.owe();
  }

  #fill(count: number): void {
    const { speaker, log } = this.#options;
    const filler = readyFiller(speaker, count);
    log.info({ count, isReady: filler !== null }, 'the caller waits');
    if (filler) this.#output.say(filler.speech, filler.text);
  }

  /** Words of the caller's are lost. What the agent was saying goes on. */
  #unheard(error: unknown): void {
    if (this.#isReplying()) {
      this.#options.log.warn({ err: error }, 'what the caller said meanwhile could not be recognised');
      this.#goOn();
    } else this.#failed('stt', error);
  }

  #failed(stage: 'stt' | 'answer', error: unknown): void {
    const { receptionist, log } = this.#options;
    if (this.#deaf || this.#message) return;
    this.#failures++;
    log.error({ err: error, stage, failures: this.#failures }, 'a part of the conversation failed');
    this.#reply?.giveUp();
    // With no voice left for the last words the call ends without them.
    if (this.#failures > 3) this.#endCall(true);
    else this.#say(() => wayOut(this.#failures, receptionist));
  }

  #awaitSilence(): void {
    if (this.#deaf || this.#message) this.#silence.stop();
    else this.#silence.begin();
  }
}
