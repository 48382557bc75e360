import type { ErrorCode } from '../foundation/index.ts';
import type {
  BookedAppointment,
  CallerContext,
  Expecting,
  Opening,
  ProfileSnapshot,
  TransferFailure,
} from './model.ts';
import type { DayRange, DayWindow } from './understanding/date-time.ts';
import type { Reading } from './understanding/reading.ts';

/** What the dialogue can ask. Values that belong to a question live in the state. */
export type Question =
  | 'how-can-i-help'
  | 'service'
  | 'day'
  | 'which-day'
  | 'offers'
  | 'name'
  | 'line-number'
  | 'phone'
  | 'phone-rest'
  | 'phone-keypad'
  | 'read-back'
  | 'what-to-change'
  | 'message-offer'
  | 'message'
  | 'anything-else';

/** What the dialogue can state. Every time, price and name in it comes from a tool, the snapshot or the caller. */
export type Line =
  | { readonly name: 'hello' }
  | { readonly name: 'not-caught' }
  | { readonly name: 'not-understood' }
  | { readonly name: 'cannot-help' }
  | { readonly name: 'hours' }
  | { readonly name: 'hours-of-day'; readonly day: string }
  | { readonly name: 'prices' }
  | { readonly name: 'price'; readonly serviceId: string }
  | { readonly name: 'services' }
  | { readonly name: 'address-unknown' }
  | { readonly name: 'no-person' }
  | { readonly name: 'connecting'; readonly personId: string }
  | { readonly name: 'not-connected'; readonly personId: string | null; readonly why: TransferFailure }
  | { readonly name: 'message-taken' }
  | { readonly name: 'no-changes' }
  | { readonly name: 'no-booking' }
  | { readonly name: 'identity' }
  | { readonly name: 'calm' }
  | { readonly name: 'welcome' }
  | { readonly name: 'acknowledge' }
  | { readonly name: 'correction' }
  | { readonly name: 'closed-day'; readonly day: string }
  | { readonly name: 'outside-hours'; readonly day: string }
  | { readonly name: 'past' }
  | { readonly name: 'not-free'; readonly day: string; readonly minute: number | null }
  | { readonly name: 'none-that-day'; readonly day: string }
  | { readonly name: 'none-at-all' }
  | { readonly name: 'none-earlier' }
  | { readonly name: 'none-later' }
  | { readonly name: 'phone-incomplete' }
  | { readonly name: 'failure'; readonly code: ErrorCode | null }
  | { readonly name: 'booked'; readonly appointment: BookedAppointment; readonly customerName: string }
  | { readonly name: 'nothing-booked' }
  | { readonly name: 'way-out' }
  | { readonly name: 'prompt' }
  | { readonly name: 'still-there' }
  | { readonly name: 'silent-goodbye' }
  | { readonly name: 'goodbye'; readonly booked: boolean };

/** What is read back and, after an explicit yes, booked: exactly these values. */
export interface BookingRequest {
  readonly serviceId: string;
  readonly startsAtMs: number;
  readonly customerName: string;
  readonly customerPhone: string;
}

export interface OpeningsRequest {
  readonly serviceId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** What the policy decides to do next. A tool move, a transfer too, is always the last of its list. */
export type Move =
  | { readonly kind: 'say'; readonly line: Line }
  | { readonly kind: 'ask'; readonly question: Exclude<Question, 'read-back'>; readonly wording: number }
  | { readonly kind: 'confirm'; readonly booking: BookingRequest; readonly wording: number }
  | { readonly kind: 'chat'; readonly text: string }
  | { readonly kind: 'find-openings'; readonly request: OpeningsRequest }
  | { readonly kind: 'book'; readonly request: BookingRequest }
  /** Only to a person of the snapshot. */
  | { readonly kind: 'transfer'; readonly targetId: string }
  | { readonly kind: 'end' };

/** What the policy answers to. */
export type DialogueEvent =
  | { readonly kind: 'reading'; readonly reading: Reading }
  | { readonly kind: 'openings'; readonly openings: readonly Opening[] }
  | { readonly kind: 'booked'; readonly appointment: BookedAppointment }
  | { readonly kind: 'tool-failed'; readonly code: ErrorCode | null }
  | { readonly kind: 'transfer-failed'; readonly why: TransferFailure }
  /** The agent cannot go on: the caller is put through. */
  | { readonly kind: 'hand-over'; readonly personId: string }
  | { readonly kind: 'silence'; readonly times: number };

/** When the caller wishes to come, put together from all turns. */
export interface Wish {
  readonly days: DayRange | null;
  readonly minute: number | null;
  readonly otherMinute: number | null;
  readonly window: DayWindow | null;
  readonly soonest: boolean;
}

/** A search under way: what its openings are to be held against. */
export interface Search {
  readonly serviceId: string;
  /** The single day that was asked for, if it was one. */
  readonly day: string | null;
  readonly stage: 'asked' | 'wider' | 'earlier' | 'later';
  /** Where the search ended, from which a wider one goes on. */
  readonly toMs: number;
}

export interface DialogueState {
  readonly pending: Question;
  /** The question as last put, how often it was not answered, and the wording to use next. */
  readonly asked: { readonly id: string; readonly failures: number; readonly wording: number };
  /** True once the caller wants an appointment. */
  readonly booking: boolean;
  readonly serviceId: string | null;
  /** A service that was only talked about ("how much is a filling?"). */
  readonly topicId: string | null;
  readonly wish: Wish;
  /** The opening that the caller took, as a tool returned it. */
  readonly chosen: Opening | null;
  readonly name: string | null;
  readonly phone: string | null;
  /** True once the caller did not want the number they call from to be used. */
  readonly lineNumberRefused: boolean;
  /** Digits of a phone number that came in pieces. */
  readonly digits: string;
  readonly offers: readonly Opening[];
  /** What was read back last and may be agreed to; cleared by every change. */
  readonly readBack: BookingRequest | null;
  readonly search: Search | null;
  /** An opening that was lost to somebody else during this call; it is not offered again. */
  readonly lostMs: number | null;
  readonly waitingFor: 'openings' | 'booking' | 'transfer' | null;
  /** Whom the caller was last to be put through to. */
  readonly personId: string | null;
  /** What the caller wants to be passed on, in their words. */
  readonly message: string | null;
  readonly booked: BookedAppointment | null;
  readonly ended: boolean;
}

/** What stays the same during the call, and the time now. */
export interface Facts {
  readonly snapshot: ProfileSnapshot;
  readonly caller: CallerContext;
  readonly nowMs: number;
}

export interface Decision {
  readonly state: DialogueState;
  readonly moves: readonly Move[];
}

export const noWish: Wish = { days: null, minute: null, otherMinute: null, window: null, soonest: false };

export const startState = (caller: CallerContext): DialogueState => ({
  pending: 'how-can-i-help',
  asked: { id: 'how-can-i-help', failures: 0, wording: 0 },
  booking: false,
  serviceId: null,
  topicId: null,
  wish: noWish,
  chosen: null,
  name: caller.name,
  phone: null,
  lineNumberRefused: false,
  digits: '',
  offers: [],
  readBack: null,
  search: null,
  lostMs: null,
  waitingFor: null,
  personId: null,
  message: null,
  booked: null,
  ended: false,
});

/** What turn-taking should expect next. */
export function expectingOf(state: DialogueState): Expecting {
  if (state.ended) return 'nothing';
  return expectations[state.pending];
}

const expectations: Readonly<Record<Question, Expecting>> = {
  'how-can-i-help': 'open',
  service: 'choice',
  day: 'date-time',
  'which-day': 'date-time',
  offers: 'choice',
  name: 'name',
  'line-number': 'yes-no',
  phone: 'digits',
  'phone-rest': 'digits',
  'phone-keypad': 'digits',
  'read-back': 'yes-no',
  'what-to-change': 'open',
  'message-offer': 'yes-no',
  message: 'open',
  'anything-else': 'open',
};

export const say = (line: Line): Move => ({ kind: 'say', line });
