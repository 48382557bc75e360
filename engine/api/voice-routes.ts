import type { FastifyReply } from 'fastify';
import { type Clock, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { Box } from '../store/index.ts';
import type { LocalVoice } from './contract/index.ts';
import type { Serve } from './method-server.ts';
import { createVoiceRecordings } from './voice-recordings.ts';
import { createVoiceSamples } from './voice-samples.ts';
import type { VoiceVendors } from './voice-vendors.ts';
import { createVoices } from './voices.ts';

/** What it takes to listen to voices and to copy them. */
export interface VoiceRouteParts {
  readonly local: () => Promise<readonly LocalVoice[]>;
  /** Null while the models are not there. */
  readonly inference: () => Pick<Inference, 'synthesise' | 'transcribe'> | null;
  readonly vendors: VoiceVendors;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The methods of the agent's voice. */
export function serveVoices(
  serve: Serve,
  parts: VoiceRouteParts & { readonly box: Box; readonly log: Log },
): void {
  const { box, inference, clock, ids } = parts;
  const recordings = createVoiceRecordings({ clock, ids, inference });
  const voices = createVoices({ ...parts, recordings, samples: createVoiceSamples(inference) });

  serve('voices.list', ({ id }) => voices.list(id));
  serve('voices.sample', async ({ id, body, reply }) => sound(reply, await voices.sample(id, body)));
  serve('voice.save', ({ id, body }) => voices.save(id, body));
  serve('dictionary.save', ({ id, body }) => voices.saveDictionary(id, body.dictionary));
  serve('voice.record', async ({ id, query: { kind, speaker }, file, reply }) => {
    const tenant = box.tenants.find(id);
    if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${id}`);
    if (kind === 'consent' && speaker === undefined) {
      throw new VoxboxError('input_invalid', 'speaker: whose consent it is must be said');
    }
    const recording = await recordings.take({
      tenantId: id,
      kind,
      file,
      speaker: speaker ?? '',
      business: tenant.name,
    });
    reply.code(201);
    return { recording };
  });
  serve('voice.clone', async ({ id, body, reply }) => {
    const answer = await voices.clone(id, body);
    reply.code(201);
    return answer;
  });
  serve('voice.forget', ({ id, query }) => voices.forget(query.tenant, id, query.copy));
  serve('voice.recording', async ({ id, query, reply }) =>
    sound(reply, await voices.recording(query.tenant, id, query.kind)),
  );
}

/** A voice is personal: no cache keeps it beyond the page. */
const sound = (reply: FastifyReply, wav: Buffer): FastifyReply =>
  reply.header('cache-control', 'no-store').type('audio/wav').send(wav);
