import type { Aspect, Choice } from './choice.ts';
import type { WhenReading } from './date-time.ts';
import type { IntentReading, Meant } from './intents.ts';
import type { OrderReading } from './menu.ts';
import type { NameReading } from './names.ts';
import type { SlotReading } from './slots.ts';
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
  /** Two wishes that are equally near, where none was clear; the likelier one first. */
  readonly between: readonly [Meant, Meant] | null;
  /** Booking words were said, perhaps beside another question. */
  readonly wantsBooking: boolean;
  readonly yesNo: YesNo | null;
  /** A yes that nothing else can be meant by; only it has an effect. */
  readonly clearYes: boolean;
  readonly choice: Choice | null;
  readonly aspect: Aspect | null;
  readonly correction: boolean;
  readonly service: Understood<string> | null;
  /** Another service that was named beside it: "a cleaning and also a whitening". */
  readonly also: string | null;
  /** Id of somebody of the business who was named. */
  readonly person: Understood<string> | null;
  /** Somebody is asked for whom the business does not know, or a number of the caller's own. */
  readonly stranger: boolean;
  /** Wants to leave a message. */
  readonly wantsMessage: boolean;
  /** Id of a skill of the playbook that is asked for. */
  readonly skill: Understood<string> | null;
  /** What is to be done with an appointment that there is already. */
  readonly change: 'reschedule' | 'cancel' | 'check' | null;
  /** Id of an emergency of the playbook whose words were said. */
  readonly emergency: string | null;
  readonly urgent: boolean;
  /** "Never mind": what is under way is not wanted any more. */
  readonly dropped: boolean;
  /** Only the people of the business can look into it. */
  readonly forStaff: boolean;
  /** It is put as a question. */
  readonly question: boolean;
  /** Items of the menu that are named. */
  readonly order: OrderReading | null;
  /** Values for the slots that the dialogue has open, by their ids. */
  readonly slots: Readonly<Record<string, SlotReading>>;
  readonly when: WhenReading | null;
  /** The new time of an appointment that is moved: "… from Tuesday to Thursday at two". */
  readonly toWhen: WhenReading | null;
  /** The caller does not have what was asked for. */
  readonly hasNone: boolean;
  readonly name: (Understood<string> & Pick<NameReading, 'part'>) | null;
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
  between: null,
  wantsBooking: false,
  yesNo: null,
  clearYes: false,
  choice: null,
  aspect: null,
  correction: false,
  service: null,
  also: null,
  person: null,
  stranger: false,
  wantsMessage: false,
  skill: null,
  change: null,
  emergency: null,
  urgent: false,
  dropped: false,
  forStaff: false,
  question: false,
  order: null,
  slots: {},
  when: null,
  toWhen: null,
  hasNone: false,
  name: null,
  phone: null,
  digits: null,
  remark: false,
};
