import { z } from 'zod';
import { paths } from './paths.ts';
import { speechRange } from './ranges.ts';

/** How a business's agent sounds: its voice, speed, dictionary, and voices copied from people. Browser-safe. */

const id = z.string().trim().min(1).max(80);
const text = (max: number) => z.string().trim().min(1).max(max);

export const voiceVendorModel = z.enum(['cartesia', 'elevenlabs']);

const within = ({ min, max }: { readonly min: number; readonly max: number }) => z.number().min(min).max(max);

/** How long the agent waits, from the caller's last sound, before it answers. */
export const turnTakingModel = z.strictObject({
  floorMs: within(speechRange.floorMs),
  ceilingMs: within(speechRange.ceilingMs),
});

export const pronunciationModel = z.strictObject({ word: text(60), spoken: text(120) });

const dictionary = z.array(pronunciationModel).max(500);

/** A voice that the box makes by itself. */
export const localVoiceModel = z.object({
  id: z.string(),
  name: z.string(),
  /** BCP 47. */
  language: z.string(),
  sex: z.enum(['female', 'male']),
  character: z.enum(['clear', 'warm', 'calm', 'lively']),
  /** `gpu`: on a processor alone it is too slow for a call. */
  pace: z.enum(['any', 'gpu']),
  installed: z.boolean(),
});

export const clonedVoiceModel = z.object({
  id: z.string(),
  name: z.string(),
  vendor: voiceVendorModel,
  speaker: z.string(),
  consentedAtMs: z.number().int(),
  createdAtMs: z.number().int(),
  /** False where its service is in no place of the chain, or has no key there: the local voice speaks instead. */
  usable: z.boolean(),
});

export const recordingKindModel = z.enum(['sample', 'consent']);

/** A recording that is good enough; what is not is refused as `recording_unusable` or `consent_unproven`. */
export const takenRecordingModel = z.object({
  id: z.string(),
  kind: recordingKindModel,
  lengthMs: z.number().int(),
  speechMs: z.number().int(),
  speechDbfs: z.number(),
  noiseDbfs: z.number(),
  /** What was recognised in a consent. */
  heard: z.string().nullable(),
});

export const voicesModel = z.object({
  agentName: z.string(),
  greeting: z.string(),
  /** Id of the local voice; where a copied one is chosen, the one that stands in when its service fails. */
  voice: z.string(),
  clonedVoiceId: z.string().nullable(),
  speed: z.number(),
  turnTaking: turnTakingModel,
  dictionary: z.array(pronunciationModel),
  local: z.array(localVoiceModel),
  /** Oldest first. */
  cloned: z.array(clonedVoiceModel),
  /** Services that can copy a voice now: they are in the chain with a key. */
  copiers: z.array(voiceVendorModel),
  /** What a speaker has to read; `{speaker}` stands for their name. */
  consentSentence: z.string(),
});

const nothing = z.strictObject({});
const voices = z.object({ voices: voicesModel });
const ofTenant = z.strictObject({ tenant: id });

export const voiceMethods = {
  /** `:id` is the tenant's, in all but those of one copied voice. */
  'voices.list': { verb: 'GET', path: paths['voices.list'], query: nothing, answer: voices },
  /**
   * A WAV file of some words, as callers would hear them. What is absent is as it is saved; `text` absent is the
   * greeting.
   */
  'voices.sample': {
    verb: 'POST',
    path: paths['voices.sample'],
    query: nothing,
    body: z.strictObject({
      text: text(300).optional(),
      voice: id.optional(),
      clonedVoiceId: id.nullish(),
      speed: within(speechRange.speed).optional(),
      dictionary: dictionary.optional(),
    }),
  },
  /** For calls that come from now on. */
  'voice.save': {
    verb: 'PUT',
    path: paths['voice.save'],
    query: nothing,
    body: z.strictObject({
      voice: id,
      clonedVoiceId: id.nullable(),
      speed: within(speechRange.speed),
      turnTaking: turnTakingModel,
    }),
    answer: voices,
  },
  /** The whole dictionary. */
  'dictionary.save': {
    verb: 'PUT',
    path: paths['dictionary.save'],
    query: nothing,
    body: z.strictObject({ dictionary }),
    answer: voices,
  },
  /**
   * Checks a recording, for `voice.clone` within half an hour. The body is the file: WAV with PCM of any kind. A
   * consent is compared with the sentence that `speaker` has to read.
   */
  'voice.record': {
    verb: 'POST',
    path: paths['voice.record'],
    query: z.strictObject({ kind: recordingKindModel, speaker: text(60).optional() }),
    /** Content types of a body that is no JSON, and its greatest size. */
    upload: { types: ['audio/wav', 'audio/x-wav', 'audio/vnd.wave'], maxBytes: 24 * 1024 * 1024 },
    answer: z.object({ recording: takenRecordingModel }),
  },
  /** Copies a voice at a service and chooses it; when that fails, all stays as it was. */
  'voice.clone': {
    verb: 'POST',
    path: paths['voice.clone'],
    query: nothing,
    body: z.strictObject({ name: text(60), vendor: voiceVendorModel, sampleId: id, consentId: id }),
    answer: voices,
  },
  /**
   * Deletes it here and at its service; the local voice speaks again where it was chosen. `leave` deletes it here
   * alone, for a service that cannot be asked any more.
   */
  'voice.forget': {
    verb: 'DELETE',
    path: paths['voice.forget'],
    query: ofTenant.extend({ copy: z.enum(['delete', 'leave']).default('delete') }),
    answer: voices,
  },
  /** The recording kept as proof: a WAV file. */
  'voice.recording': {
    verb: 'GET',
    path: paths['voice.recording'],
    query: ofTenant.extend({ kind: recordingKindModel }),
  },
} as const;

export type VoiceVendor = z.infer<typeof voiceVendorModel>;
export type Pronunciation = z.infer<typeof pronunciationModel>;
export type TurnTaking = z.infer<typeof turnTakingModel>;
export type LocalVoice = z.infer<typeof localVoiceModel>;
export type ClonedVoice = z.infer<typeof clonedVoiceModel>;
export type RecordingKind = z.infer<typeof recordingKindModel>;
export type TakenRecording = z.infer<typeof takenRecordingModel>;
export type Voices = z.infer<typeof voicesModel>;
export type VoiceSampleRequest = z.infer<(typeof voiceMethods)['voices.sample']['body']>;
export type VoiceSaveRequest = z.infer<(typeof voiceMethods)['voice.save']['body']>;
export type VoiceCloneRequest = z.infer<(typeof voiceMethods)['voice.clone']['body']>;
