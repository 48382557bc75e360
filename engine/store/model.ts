/** The nouns that the store keeps. Times are UTC milliseconds; money is in minor units (cents). */

export type * from './calendar-model.ts';

export type Industry = 'healthcare' | 'restaurant' | 'services' | 'retail' | 'other';
export type TenantStatus = 'trial' | 'active' | 'suspended';
/** Whether calls are recorded, and whether they are told so before anything else. */
export type RecordingPolicy = 'announced' | 'silent' | 'off';

/** How a business's callers speak, and by which clock it lives. */
export interface Region {
  /** BCP 47, for example en-US. */
  readonly language: string;
  /** IANA zone, for example America/New_York. */
  readonly timeZone: string;
}

export interface Tenant extends Region {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly industry: Industry;
  readonly status: TenantStatus;
  readonly recording: RecordingPolicy;
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

/**
 * How the box knows the other side of a trunk: by the address it sends from, by the password it answers
 * a challenge with, or by the registration that the box itself keeps there.
 */
export type TrunkKind = 'address' | 'digest' | 'registration';
export type TrunkTransport = 'udp' | 'tcp' | 'tls';
export type TrunkCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus';
export type TrunkSrtp = 'off' | 'optional' | 'required';
export type TrunkDtmf = 'rfc4733' | 'info' | 'inband';

/** A SIP connection to a carrier or PBX. */
export interface Trunk {
  readonly id: string;
  readonly name: string;
  readonly kind: TrunkKind;
  /** Id of the preset it was made from. */
  readonly preset: string;
  readonly enabled: boolean;
  /** A line test runs: its calls are echoed and cost no tenant anything. */
  readonly underTest: boolean;
  /** The first of `addresses`. */
  readonly address: string | null;
  /** Where it sends from: IP addresses and CIDR ranges. */
  readonly addresses: readonly string[];
  /** User name and HA1 (RFC 7616 §3.4.2, MD5 of user:realm:password) that it answers our challenge with. */
  readonly username: string | null;
  readonly ha1: string | null;
  /** Where calls go out to; null for a trunk that only rings in. */
  readonly host: string | null;
  /** Null: by DNS (RFC 3263), else the transport's own. */
  readonly port: number | null;
  readonly transport: TrunkTransport;
  /** `host[:port]` that requests are sent to in place of `host`. */
  readonly outboundProxy: string | null;
  /** Name and password for challenges of the other side; the password lies sealed beside it. */
  readonly authUsername: string | null;
  readonly hasPassword: boolean;
  readonly registerIntervalS: number;
  /** Best first. */
  readonly codecs: readonly TrunkCodec[];
  readonly srtp: TrunkSrtp;
  readonly dtmf: TrunkDtmf;
  /** E.164 with +, shown on outgoing calls; null: the tenant's own number. */
  readonly callerId: string | null;
  /** Calls at the same time, both ways; null: as many as the box carries. */
  readonly maxCalls: number | null;
  /** Lower first. */
  readonly priority: number;
}

/** A telephone that signs in with the box. */
export interface Phone {
  readonly id: string;
  readonly tenantId: string;
  readonly username: string;
  readonly ha1: string;
  readonly label: string;
  /** Two to six digits, for example 101; one of a kind within the tenant. */
  readonly extension: string;
  readonly createdAtMs: number;
}

/** Where a phone can be reached at present (RFC 3261 §10). */
export interface PhoneBinding {
  /** User name of the phone. */
  readonly aor: string;
  readonly contact: string;
  /** "udp/address:port" that it came from: the next hop behind NAT. */
  readonly flow: string;
  readonly expiresAtMs: number;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent: string | null;
}

export interface RingGroup {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** User names of phones, or E.164 numbers; in their order. */
  readonly members: readonly string[];
  readonly strategy: 'all' | 'in-turn';
  /** How long the group rings, or each member of it in turn. */
  readonly ringS: number;
}

/** Somebody or something that callers are put through to. */
export interface TransferTarget {
  readonly id: string;
  readonly tenantId: string;
  /** As it is spoken, for example "Dr. Lee". */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: 'phone' | 'number' | 'ring-group';
  /** User name of a phone, an E.164 number, or the id of a ring group. */
  readonly target: string;
}

/** A SIP source that is not answered for a while. */
export interface Ban {
  /** IP address. */
  readonly address: string;
  readonly reason: string;
  /** How often it was banned so far; each time lasts longer. */
  readonly count: number;
  readonly bannedAtMs: number;
  readonly untilMs: number;
}

/** What a tenant's outgoing calls may reach and cost. */
export interface OutboundPolicy {
  /** ISO 3166-1 alpha-2. */
  readonly allowedCountries: readonly string[];
  readonly callsPerHour: number;
  /** That are set up or go on together. */
  readonly callsAtOnce: number;
  readonly spendPerDayMinor: number;
  readonly pricePerMinuteMinor: number;
}

export interface OutboundUse {
  readonly callsLastHour: number;
  /** In the last 24 hours. */
  readonly spentTodayMinor: number;
}

/** What happens to a call that comes while the box is full. */
export interface OverflowPolicy {
  readonly kind: 'busy' | 'unavailable' | 'message' | 'ring-group';
  readonly ringGroupId: string | null;
  /** Told to the caller's side with 503 (RFC 3261 §20.33). */
  readonly retryAfterS: number;
}

/** What happens to a call from outside that comes outside the opening hours. */
export interface ClosedPolicy {
  readonly kind: 'agent' | 'message' | 'ring-group' | 'busy';
  readonly ringGroupId: string | null;
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

/** What a provider is asked for: speech to text, text to speech, text. */
export type ProviderKind = 'stt' | 'tts' | 'llm';

/** One place in a tenant's chain of providers; its key lies sealed beside it. */
export interface ProviderSetting {
  readonly id: string;
  readonly provider: 'local' | 'deepgram' | 'cartesia' | 'elevenlabs' | 'openai';
  /** Null: the usual one of the provider. */
  readonly model: string | null;
  /** The provider's own id of a voice; of `tts` only. */
  readonly voice: string | null;
  /** Null: the provider's own address. */
  readonly baseUrl: string | null;
  readonly hasKey: boolean;
}

/** How one word or name is said: `Siobhan` → `shiv awn`. */
export interface Pronunciation {
  /** As it is written: a whole word or several, whatever their case. */
  readonly word: string;
  /** As it is said. */
  readonly spoken: string;
}

/** How long the agent waits, from the caller's last sound, before it answers. */
export interface TurnTaking {
  /** At least: an answer that comes sooner seems to interrupt. */
  readonly floorMs: number;
  /** At most, however unfinished the caller sounds. */
  readonly ceilingMs: number;
}

/** Services that copy a person's voice. */
export type VoiceVendor = 'cartesia' | 'elevenlabs';

/** How the agent speaks and takes turns. Its local voice is `AgentProfile.voice`. */
export interface SpeechSettings {
  /** 1 is the voice's own; 0.7 to 1.3. */
  readonly speed: number;
  readonly pronunciations: readonly Pronunciation[];
  readonly turnTaking: TurnTaking;
  /** A copied voice that speaks in place of the local one, which stands in when the service fails. */
  readonly clonedVoice: { readonly vendor: VoiceVendor; readonly voice: string } | null;
}

/** The copy of a person's voice that a service keeps, made with that person's recorded consent. */
export interface ClonedVoice {
  readonly id: string;
  readonly name: string;
  readonly vendor: VoiceVendor;
  /** The service's own id of it. */
  readonly voice: string;
  readonly consent: Consent;
  readonly createdAtMs: number;
}

/** Who agreed to what, and when; the recording of it lies beside. */
export interface Consent {
  readonly speaker: string;
  /** The sentence that was to be read. */
  readonly sentence: string;
  /** What was recognised in the recording. */
  readonly heard: string;
  readonly atMs: number;
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
export type CallOutcome =
  | 'booked'
  /** The caller left a message. */
  | 'message'
  /** The caller was put through, and the call ended with a person. */
  | 'transferred'
  | 'answered'
  | 'abandoned'
  | 'interrupted'
  | 'refused'
  | 'failed';

/** How one leg of a call sounded. */
export interface LegQuality {
  /** `caller`, or the id of another leg. */
  readonly leg: string;
  readonly codec: string | null;
  readonly srtp: boolean;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** 0–1. */
  readonly lossFraction: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | null;
  /** 1–5, estimated (ITU-T G.107); null where nothing was received. */
  readonly mos: number | null;
  /** What the other side reported of ours (RFC 3550 §6.4), 0–1. */
  readonly remoteLossFraction: number | null;
}

/** The caller's leg, and the other legs of the call. */
export interface CallQuality extends Omit<LegQuality, 'leg'> {
  readonly legs: readonly LegQuality[];
}

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
  /** Somebody of the house tried the agent. */
  readonly practice: boolean;
  /** Null until the call is over. */
  readonly quality: CallQuality | null;
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
  /** First audio handed to the leg → first voiced packet out. */
  readonly outputMs: number | null;
}

/** One side's completed contribution, as it is kept in the transcript. */
export interface TranscriptTurn {
  readonly id: string;
  readonly callId: string;
  /** Order within the call, from 0. */
  readonly position: number;
  /** `staff`: a person who has taken the call over from the agent. */
  readonly speaker: 'caller' | 'agent' | 'staff';
  readonly text: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Mean token probability of the recogniser, 0–1; null for the agent's words. */
  readonly confidence: number | null;
  /** True when the caller talked over it and the rest was not heard. */
  readonly interrupted: boolean;
  readonly latency: TurnLatency | null;
}
