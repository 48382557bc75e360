import { z } from 'zod';
import { paths } from './paths.ts';

/** Who recognises speech, speaks and writes for a business, in which order. Browser-safe. */

const text = (max: number) => z.string().trim().min(1).max(max);

export const providerKindModel = z.enum(['stt', 'tts', 'llm']);
export const providerNameModel = z.enum(['local', 'deepgram', 'cartesia', 'elevenlabs', 'openai']);

/** How a provider has been doing since the engine started. */
export const providerHealthModel = z.object({
  /** `resting`: it failed several times in a row and is asked again in a few seconds, not before. */
  state: z.enum(['unused', 'well', 'failing', 'resting']),
  /** The last failure in words, also when it has been well again since; null when there was none. */
  trouble: z.string().nullable(),
  troubleAtMs: z.number().int().nullable(),
  wellAtMs: z.number().int().nullable(),
});

/** One place in a chain. The key never leaves the box. */
export const providerModel = z.object({
  id: z.string(),
  provider: providerNameModel,
  /** Null: the provider's usual one (`providersKnown`). */
  model: z.string().nullable(),
  /** Its own id of a voice; only of `tts`. Null: `local` speaks with the voice of the agent's profile. */
  voice: z.string().nullable(),
  /** Null: the provider's own address. */
  baseUrl: z.string().nullable(),
  hasKey: z.boolean(),
  health: providerHealthModel,
});

/** One place as it is saved or tested. */
export const providerEntryModel = z.strictObject({
  /** Of a place that exists already: what is stored of its key goes on to be used. */
  id: text(64).optional(),
  provider: providerNameModel,
  model: text(120).nullish(),
  voice: text(120).nullish(),
  baseUrl: text(300).nullish(),
  /** Absent: as it was; null: forgotten. A new address needs its key again, so that none is sent where it does not belong. */
  key: text(400).nullish(),
});

/** What a form needs to know of a provider. */
export const knownProviderModel = z.object({
  provider: providerNameModel,
  name: z.string(),
  kinds: z.array(providerKindModel).readonly(),
  /** `optional`: a server in the house may ask for none. */
  key: z.enum(['none', 'required', 'optional']),
  /** The fields of an entry that it uses, beside the key. */
  fields: z.array(z.enum(['model', 'voice', 'baseUrl'])).readonly(),
  /** Fields that must be given. */
  required: z.array(z.enum(['model', 'voice', 'baseUrl'])).readonly(),
  usual: z.object({ model: z.string().nullable(), baseUrl: z.string().nullable() }),
  /** What it costs the caller's privacy and the owner's purse, in a sentence. */
  note: z.string(),
});

const chain = z.array(providerModel);
const chains = z.object({
  stt: chain,
  tts: chain,
  llm: chain,
  known: z.array(knownProviderModel),
});

const nothing = z.strictObject({});

export const providerMethods = {
  /** `:id` is the tenant's. Each chain in the order in which it is tried. */
  'providers.list': { verb: 'GET', path: paths['providers.list'], query: nothing, answer: chains },
  /** One whole chain in its new order. Calls in progress go on with the old one. */
  'providers.save': {
    verb: 'PUT',
    path: paths['providers.save'],
    query: nothing,
    body: z.strictObject({ kind: providerKindModel, chain: z.array(providerEntryModel).min(1).max(5) }),
    answer: chains,
  },
  /** A real, tiny request with what is given; nothing is saved. */
  'providers.test': {
    verb: 'POST',
    path: paths['providers.test'],
    query: nothing,
    body: z.strictObject({ kind: providerKindModel, entry: providerEntryModel }),
    answer: z.object({
      ok: z.boolean(),
      /** A sentence for the person who set it up. */
      verdict: z.string(),
      tookMs: z.number().int(),
    }),
  },
} as const;

export type ProviderKind = z.infer<typeof providerKindModel>;
export type Provider = z.infer<typeof providerModel>;
export type ProviderEntry = z.infer<typeof providerEntryModel>;
export type KnownProvider = z.infer<typeof knownProviderModel>;
export type ProviderChains = z.infer<typeof chains>;
export type ProviderVerdict = z.infer<(typeof providerMethods)['providers.test']['answer']>;
