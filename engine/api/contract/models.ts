import { z } from 'zod';

/**
 * The nouns that cross the wire. Browser-safe: nothing here may import Node or another room.
 * Times are UTC milliseconds; phone numbers E.164 with +; money minor units.
 */

const timeMs = z.number().int();
const text = (max: number) => z.string().trim().min(1).max(max);

export const industryModel = z.enum(['healthcare', 'restaurant', 'services', 'retail', 'other']);
export const callOutcomeModel = z.enum([
  'booked',
  'message',
  'transferred',
  'answered',
  'abandoned',
  'interrupted',
  'refused',
  'failed',
]);
export const callStateModel = z.enum([
  'invited',
  'ringing',
  'answered',
  'transferring',
  'ended',
  'rejected',
  'cancelled',
]);
/** `staff`: a person who has taken the call over from the agent. */
export const speakerModel = z.enum(['caller', 'agent', 'staff']);
/** What is understood, by the name of the slot, in words for the screen. */
export const slotsModel = z.record(z.string(), z.string()).readonly();

export const numberModel = z.object({ number: z.string(), label: z.string(), active: z.boolean() });

/** `announced`: callers are told before anything else. */
const recordingModel = z.enum(['announced', 'silent', 'off']);

/** What may be changed of a tenant; what is absent stays. The store checks language and zone. */
export const tenantChangeModel = z
  .strictObject({ name: text(120), recording: recordingModel, language: text(35), timeZone: text(60) })
  .partial();

export const tenantModel = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  industry: industryModel,
  status: z.enum(['trial', 'active', 'suspended']),
  /** IANA zone; screens show every time of this tenant in it. */
  timeZone: z.string(),
  language: z.string(),
  recording: recordingModel,
  createdAtMs: timeMs,
  numbers: z.array(numberModel),
  /** Name the agent gives itself; null while the tenant has no profile. */
  agentName: z.string().nullable(),
});

export const callModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  callerNumber: z.string().nullable(),
  callerName: z.string().nullable(),
  calledNumber: z.string(),
  state: callStateModel,
  outcome: callOutcomeModel.nullable(),
  startedAtMs: timeMs,
  answeredAtMs: timeMs.nullable(),
  endedAtMs: timeMs.nullable(),
  hasRecording: z.boolean(),
});

export const latencyModel = z.object({
  totalMs: z.number().nullable(),
  endOfTurnMs: z.number().nullable(),
  sttMs: z.number().nullable(),
  understandingMs: z.number().nullable(),
  ttsMs: z.number().nullable(),
  outputMs: z.number().nullable(),
});

export const turnModel = z.object({
  id: z.string(),
  position: z.number().int(),
  speaker: speakerModel,
  text: z.string(),
  startedAtMs: timeMs,
  endedAtMs: timeMs,
  confidence: z.number().nullable(),
  interrupted: z.boolean(),
  latency: latencyModel.nullable(),
});

export const appointmentModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  serviceId: z.string(),
  serviceName: z.string(),
  staffId: z.string(),
  staffName: z.string(),
  startsAtMs: timeMs,
  endsAtMs: timeMs,
  customerName: z.string(),
  customerPhone: z.string(),
  customerEmail: z.string().nullable(),
  /** What else was asked for, and the note of whoever booked by hand. */
  details: z.record(z.string(), z.string()).readonly(),
  status: z.enum(['booked', 'draft', 'cancelled']),
  /** Who booked it: a caller, somebody by hand, or a call that was for practice. */
  source: z.enum(['phone', 'desk', 'practice']),
  callId: z.string().nullable(),
  createdAtMs: timeMs,
});

/** How one leg of a call sounded; fractions are 0–1, `mos` is 1–5, estimated. */
export const legQualityModel = z.object({
  leg: z.string(),
  codec: z.string().nullable(),
  srtp: z.boolean(),
  packetsReceived: z.number().int(),
  packetsLost: z.number().int(),
  lossFraction: z.number(),
  jitterMs: z.number(),
  roundTripMs: z.number().nullable(),
  mos: z.number().nullable(),
  remoteLossFraction: z.number().nullable(),
});

/** The caller's leg, and the other legs of the call. */
export const callQualityModel = legQualityModel
  .omit({ leg: true })
  .extend({ legs: z.array(legQualityModel).readonly() });

export const callDetailModel = z.object({
  call: callModel,
  transcript: z.array(turnModel),
  slots: slotsModel,
  appointments: z.array(appointmentModel),
  /** Null until the call is over. */
  quality: callQualityModel.nullish(),
});

export const liveTurnModel = z.object({
  speaker: speakerModel,
  text: z.string(),
  atMs: timeMs,
  /** 0–1; absent or null for the agent's words. */
  confidence: z.number().nullish(),
  /** Caller's last word to this answer's first. */
  latencyMs: z.number().nullish(),
});

/** Who has put the other one on hold; null while they talk. */
export const heldByModel = z.enum(['box', 'caller']).nullable();

/** A call in progress, whole: every `call.updated` replaces the one before. */
export const liveCallModel = z.object({
  callId: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  callerNumber: z.string().nullable(),
  callerName: z.string().nullable(),
  calledNumber: z.string(),
  state: callStateModel,
  startedAtMs: timeMs,
  answeredAtMs: timeMs.nullable(),
  turns: z.array(liveTurnModel).readonly(),
  /** Words still being spoken by the caller; null between utterances. */
  interim: z.string().nullable(),
  /** The same of who talks in the agent's place. */
  staffInterim: z.string().nullish(),
  slots: slotsModel,
  lastLatencyMs: z.number().nullable(),
  /** How each leg sounds now, the caller's first; empty until the first seconds are measured. */
  quality: z.array(legQualityModel).readonly().optional(),
  heldBy: heldByModel.optional(),
  recordingPaused: z.boolean().optional(),
  /** Who of the staff talks with the caller in the agent's place. */
  takenOverBy: z.string().nullish(),
  /** Somebody of the house tries the agent. */
  practice: z.boolean().optional(),
});

export const statusModel = z.object({
  status: z.enum(['starting', 'ready', 'degraded']),
  version: z.string().nullable(),
  /** Where phones and trunks reach the box, `host:port`. */
  sipAddress: z.string().nullable(),
  callsNow: z.number().int(),
  /** Calls the box carries at the same time. */
  capacity: z.number().int().nullable(),
  models: z.array(
    z.object({ id: z.string(), kind: z.string(), state: z.enum(['loading', 'loaded', 'failed']) }),
  ),
  /** What models run on; empty while none are loaded. */
  devices: z
    .array(
      z.object({
        kind: z.enum(['cpu', 'cuda', 'vulkan', 'metal']),
        name: z.string(),
        totalBytes: z.number(),
        usedBytes: z.number(),
        /** What models may take in all. */
        budgetBytes: z.number(),
        /** Size of the language model that answers in time. */
        speedClass: z.enum(['tiny', 'small', 'medium', 'large']),
        models: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
  /** What is wrong, in sentences; empty when all is well. */
  problems: z.array(z.string()),
});

export const errorModel = z.object({
  error: z.object({ code: z.string(), message: z.string(), help: z.string() }),
});

const weekday = z.union([
  z.literal(1),
  z.literal(2),
  z.literal(3),
  z.literal(4),
  z.literal(5),
  z.literal(6),
  z.literal(7),
]);

/** Minutes since local midnight; 1 = Monday. */
const hours = z
  .array(z.strictObject({ weekday, fromMinute: z.number().int(), toMinute: z.number().int() }))
  .max(100);

/** What is given to set a tenant up; whatever is absent gets a value that works. The store checks the rest. */
export const newTenantModel = z.strictObject({
  name: text(120),
  slug: text(60).optional(),
  industry: industryModel.optional(),
  timeZone: text(60),
  language: text(20).optional(),
  numbers: z
    .array(z.strictObject({ number: text(20), label: text(60).optional() }))
    .max(200)
    .optional(),
  profile: z
    .strictObject({
      agentName: text(60),
      profession: text(40),
      greeting: text(500),
      voice: text(80),
      skills: z.array(text(40)).max(100),
      prompt: z.string().max(20_000),
    })
    .partial()
    .optional(),
  hours: hours.optional(),
  services: z
    .array(
      z.strictObject({
        name: text(80),
        aliases: z.array(text(80)).max(50).optional(),
        durationMinutes: z.number().int(),
        priceMinor: z.number().int(),
        currency: text(3),
        bufferBeforeMinutes: z.number().int().optional(),
        bufferAfterMinutes: z.number().int().optional(),
        capacity: z.number().int().optional(),
        /** Names of those who do it; all where it is empty. */
        staff: z.array(text(80)).max(200).optional(),
      }),
    )
    .max(500)
    .optional(),
  staff: z
    .array(z.strictObject({ name: text(80), hours: hours.optional() }))
    .max(200)
    .optional(),
});

export type Industry = z.infer<typeof industryModel>;
export type CallOutcome = z.infer<typeof callOutcomeModel>;
export type CallState = z.infer<typeof callStateModel>;
export type Slots = z.infer<typeof slotsModel>;
export type Tenant = z.infer<typeof tenantModel>;
export type TenantChangeRequest = z.infer<typeof tenantChangeModel>;
export type NewTenantRequest = z.infer<typeof newTenantModel>;
export type Call = z.infer<typeof callModel>;
export type CallDetail = z.infer<typeof callDetailModel>;
export type CallQuality = z.infer<typeof callQualityModel>;
export type Turn = z.infer<typeof turnModel>;
export type Latency = z.infer<typeof latencyModel>;
export type Appointment = z.infer<typeof appointmentModel>;
export type LiveTurn = z.infer<typeof liveTurnModel>;
export type LiveCall = z.infer<typeof liveCallModel>;
export type BoxStatus = z.infer<typeof statusModel>;
export type ErrorBody = z.infer<typeof errorModel>;
