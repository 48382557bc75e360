import { prepareIntentBank } from '../agent/index.ts';
import { type Log, VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { Media } from '../media/index.ts';
import { createPhraseCache, FakeVad } from '../speech/index.ts';
import { CallCarrier } from './carrier.ts';
import type { FromWorker } from './messages.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** A call worker in the same process, with a loudness gate in place of the voice network; legs and sessions are real. */
export async function createFakeWorker(options: {
  readonly inference: Inference;
  readonly media: Media;
  readonly phraseDir: string;
  readonly log: Log;
}): Promise<CallWorker> {
  const { inference, media, phraseDir, log } = options;
  const listeners = new Map<string, (message: CallMessage) => void>();
  const carrier = new CallCarrier({
    ...{ media, log },
    tell: (message: FromWorker) => {
      if ('callId' in message) queueMicrotask(() => listeners.get(message.callId)?.(message));
    },
  });
  await carrier.speakWith({
    inference,
    phrases: createPhraseCache({ directory: phraseDir, log }),
    vad: new FakeVad(),
    intentBank: await prepareIntentBank((texts) => inference.embed(texts, { priority: 'embedding' })),
  });
  return {
    async request(body) {
      if (body.kind === 'init' || body.kind === 'models')
        throw new VoxboxError('input_invalid', 'the fake worker needs no init');
      return { kind: 'done', id: 0, ...(await carrier.obey({ ...body, id: 0 })) };
    },
    listen(callId, listener) {
      listeners.set(callId, listener);
      return () => listeners.delete(callId);
    },
    toolDone: (callId, request, result) => void carrier.obey({ kind: 'tool-done', callId, request, result }),
    toolFailed: (callId, request, error) =>
      void carrier.obey({ kind: 'tool-failed', callId, request, error: error }),
    feed: (callId, voice) => void carrier.obey({ kind: 'feed', callId, ...voice }).catch(() => {}),
    stop: () => carrier.stop(),
  };
}
