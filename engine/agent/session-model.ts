import type { Clock, Log } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { LegRateHz, LegTimes } from '../media/index.ts';
import type { CallRecogniser, RecogniserEvents, Speaker, Vad } from '../speech/index.ts';
import type { TranscriptTurn } from '../store/index.ts';
import type { HandBack, ProfileSnapshot, Receptionist, TransferFailure } from './model.ts';

/** A call's audio in both directions, as a media leg gives it. Listeners are never taken off again. */
export interface CallAudio {
  /** 20 ms of the caller's audio, mono: 160 samples at 8 kHz or 320 at 16 kHz. */
  onAudio(listener: (samples: Int16Array, sampleRateHz: LegRateHz) => void): void;
  onDtmf(listener: (key: string) => void): void;
  /** A stretch was played to its end, or cut by `clear`. */
  onPlayed(
    listener: (stretch: { readonly id: number; readonly playedMs: number; readonly cut: boolean }) => void,
  ): void;
  play(stretch: { readonly id: number; readonly samples: Int16Array; readonly sampleRateHz: number }): void;
  finish(id: number): void;
  clear(): void;
  /** What is played is lower while on. */
  soften(on: boolean): void;
  times(): LegTimes;
}

/** One side's completed contribution; of an interrupted agent turn only what was heard. */
export type SessionTurn = Omit<TranscriptTurn, 'id' | 'callId' | 'position'>;

export interface AgentSessionEvents {
  /** Exactly once a turn, in order. */
  turn(turn: SessionTurn): void;
  /** The caller's words so far; '' when they turned out to be none. */
  interim(text: string): void;
  /** What is understood has changed. */
  slots(understood: { readonly skill: string; readonly slots: Readonly<Record<string, string>> }): void;
  /** The caller has heard, to the end, that they are being connected. The session is paused from then on. */
  transfer(targetId: string): void;
  /** Everything was said: hang up. At most once. `failed` when the agent had to give up. */
  endCall(failed: boolean): void;
}

export interface AgentSessionOptions {
  readonly audio: CallAudio;
  readonly receptionist: Receptionist;
  readonly snapshot: ProfileSnapshot;
  /** Loaded once for the process. */
  readonly vad: Vad;
  /** Opens the call's recogniser; it is closed with the session. */
  readonly recognise: (events: RecogniserEvents) => CallRecogniser;
  readonly endOfTurn: Pick<Inference, 'endOfTurn' | 'completeness'>;
  readonly speaker: Speaker;
  readonly clock: Clock;
  readonly log: Log;
  readonly on: AgentSessionEvents;
  /** How long it may go on; absent: half an hour. */
  readonly longestMs?: number;
  /** Ends the session like `stop`. */
  readonly signal: AbortSignal;
}

export interface AgentCallSession {
  /**
   * The agent neither answers nor speaks until `resume`. Resolves when what it was saying has been heard, or is
   * cut after `withinMs`. Idempotent.
   */
  pause(withinMs: number): Promise<void>;
  /** After a transfer that did not come about, or a person who has talked in its place, the agent says so. */
  resume(after: TransferFailure | HandBack | null): void;
  /** A line of the caller's that was typed, in place of one that was spoken. */
  type(text: string): void;
  /** Idempotent. A sentence of the caller that was not answered any more is still reported. */
  stop(): Promise<void>;
}
