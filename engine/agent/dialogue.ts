import type { ErrorCode } from '../foundation/index.ts';
import type {
  Answer,
  BookedAppointment,
  CallerContext,
  FoundAppointment,
  HandBack,
  Opening,
  ProfileSnapshot,
  SubmissionRequest,
  TransferFailure,
} from './model.ts';
import type { DayRange, DayWindow } from './understanding/date-time.ts';
import type { Meant } from './understanding/intents.ts';
import type { NoSuchDate } from './understanding/no-such-date.ts';
import type { Reading } from './understanding/reading.ts';
import type { SlotValue } from './understanding/slots.ts';

/** What the dialogue can ask. Values that belong to a question live in the state. */
export type Question =
  | 'how-can-i-help'
  | 'which-wish'
  | 'service'
  | 'day'
  | 'which-day'
  | 'offers'
  | 'name'
  | 'line-number'
  | 'phone'
  | 'phone-rest'
  /** The area code, the next three digits, the last four: which of them follows from the digits so far. */
  | 'phone-part'
  | 'phone-keypad'
  | 'read-back'
  | 'what-to-change'
  | 'message-offer'
  /** A value of a form, or of a booking of this business: which one stands in the state. */
  | 'slot'
  | 'form-read-back'
  | 'form-change'
  | 'which-change'
  | 'appointment-name'
  | 'appointment-phone'
  | 'appointment-day'
  | 'which-appointment'
  | 'change-read-back'
  | 'anything-else';

/** Questions that read an effect back: only a yes to one of them has it. */
export type ReadBack = Extract<Question, 'read-back' | 'form-read-back' | 'change-read-back'>;

/** What the dialogue can state. Every time, price and name in it comes from a tool, the snapshot or the caller. */
export type Line =
  | { readonly name: 'hello' }
  | { readonly name: 'not-caught' }
  | { readonly name: 'not-understood' }
  | { readonly name: 'cannot-help' }
  | { readonly name: 'hours' }
  | { readonly name: 'hours-of-day'; readonly day: string }
  | { readonly name: 'prices' }
  | { readonly name: 'price'; readonly serviceIds: readonly string[] }
  | { readonly name: 'duration'; readonly serviceId: string }
  | { readonly name: 'menu-price'; readonly itemIds: readonly string[] }
  | { readonly name: 'menu' }
  | { readonly name: 'services' }
  | { readonly name: 'address' }
  | { readonly name: 'address-unknown' }
  | { readonly name: 'no-person' }
  | { readonly name: 'connecting'; readonly personId: string }
  | { readonly name: 'not-connected'; readonly personId: string | null; readonly why: TransferFailure }
  | { readonly name: 'no-changes' }
  | { readonly name: 'not-found-appointment' }
  | { readonly name: 'appointment-is'; readonly appointment: FoundAppointment }
  | { readonly name: 'moved'; readonly appointment: BookedAppointment }
  | { readonly name: 'cancelled'; readonly appointment: BookedAppointment }
  | { readonly name: 'kept-appointment' }
  | { readonly name: 'submitted'; readonly skillId: string }
  | { readonly name: 'dropped' }
  | { readonly name: 'after-this' }
  | { readonly name: 'emergency'; readonly id: string }
  | { readonly name: 'not-called' }
  | { readonly name: 'which-number-not-to-call' }
  | { readonly name: 'no-advice' }
  | { readonly name: 'private' }
  | { readonly name: 'wrong-number' }
  | { readonly name: 'answer'; readonly answer: Answer }
  | { readonly name: 'do-not-know' }
  | { readonly name: 'for-staff' }
  | { readonly name: 'no-booking' }
  | { readonly name: 'identity' }
  | { readonly name: 'calm' }
  | { readonly name: 'welcome' }
  | { readonly name: 'acknowledge' }
  | { readonly name: 'also'; readonly serviceId: string }
  | { readonly name: 'correction' }
  /** A value of the read-back that is another now. */
  | { readonly name: 'changed'; readonly label: string; readonly words: string }
  | { readonly name: 'closed-day'; readonly day: string }
  | { readonly name: 'outside-hours'; readonly day: string }
  | { readonly name: 'past' }
  | { readonly name: 'no-such-date'; readonly date: NoSuchDate }
  | { readonly name: 'not-free'; readonly day: string; readonly minute: number | null }
  | { readonly name: 'none-that-day'; readonly day: string }
  | { readonly name: 'none-at-all' }
  | { readonly name: 'none-earlier' }
  | { readonly name: 'none-later' }
  | { readonly name: 'phone-incomplete' }
  | { readonly name: 'failure'; readonly code: ErrorCode | null }
  | { readonly name: 'booked'; readonly appointment: BookedAppointment; readonly customerName: string }
  | { readonly name: 'nothing-booked' }
  | { readonly name: 'way-out' | 'kept-for-callback' | 'kept-without-number' }
  | { readonly name: 'no-time' | 'no-time-for-callback' | 'no-time-without-number' }
  | { readonly name: HandBack }
  | { readonly name: 'prompt' }
  | { readonly name: 'still-there' }
  | { readonly name: 'silent-goodbye' }
  | { readonly name: 'goodbye'; readonly booked: boolean };

export interface BookingRequest {
  readonly serviceId: string;
  readonly startsAtMs: number;
  readonly customerName: string;
  readonly customerPhone: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** What is read back and, after an explicit yes, done: exactly this. */
export type Effect =
  | { readonly kind: 'book'; readonly request: BookingRequest }
  | {
      readonly kind: 'reschedule';
      readonly request: { readonly appointmentId: string; readonly startsAtMs: number };
      readonly appointment: FoundAppointment;
    }
  | {
      readonly kind: 'cancel';
      readonly request: { readonly appointmentId: string };
      readonly appointment: FoundAppointment;
    }
  | { readonly kind: 'submit'; readonly request: SubmissionRequest };

export interface OpeningsRequest {
  readonly serviceId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** What a tool is asked for. */
export type ToolMove =
  | { readonly kind: 'find-openings'; readonly request: OpeningsRequest }
  | {
      readonly kind: 'find-appointments';
      readonly request: { readonly customerName: string; readonly customerPhone: string };
    }
  | { readonly kind: 'look-up'; readonly request: { readonly question: string; readonly keep: boolean } }
  | { readonly kind: 'do-not-call'; readonly request: { readonly number: string } }
  | {
      readonly [K in Effect['kind']]: { kind: K; request: Extract<Effect, { kind: K }>['request'] };
    }[Effect['kind']];

/** What the policy decides to do next. A tool move, a transfer too, is always the last of its list. */
export type Move =
  | { readonly kind: 'say'; readonly line: Line }
  | { readonly kind: 'ask'; readonly question: Exclude<Question, ReadBack>; readonly wording: number }
  | { readonly kind: 'confirm'; readonly effect: Effect; readonly wording: number }
  | { readonly kind: 'chat'; readonly text: string }
  | ToolMove
  /** Only to a person of the snapshot. */
  | { readonly kind: 'transfer'; readonly targetId: string }
  | { readonly kind: 'end' };

const toolKinds: ReadonlySet<Move['kind']> = new Set([
  'find-openings',
  'find-appointments',
  'look-up',
  'do-not-call',
  'book',
  'reschedule',
  'cancel',
  'submit',
] satisfies ToolMove['kind'][]);

export const isTool = (move: Move): move is ToolMove => toolKinds.has(move.kind);

/** What the policy answers to. */
export type DialogueEvent =
  | { readonly kind: 'reading'; readonly reading: Reading }
  | { readonly kind: 'openings'; readonly openings: readonly Opening[] }
  | { readonly kind: 'appointments'; readonly appointments: readonly FoundAppointment[] }
  | { readonly kind: 'booked' | 'rescheduled' | 'cancelled'; readonly appointment: BookedAppointment }
  | { readonly kind: 'submitted' }
  | { readonly kind: 'answered'; readonly answer: Answer | null }
  | { readonly kind: 'not-called' }
  | { readonly kind: 'tool-failed'; readonly code: ErrorCode | null }
  | { readonly kind: 'transfer-failed'; readonly why: TransferFailure }
  | { readonly kind: 'handed-back'; readonly how: HandBack }
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

/** A skill of the playbook under way; a caller's name and number are the dialogue's own. */
export interface FormState {
  readonly skillId: string;
  readonly values: Readonly<Record<string, SlotValue>>;
  /** Optional ones that the caller left out. */
  readonly skipped: readonly string[];
  readonly urgent: boolean;
}

/** An appointment that is to be moved, cancelled or told of: first the caller shows that it is theirs. */
export interface ChangeState {
  readonly what: 'reschedule' | 'cancel' | 'check' | null;
  /** As the caller said it now: what the box knows of the number proves nothing. */
  readonly name: string | null;
  readonly phone: string | null;
  /** The number that the call comes from was named: the day has to be told too. */
  readonly phoneOfLine: boolean;
  readonly days: DayRange | null;
  readonly found: readonly FoundAppointment[];
  readonly appointment: FoundAppointment | null;
  /** How often nothing was found. */
  readonly misses: number;
}

/** What can be wanted besides what is under way; it comes up afterwards. */
export type Wanted =
  | { readonly kind: 'book'; readonly serviceId: string | null }
  | { readonly kind: 'form'; readonly skillId: string }
  | { readonly kind: 'change'; readonly what: ChangeState['what'] };

/** Why a call ends without what it was for: it is not understood any more, has no time that suits, or fell silent. */
export type Rescue = 'rescue' | 'no-time-rescue' | 'silent-rescue';

export interface DialogueState {
  readonly pending: Question;
  /** The question as last put, how often it was not answered, and the wording to use next. */
  readonly asked: { readonly id: string; readonly failures: number; readonly wording: number };
  /** How often each question was put in the whole call. */
  readonly timesAsked: Readonly<Record<string, number>>;
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
  readonly readBack: Effect | null;
  /** Which value is asked for while `slot` is pending. */
  readonly slotId: string | null;
  /** Values that bookings of this business need besides the usual ones. */
  readonly details: Readonly<Record<string, SlotValue>>;
  readonly skipped: readonly string[];
  readonly form: FormState | null;
  readonly change: ChangeState | null;
  /** The appointment that gets a new time, once it is known. */
  readonly moving: FoundAppointment | null;
  /** In the order in which they were asked for. */
  readonly later: readonly Wanted[];
  /** Emergencies that were spoken of already. */
  readonly warned: readonly string[];
  /** A question that nothing was found for. */
  readonly unanswered: string | null;
  /** What was said that may mean two things, while it is asked which. */
  readonly between: { readonly reading: Reading; readonly meant: readonly [Meant, Meant] } | null;
  /** In words, what the caller came for and could not get. */
  readonly unfinished: string | null;
  readonly search: Search | null;
  /** An opening that was lost to somebody else during this call; it is not offered again. */
  readonly lostMs: number | null;
  /** With a rescue, what was understood is being kept. */
  readonly waitingFor: ToolMove['kind'] | 'transfer' | Rescue | null;
  /** Whom the caller was last to be put through to. */
  readonly personId: string | null;
  /** What was taken down and kept, for the screen. */
  readonly submitted: { readonly skillId: string; readonly words: Readonly<Record<string, string>> } | null;
  readonly booked: BookedAppointment | null;
  /** The appointment that was booked, moved or told of last: it needs no other proof. */
  readonly theirs: FoundAppointment | null;
  /** The caller has shown that the number they call from is theirs: what is remembered of it may be spoken of. */
  readonly shown: boolean;
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
  timesAsked: {},
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
  submitted: null,
  slotId: null,
  details: {},
  skipped: [],
  form: null,
  change: null,
  moving: null,
  later: [],
  warned: [],
  unanswered: null,
  between: null,
  unfinished: null,
  booked: null,
  theirs: null,
  shown: false,
  ended: false,
});

/** A booking, a form or a change is under way. */
export const isBusy = ({ booking, form, change }: DialogueState): boolean =>
  booking || form !== null || change !== null;

export const say = (line: Line): Move => ({ kind: 'say', line });
