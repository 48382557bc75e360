import { z } from 'zod';

/** What a technician is asked for; `name` is a value of the trunk, or its password. */
export const presetFieldNames = [
  'host',
  'port',
  'transport',
  'addresses',
  'outboundProxy',
  'authUsername',
  'password',
  'callerId',
  'maxCalls',
] as const;

const text = z.string().min(1).max(400);
const port = z.number().int().min(1).max(65535);
const range = z.string().regex(/^[0-9a-f.:]+\/\d{1,3}$/);

const fieldSchema = z.strictObject({
  name: z.enum(presetFieldNames),
  label: text,
  /** What it is, and where it stands in the vendor's console. */
  help: text,
  /** Empty for a secret: an example of one would be used. */
  example: z.string().max(120),
  required: z.boolean(),
  secret: z.boolean(),
});

/** Facts of a vendor's public documentation, with the month in which they were looked up. */
export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: text,
  kind: z.enum(['address', 'registration']),
  asOf: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  documentation: z.url().nullable(),
  /** Patterns of hosts that belong to the vendor. */
  hosts: z.array(z.string()).min(1),
  ports: z.strictObject({ udp: port, tcp: port, tls: port }).partial(),
  /** Where incoming calls come from. */
  signalling: z.array(z.strictObject({ region: text, ranges: z.array(range).min(1) })),
  media: z.strictObject({ ranges: z.array(range), portMin: port, portMax: port }).nullable(),
  /** What the trunk begins with. */
  trunk: z.strictObject({
    host: z.string().optional(),
    port: port.optional(),
    transport: z.enum(['udp', 'tcp', 'tls']),
    outboundProxy: z.string().optional(),
    codecs: z.array(z.enum(['PCMU', 'PCMA', 'G722', 'opus'])).min(1),
    dtmf: z.enum(['rfc4733', 'info', 'inband']),
    srtp: z.enum(['off', 'optional', 'required']),
    registerIntervalS: z.number().int().min(60).max(86_400),
  }),
  /** Whether the other side carries out transfers that it is asked for (RFC 3515). */
  refer: z.enum(['yes', 'must be enabled', 'no', 'unknown']),
  callerIdRule: text,
  notes: z.array(text),
  fields: z.array(fieldSchema).min(1),
});

export type TrunkPreset = Readonly<z.infer<typeof presetSchema>>;
export type PresetField = TrunkPreset['fields'][number];
