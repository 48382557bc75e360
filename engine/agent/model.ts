import type { Expected } from '../inference/index.ts';
import type {
  CallerPreferences,
  Holiday,
  OpenSpan,
  Playbook,
  Service,
  SpeechSettings,
  SubmissionKind,
} from '../store/index.ts';

/** What one call knows of the business: frozen when the call is answered. */
export interface ProfileSnapshot {
  readonly tenantId: string;
  readonly tenantName: string;
  /** IANA zone in which times are understood and spoken. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly language: string;
  readonly agentName: string;
  readonly greeting: string;
  /** Model id of the local voice. */
  readonly voice: string;
  /** How it speaks and takes turns; the usual where left out. */
  readonly speech?: SpeechSettings;
  readonly skills: readonly string[];
  readonly prompt: string;
  readonly hours: readonly OpenSpan[];
  /** Days with other hours, or none. */
  readonly holidays?: readonly Holiday[];
  readonly services: readonly Service[];
  /** Whom callers may be put through to; the first is meant where nobody is named. Nobody where left out. */
  readonly people?: readonly Person[];
  /** Whether the call is recorded, so that a message can be spoken into it. */
  readonly recorded?: boolean;
  /** Skills of the business's own, emergencies, menu, address; none where left out. */
  readonly playbook?: Playbook;
  /** Whether there are documents to answer from. */
  readonly knows?: boolean;
}

/** Somebody, or a place like the front desk, that callers are put through to. */
export interface Person {
  readonly id: string;
  /** As it is spoken: "Dr. Lee", "the front desk". */
  readonly name: string;
  readonly aliases: readonly string[];
}

/** How the agent gets the caller back from somebody of the staff: given, or left alone with them. */
export type HandBack = 'given-back' | 'left-alone';

/** Why somebody could not be put through. */
export type TransferFailure = 'busy' | 'no-answer' | 'declined' | 'unavailable';

export interface CallerContext {
  /** E.164 with +, null when withheld. */
  readonly number: string | null;
  readonly name: string | null;
  readonly earlierCalls: number;
  /** What may be spoken to whoever calls from this number: a first name, no more. */
  readonly spokenName?: string | null;
  /** When they mostly come: offered first, and not spoken of. */
  readonly usualPartOfDay?: CallerPreferences['partOfDay'];
  /** Of their last calls, the latest first; for open conversation with whoever has shown who they are. */
  readonly lastSummaries?: readonly string[];
}

/** A bookable span, as the tools offer it. */
export interface Opening {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

export interface BookedAppointment {
  readonly id: string;
  readonly serviceName: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly staffName: string;
  /** Noted, but not promised: somebody of the business has to agree first. */
  readonly awaitsApproval?: true;
}

/** An appointment that a caller has shown to be theirs. */
export interface FoundAppointment extends BookedAppointment {
  readonly serviceId: string;
}

/** What a form of the playbook has taken down, to be kept as one. */
export interface SubmissionRequest {
  readonly skillId: string;
  readonly kind: SubmissionKind;
  readonly customerName: string | null;
  readonly customerPhone: string | null;
  readonly urgent: boolean;
  readonly fields: readonly { readonly id: string; readonly label: string; readonly value: string }[];
  /** Sum of the menu's prices that was read back; null where nothing has a price. */
  readonly totalMinor: number | null;
}

/** The only effects that an agent has on the world. They reject with a VoxboxError that has a spoken line. */
export interface ReceptionistTools {
  /** Openings for a service that start in [fromMs, toMs), earliest first. */
  findOpenings(request: {
    readonly serviceId: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  }): Promise<readonly Opening[]>;
  /** Keeps an opening for this call while the rest is asked for; replaces the one that it kept before. */
  hold(request: {
    readonly serviceId: string;
    readonly startsAtMs: number;
  }): Promise<{ readonly expiresAtMs: number }>;
  /** @throws VoxboxError `opening_taken` or `outside_hours` */
  book(request: {
    readonly serviceId: string;
    readonly startsAtMs: number;
    readonly customerName: string;
    readonly customerPhone: string;
    /** What else was asked for: "party size" → "4". */
    readonly details?: Readonly<Record<string, string>>;
  }): Promise<BookedAppointment>;
  /** Coming ones of whoever has both this name and this number, earliest first. */
  findAppointments(request: {
    readonly customerName: string;
    readonly customerPhone: string;
  }): Promise<readonly FoundAppointment[]>;
  /** Only one that `findAppointments` returned. @throws VoxboxError `opening_taken`, `outside_hours`, `not_found` */
  reschedule(request: {
    readonly appointmentId: string;
    readonly startsAtMs: number;
  }): Promise<BookedAppointment>;
  /** Only one that `findAppointments` returned. @throws VoxboxError `not_found` */
  cancel(request: { readonly appointmentId: string }): Promise<BookedAppointment>;
  submit(request: SubmissionRequest): Promise<{ readonly id: string }>;
  /** From the business's documents; null where nothing fits: kept for the owner then, where `keep` says so. */
  lookUp(request: { readonly question: string; readonly keep: boolean }): Promise<Answer | null>;
  doNotCall(request: { readonly number: string }): Promise<{ readonly number: string }>;
}

/** An answer, and where it comes from. */
export interface Answer {
  readonly text: string;
  readonly passageIds: readonly string[];
}

/** What the recogniser made of one turn of the caller. */
export interface Heard {
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  /** What it may have been instead, the most probable first; none where nothing was listened for. */
  readonly alternatives?: readonly string[];
}

/** What the dialogue waits for; turn-taking is more patient with digits and names than with a yes. */
export type Expecting = 'open' | 'yes-no' | 'name' | 'digits' | 'date-time' | 'choice' | 'nothing';

/** The dialogue's way to the caller's ear and to the line. */
export type Saying =
  | {
      readonly kind: 'say';
      readonly text: string;
      /** True for words that stay the same from call to call and may be kept as ready audio. */
      readonly fixed: boolean;
    }
  /** Put the caller through when everything before it has been heard. */
  | { readonly kind: 'transfer'; readonly targetId: string }
  /** Let the caller speak a message into the call's recording. */
  | { readonly kind: 'record-message' }
  /** `failed`: the agent gives up, because of trouble of its own. */
  | { readonly kind: 'end-call'; readonly failed?: true };

/** The receptionist's mind for one call: text in, sayings out. It knows neither audio nor SIP. */
export interface Receptionist {
  greeting(): string;
  /** Answers one committed turn of the caller. The iterable may wait for tools and models between sayings. */
  reply(heard: Heard, signal?: AbortSignal): AsyncIterable<Saying>;
  /**
   * What the reply would begin with if this were the whole turn, so that its audio can be made ahead. It reads
   * only: nothing changes, nothing is booked.
   */
  anticipate?(heard: Heard, signal: AbortSignal): Promise<readonly string[]>;
  /** The way out when hearing or answering has failed twice: a person, a message in the recording, or the end. */
  handOver?(): AsyncIterable<Saying>;
  /** Answers keys pressed by the caller (a whole group, for example a phone number). */
  keypad(keys: string, signal?: AbortSignal): AsyncIterable<Saying>;
  /** The caller has said nothing for a while. `times` counts from 1 since the caller last spoke. */
  silence(times: number): AsyncIterable<Saying>;
  /**
   * The caller is back from a transfer that did not come about, or from somebody of the staff who has talked in the
   * agent's place. `said`: what the caller said to them, as far as it was heard.
   */
  returned(after: TransferFailure | HandBack, said: string): AsyncIterable<Saying>;
  /** What the staff want the agent to go by in its next turn. It is data, and is never read out. */
  hint(text: string): void;
  expecting(): Expecting;
  /** What the caller will probably say; null where anything may come. */
  listensFor?(): Expected | null;
  /** Id of the question that is open: "name", "slot:message". */
  asks?(): string;
  /** What is understood so far, in words for the screen. */
  slots(): { readonly skill: string; readonly slots: Readonly<Record<string, string>> } | null;
}
