import type { CallerTurn } from './hearing.ts';
import type { Receptionist } from './model.ts';
import type { AgentSessionEvents, SessionTurn } from './session-model.ts';

type Told = Pick<SessionTurn, 'speaker' | 'text' | 'startedAtMs' | 'endedAtMs'> & Partial<SessionTurn>;

/** What a conversation tells of itself: its turns in order, and what is understood when that has changed. */
export class TurnRecord {
  readonly #on: Pick<AgentSessionEvents, 'turn' | 'slots'>;
  readonly #receptionist: Pick<Receptionist, 'slots'>;
  #understood = '';

  constructor(on: Pick<AgentSessionEvents, 'turn' | 'slots'>, receptionist: Pick<Receptionist, 'slots'>) {
    this.#on = on;
    this.#receptionist = receptionist;
  }

  /** The record keeps whole milliseconds; the leg and the VAD count in fractions. */
  turn(turn: Told): void {
    const startedAtMs = Math.round(turn.startedAtMs);
    const endedAtMs = Math.round(turn.endedAtMs);
    const plain = { confidence: null, interrupted: false, latency: null };
    this.#on.turn({ ...plain, ...turn, startedAtMs, endedAtMs });
  }

  caller({ text, confidence, startedAtMs, endedAtMs }: Omit<CallerTurn, 'sttMs'>): void {
    if (text) this.turn({ speaker: 'caller', text, startedAtMs, endedAtMs, confidence });
  }

  understood(): void {
    const understood = this.#receptionist.slots();
    const now = JSON.stringify(understood);
    if (!understood || now === this.#understood) return;
    this.#understood = now;
    this.#on.slots(understood);
  }

  voiceMessage(): void {
    this.#on.slots({ skill: 'message', slots: { message: '(spoken: it is in the recording)' } });
  }
}
