import { type Ids, type Log, VoxboxError, within } from '../foundation/index.ts';
import { consentSentence, type VoiceService } from '../speech/index.ts';
import type { Box, ClonedVoice, TenantStore } from '../store/index.ts';
import type {
  LocalVoice,
  Pronunciation,
  RecordingKind,
  VoiceCloneRequest,
  VoiceSampleRequest,
  VoiceSaveRequest,
  Voices as VoicesAnswer,
} from './contract/index.ts';
import type { VoiceRecordings } from './voice-recordings.ts';
import type { VoiceSamples } from './voice-samples.ts';
import { type VoiceVendors, voiceVendors } from './voice-vendors.ts';

interface Answer {
  readonly voices: VoicesAnswer;
}

/** How each business's agent sounds, in the nouns of the contract. */
export interface Voices {
  list(tenantId: string): Promise<Answer>;
  /** A WAV file. */
  sample(tenantId: string, request: VoiceSampleRequest): Promise<Buffer>;
  save(tenantId: string, request: VoiceSaveRequest): Promise<Answer>;
  saveDictionary(tenantId: string, dictionary: readonly Pronunciation[]): Promise<Answer>;
  clone(tenantId: string, request: VoiceCloneRequest): Promise<Answer>;
  forget(tenantId: string, voiceId: string, copy: 'delete' | 'leave'): Promise<Answer>;
  recording(tenantId: string, voiceId: string, kind: RecordingKind): Promise<Buffer>;
}

export interface VoiceParts {
  readonly box: Box;
  readonly local: () => Promise<readonly LocalVoice[]>;
  readonly recordings: VoiceRecordings;
  readonly samples: VoiceSamples;
  readonly vendors: VoiceVendors;
  readonly ids: Ids;
  readonly log: Log;
}

export function createVoices(parts: VoiceParts): Voices {
  const { box } = parts;
  const answer = async (store: TenantStore): Promise<Answer> => ({ voices: await answerOf(store, parts) });
  const copied = (store: TenantStore, id: string): ClonedVoice => {
    const found = store.voices.cloned().find((voice) => voice.id === id);
    if (!found) throw new VoxboxError('not_found', `there is no copied voice ${id}`);
    return found;
  };
  const needInstalled = async (id: string): Promise<void> => {
    const found = (await parts.local()).find((voice) => voice.id === id);
    if (!found) throw new VoxboxError('input_invalid', `voice: there is no voice ${id}`);
    if (!found.installed)
      throw new VoxboxError('model_missing', `the voice ${found.name} is not on this box`);
  };

  return {
    list: (tenantId) => answer(box.tenant(tenantId)),
    async sample(tenantId, request) {
      const store = box.tenant(tenantId);
      const { greeting, voice: ownVoice } = store.profile().profile;
      const settings = store.voices.settings();
      const { text = greeting, speed = settings.speed, dictionary = settings.pronunciations } = request;
      // Whoever names a local voice wants to hear that one.
      const own = request.voice === undefined ? store.voices.chosen() : null;
      const { clonedVoiceId = own, voice = ownVoice } = request;
      const { language } = tenantOf(box, tenantId);
      const rest = { text, speed, pronunciations: dictionary, language };
      if (clonedVoiceId === null) {
        await needInstalled(voice);
        return parts.samples.make({ ...rest, voice });
      }
      const { vendor, voice: vendorVoice } = copied(store, clonedVoiceId);
      const service = needService(parts.vendors, tenantId, vendor);
      return parts.samples.make({ ...rest, voice: { service, voice: vendorVoice } });
    },
    async save(tenantId, request) {
      const store = box.tenant(tenantId);
      // Who changes the speed alone is not kept from it by a voice that is being fetched.
      if (request.voice !== store.profile().profile.voice) await needInstalled(request.voice);
      store.voices.save(request);
      return answer(store);
    },
    async saveDictionary(tenantId, dictionary) {
      const store = box.tenant(tenantId);
      store.voices.saveDictionary(dictionary);
      return answer(store);
    },
    async clone(tenantId, request) {
      const store = box.tenant(tenantId);
      await copyVoice(store, request, parts);
      return answer(store);
    },
    async forget(tenantId, voiceId, copy) {
      const store = box.tenant(tenantId);
      const voice = copied(store, voiceId);
      // At once nobody speaks with it any more, whatever becomes of the copy.
      if (store.voices.chosen() === voiceId) choose(store, null);
      if (copy === 'delete')
        await needService(parts.vendors, tenantId, voice.vendor).deleteVoice(voice.voice);
      await store.voices.forget(voiceId);
      return answer(store);
    },
    recording: (tenantId, voiceId, kind) => box.tenant(tenantId).voices.recording(voiceId, kind),
  };
}

/** A service computes for some seconds; longer than this it hangs. */
const copyWithinMs = 90_000;

async function copyVoice(
  store: TenantStore,
  { name, vendor, sampleId, consentId }: VoiceCloneRequest,
  { box, recordings, vendors, ids, log }: VoiceParts,
): Promise<void> {
  const { tenantId } = store;
  const sample = recordings.sample(tenantId, sampleId);
  const { wav, consent } = recordings.consent(tenantId, consentId);
  const service = needService(vendors, tenantId, vendor);
  const { language } = tenantOf(box, tenantId);
  const making = service.cloneVoice({ name, sample, language });
  try {
    const voice = await within(making, copyWithinMs, `${vendor} did not make the copy in time`);
    const copy = { id: ids.uuid(), name, vendor, voice, consent };
    choose(store, (await store.voices.keep(copy, { sample, consent: wav })).id);
  } catch (error) {
    // A copy that the box knows nothing of must not stay at the service, however late it comes.
    void making
      .then((voice) => service.deleteVoice(voice))
      .catch((err: unknown) =>
        log.warn({ err, vendor }, 'a voice was not copied, or its copy not taken back'),
      );
    throw error;
  }
  recordings.release([sampleId, consentId]);
}

function choose(store: TenantStore, clonedVoiceId: string | null): void {
  const { speed, turnTaking } = store.voices.settings();
  store.voices.save({ voice: store.profile().profile.voice, clonedVoiceId, speed, turnTaking });
}

function needService(vendors: VoiceVendors, tenantId: string, vendor: ClonedVoice['vendor']): VoiceService {
  const service = vendors.account(tenantId, vendor);
  if (service) return service;
  throw new VoxboxError('voice_copy_unavailable', `${vendor} is not in the chain of voices with a key`);
}

function tenantOf(box: Box, tenantId: string) {
  const tenant = box.tenants.find(tenantId);
  if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
  return tenant;
}

async function answerOf(store: TenantStore, { box, local, vendors }: VoiceParts): Promise<VoicesAnswer> {
  const { profile } = store.profile();
  const { speed, turnTaking, pronunciations } = store.voices.settings();
  const copiers = voiceVendors.filter((vendor) => vendors.account(store.tenantId, vendor) !== null);
  return {
    agentName: profile.agentName,
    greeting: profile.greeting,
    voice: profile.voice,
    clonedVoiceId: store.voices.chosen(),
    speed,
    turnTaking,
    dictionary: [...pronunciations],
    local: [...(await local())],
    cloned: store.voices.cloned().map(({ id, name, vendor, consent, createdAtMs }) => ({
      ...{ id, name, vendor, createdAtMs },
      speaker: consent.speaker,
      consentedAtMs: consent.atMs,
      usable: copiers.includes(vendor),
    })),
    copiers,
    consentSentence: consentSentence('{speaker}', tenantOf(box, store.tenantId).name),
  };
}
