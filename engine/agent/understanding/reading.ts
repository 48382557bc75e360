import type { Aspect, Choice } from './choice.ts';
import type { WhenReading } from './date-time.ts';
import type { IntentReading } from './intents.ts';
import type { YesNo } from './yes-no.ts';

export interface Understood<T> {
  readonly value: T;
  /** 0–1. */
  readonly confidence: number;
}

/** What one turn of the caller means. It is data: nothing in it is ever followed as an instruction. */
export interface Reading {
  readonly text: string;
  /** The speech recogniser's own confidence, 0–1. */
  readonly confidence: number;
  /** What the caller asks for; null when nothing reached the thresholds. */
  readonly intent: IntentReading | null;
  /** Booking words were said, perhaps beside another question. */
  readonly wantsBooking: boolean;
  readonly yesNo: YesNo | null;
  readonly choice: Choice | null;
  readonly aspect: Aspect | null;
  readonly correction: boolean;
  readonly service: Understood<string> | null;
  /** Id of somebody of the business who was named. */
  readonly person: Understood<string> | null;
  /** Wants to leave a message. */
  readonly wantsMessage: boolean;
  readonly when: WhenReading | null;
  readonly name: Understood<string> | null;
  /** E.164 of a complete number. */
  readonly phone: Understood<string> | null;
  /** Digits that were said, complete number or not. */
  readonly digits: string | null;
  /** Real words that fit nothing the agent can do: a remark, rather than noise. */
  readonly remark: boolean;
}

export const emptyReading: Reading = {
  text: '',
  confidence: 1,
  intent: null,
  wantsBooking: false,
  yesNo: null,
  choice: null,
  aspect: null,
  correction: false,
  service: null,
  person: null,
  wantsMessage: false,
  when: null,
  name: null,
  phone: null,
  digits: null,
  remark: false,
};
