import { z } from 'zod';

/** Lines into and out of the box: trunks, phones, and who is put through where. Browser-safe. */

const text = (max: number) => z.string().trim().min(1).max(max);
const timeMs = z.number().int();
const port = z.number().int().min(1).max(65535);
const password = z.string().min(8).max(128);
const userName = text(60).regex(/^[\w.+-]+$/, 'may hold letters, digits and . _ + -');

export const trunkTransportModel = z.enum(['udp', 'tcp', 'tls']);
export const trunkCodecModel = z.enum(['PCMU', 'PCMA', 'G722', 'opus']);
export const trunkSrtpModel = z.enum(['off', 'optional', 'required']);
export const trunkDtmfModel = z.enum(['rfc4733', 'info', 'inband']);

/** A phone, PBX or carrier that may ring the box, or that the box calls through. Passwords never leave the box. */
export const trunkModel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['address', 'digest', 'registration']),
  preset: z.string(),
  enabled: z.boolean(),
  underTest: z.boolean(),
  address: z.string().nullable(),
  addresses: z.array(z.string()).readonly(),
  username: z.string().nullable(),
  host: z.string().nullable(),
  port: port.nullable(),
  transport: trunkTransportModel,
  outboundProxy: z.string().nullable(),
  authUsername: z.string().nullable(),
  hasPassword: z.boolean(),
  registerIntervalS: z.number().int(),
  codecs: z.array(trunkCodecModel).readonly(),
  srtp: trunkSrtpModel,
  dtmf: trunkDtmfModel,
  callerId: z.string().nullable(),
  maxCalls: z.number().int().nullable(),
  priority: z.number().int(),
});

/** The store checks the rest; null takes a value away. */
export const trunkChangeModel = z
  .strictObject({
    name: text(60),
    enabled: z.boolean(),
    underTest: z.boolean(),
    addresses: z.array(text(50)).max(200),
    host: text(253).nullable(),
    port: port.nullable(),
    transport: trunkTransportModel,
    outboundProxy: text(260).nullable(),
    authUsername: text(120).nullable(),
    /** For challenges of the other side. */
    password: z.string().min(1).max(256).nullable(),
    registerIntervalS: z.number().int(),
    codecs: z.array(trunkCodecModel).min(1).max(trunkCodecModel.options.length),
    srtp: trunkSrtpModel,
    dtmf: trunkDtmfModel,
    callerId: text(16).nullable(),
    maxCalls: z.number().int().nullable(),
    priority: z.number().int(),
  })
  .partial();

/** By address, by a password that the other side signs in with, or made of a preset. */
export const newTrunkModel = z.union([
  z.strictObject({ name: text(60), address: text(50) }),
  z.strictObject({ name: text(60), username: userName, password }),
  trunkChangeModel.extend({ name: text(60), preset: text(40) }),
]);

export const trunkPresetModel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['address', 'registration']),
  /** Month in which the facts were looked up. */
  asOf: z.string(),
  documentation: z.string().nullable(),
  ports: z.object({ udp: port, tcp: port, tls: port }).partial(),
  refer: z.string(),
  callerIdRule: z.string(),
  notes: z.array(z.string()),
  /** What the trunk begins with. */
  trunk: z.object({ transport: trunkTransportModel, srtp: trunkSrtpModel, host: z.string().optional() }),
  /** What a form asks for, in this order. */
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      help: z.string(),
      example: z.string(),
      required: z.boolean(),
      secret: z.boolean(),
    }),
  ),
});

export const phoneModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  username: z.string(),
  label: z.string(),
  extension: z.string(),
  createdAtMs: timeMs,
  /** Signed in at present. */
  registered: z.boolean(),
});

/** What is absent is made up. */
export const newPhoneModel = z.strictObject({
  tenantId: text(64),
  label: text(60),
  extension: z
    .string()
    .regex(/^\d{2,6}$/, 'must have 2 to 6 digits')
    .optional(),
  username: userName.optional(),
  password: password.optional(),
});

/** What the phone is set up with; the password is told this once. */
export const phoneAccountModel = z.object({
  username: z.string(),
  password: z.string(),
  realm: z.string(),
  port: port.nullable(),
});

export const ringGroupModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  name: z.string(),
  members: z.array(z.string()).readonly(),
  strategy: z.enum(['all', 'in-turn']),
  ringS: z.number().int(),
});
const ringGroupValues = {
  name: text(60),
  members: z.array(text(60)).max(100),
  strategy: z.enum(['all', 'in-turn']),
  ringS: z.number().int(),
};
export const ringGroupChangeModel = z.strictObject(ringGroupValues).partial();
export const newRingGroupModel = z.strictObject({
  tenantId: text(64),
  ...ringGroupValues,
  strategy: ringGroupValues.strategy.optional(),
  ringS: ringGroupValues.ringS.optional(),
});

export const transferTargetModel = z.object({
  id: z.string(),
  tenantId: z.string(),
  name: z.string(),
  aliases: z.array(z.string()).readonly(),
  kind: z.enum(['phone', 'number', 'ring-group']),
  target: z.string(),
});
const transferTargetValues = {
  name: text(60),
  aliases: z.array(text(60)).max(50),
  kind: z.enum(['phone', 'number', 'ring-group']),
  target: text(64),
};
export const transferTargetChangeModel = z.strictObject(transferTargetValues).partial();
export const newTransferTargetModel = z.strictObject({
  tenantId: text(64),
  ...transferTargetValues,
  aliases: transferTargetValues.aliases.optional(),
});

export const banModel = z.object({
  address: z.string(),
  reason: z.string(),
  count: z.number().int(),
  bannedAtMs: timeMs,
  untilMs: timeMs,
});

/** How a trunk is at present. */
export const lineStatusModel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['address', 'digest', 'registration']),
  /** `up` and `down` are of trunks that are asked with OPTIONS; `idle` of one that only rings in. */
  status: z.enum([
    'disabled',
    'idle',
    'unknown',
    'up',
    'down',
    'registering',
    'registered',
    'refused',
    'unreachable',
    'stopped',
  ]),
  /** In words, where it does not work. */
  reason: z.string().nullable(),
  sinceMs: timeMs,
  nextTryAtMs: timeMs.nullable(),
  /** Of the last OPTIONS. */
  roundTripMs: z.number().nullable(),
  /** Where the other side sees the box. */
  externalAddress: z.string().nullable(),
  callsNow: z.number().int(),
  maxCalls: z.number().int().nullable(),
  priority: z.number().int(),
});

/** A phone, and where it is reached at present; no binding while it is not signed in. */
export const phoneLineModel = phoneModel
  .pick({
    id: true,
    tenantId: true,
    username: true,
    label: true,
    extension: true,
  })
  .extend({
    bindings: z
      .array(
        z.object({
          contact: z.string(),
          /** `udp/address:port` that it signed in from. */
          flow: z.string(),
          userAgent: z.string().nullable(),
          expiresAtMs: timeMs,
        }),
      )
      .readonly(),
  });

/** Since the engine started; `sources` are those it remembers. */
export const defenceFiguresModel = z.object({
  /** Messages that got no answer. */
  dropped: z.number().int(),
  /** Requests that came from a scanner. */
  scanners: z.number().int(),
  bansNow: z.number().int(),
  sources: z.number().int(),
});

/** ISO 3166-1 countries; money in minor units. */
export const outboundPolicyModel = z.strictObject({
  allowedCountries: z.array(z.string().length(2)).max(300).readonly(),
  callsPerHour: z.number().int(),
  /** That are set up or go on together. */
  callsAtOnce: z.number().int(),
  spendPerDayMinor: z.number().int(),
  pricePerMinuteMinor: z.number().int(),
});
export const outboundUseModel = z.object({
  callsLastHour: z.number().int(),
  spentTodayMinor: z.number().int(),
});

export const overflowPolicyModel = z.strictObject({
  kind: z.enum(['busy', 'unavailable', 'message', 'ring-group']),
  ringGroupId: z.string().nullable(),
  retryAfterS: z.number().int(),
});

export const closedPolicyModel = z.strictObject({
  kind: z.enum(['agent', 'message', 'ring-group', 'busy']),
  ringGroupId: z.string().nullable(),
});

export type Trunk = z.infer<typeof trunkModel>;
export type NewTrunkRequest = z.infer<typeof newTrunkModel>;
export type TrunkChangeRequest = z.infer<typeof trunkChangeModel>;
export type TrunkPreset = z.infer<typeof trunkPresetModel>;
export type Phone = z.infer<typeof phoneModel>;
export type NewPhoneRequest = z.infer<typeof newPhoneModel>;
export type PhoneAccount = z.infer<typeof phoneAccountModel>;
export type RingGroup = z.infer<typeof ringGroupModel>;
export type NewRingGroupRequest = z.infer<typeof newRingGroupModel>;
export type RingGroupChangeRequest = z.infer<typeof ringGroupChangeModel>;
export type TransferTarget = z.infer<typeof transferTargetModel>;
export type NewTransferTargetRequest = z.infer<typeof newTransferTargetModel>;
export type TransferTargetChangeRequest = z.infer<typeof transferTargetChangeModel>;
export type Ban = z.infer<typeof banModel>;
export type LineStatus = z.infer<typeof lineStatusModel>;
export type PhoneLine = z.infer<typeof phoneLineModel>;
export type DefenceFigures = z.infer<typeof defenceFiguresModel>;
export type OutboundPolicy = z.infer<typeof outboundPolicyModel>;
export type OutboundUse = z.infer<typeof outboundUseModel>;
export type OverflowPolicy = z.infer<typeof overflowPolicyModel>;
export type ClosedPolicy = z.infer<typeof closedPolicyModel>;
