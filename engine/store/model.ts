/** The nouns that the store keeps. Times are UTC milliseconds; money is in minor units (cents). */

export type Industry = 'healthcare' | 'restaurant' | 'services' | 'retail' | 'other';
export type TenantStatus = 'trial' | 'active' | 'suspended';

/** Opening hours of one weekday, minutes since local midnight; a day may have several spans. */
export interface OpenSpan {
  /** 1 = Monday … 7 = Sunday (ISO 8601). */
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly industry: Industry;
  readonly status: TenantStatus;
  /** IANA zone, for example America/New_York. */
  readonly timeZone: string;
  /** BCP 47, for example en-US. */
  readonly language: string;
  readonly createdAtMs: number;
}

/** A phone number reached through a trunk (DID). */
export interface PhoneNumber {
  /** E.164 with +. */
  readonly number: string;
  readonly tenantId: string;
  readonly label: string;
  readonly active: boolean;
}

/** A SIP connection to a carrier or PBX; `address` trunks are known by where they send from. */
export interface Trunk {
  readonly id: string;
  readonly name: string;
  readonly kind: 'address' | 'digest';
  /** IP address, for `address` trunks. */
  readonly address: string | null;
  /** User name and HA1 (RFC 7616 §3.4.2, MD5 of user:realm:password), for `digest` trunks. */
  readonly username: string | null;
  readonly ha1: string | null;
}

export interface AgentProfile {
  readonly agentName: string;
  /** Profession template the profile came from, for example `dentist`. */
  readonly profession: string;
  /** What the agent says first; spoken from cache. */
  readonly greeting: string;
  /** Model id of the voice. */
  readonly voice: string;
  readonly skills: readonly string[];
  /** Extra instructions for open conversation. */
  readonly prompt: string;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  /** Other words callers use for it, for example "cleaning" for "check-up and cleaning". */
  readonly aliases: readonly string[];
  readonly durationMinutes: number;
  readonly priceMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Somebody or something that is booked: a dentist, a chair, a table. */
export interface Staff {
  readonly id: string;
  readonly name: string;
}

export type AppointmentStatus = 'booked' | 'cancelled';

export interface Appointment {
  readonly id: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly staffId: string;
  readonly staffName: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly customerName: string;
  /** E.164 with +. */
  readonly customerPhone: string;
  readonly status: AppointmentStatus;
  /** The call that booked it; null when booked at the desk. */
  readonly callId: string | null;
  readonly createdAtMs: number;
}

export type CallState =
  | 'invited'
  | 'ringing'
  | 'answered'
  | 'transferring'
  | 'ended'
  | 'rejected'
  | 'cancelled';

/** How a call ended, in one word for lists and counts. */
export type CallOutcome = 'booked' | 'answered' | 'abandoned' | 'interrupted' | 'refused' | 'failed';

export interface Call {
  readonly id: string;
  /** SIP Call-ID of the caller's leg. */
  readonly sipCallId: string;
  readonly direction: 'inbound' | 'outbound';
  /** E.164 with +, or null when withheld. */
  readonly callerNumber: string | null;
  readonly calledNumber: string;
  readonly callerName: string | null;
  readonly state: CallState;
  readonly outcome: CallOutcome | null;
  readonly startedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Path of the stereo recording, relative to the data directory. */
  readonly recording: string | null;
}

/** Durations of one agent turn, milliseconds; null where a stage did not run. */
export interface TurnLatency {
  /** Last voiced packet in → first voiced packet out, as the media leg saw them. */
  readonly totalMs: number | null;
  /** Last voiced packet in → the turn was committed. */
  readonly endOfTurnMs: number | null;
  readonly sttMs: number | null;
  readonly understandingMs: number | null;
  readonly ttsMs: number | null;
}

/** One side's completed contribution, as it is kept in the transcript. */
export interface TranscriptTurn {
  readonly id: string;
  readonly callId: string;
  /** Order within the call, from 0. */
  readonly position: number;
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Mean token probability of the recogniser, 0–1; null for the agent's words. */
  readonly confidence: number | null;
  /** True when the caller talked over it and the rest was not heard. */
  readonly interrupted: boolean;
  readonly latency: TurnLatency | null;
}
