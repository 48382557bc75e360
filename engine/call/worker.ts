/**
 * The call worker: RTP, voice activity and agent sessions of all calls, in a process of its own, so
 * that neither a model nor the database can hold up a packet, and a crash here ends only its calls.
 */
import { prepareIntentBank } from '../agent/index.ts';
import { createLog, type LogOptions, toErrorShape, VoxboxError } from '../foundation/index.ts';
import { connectInference } from '../inference/index.ts';
import { createMediaThread } from '../media/index.ts';
import { createPhraseCache, loadVad } from '../speech/index.ts';
import { CallCarrier, type CarrierParts } from './carrier.ts';
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts';

const tell = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};

async function prepareParts(init: WorkerInit): Promise<CarrierParts> {
  const logOptions: LogOptions = {
    level: init.logLevel,
    keepPersonalData: init.logPersonalData,
    ...(init.logFile === null ? {} : { file: init.logFile }),
  };
  const log = createLog(logOptions);
  const inference = await connectInference(init.inferenceSocket, log);
  const [vad, intentBank] = await Promise.all([
    loadVad(),
    prepareIntentBank((texts) => inference.embed(texts, { priority: 'embedding' })),
  ]);
  const { rtpHost: host, rtpPortMin: portMin, rtpPortMax: portMax } = init;
  return {
    media: createMediaThread({ host, portMin, portMax, log: logOptions }),
    phrases: createPhraseCache({ inference, directory: init.phraseDir, log }),
    ...{ inference, vad, intentBank, log, tell },
  };
}

let carrier: CallCarrier | null = null;

async function obey(order: ToWorker): ReturnType<CallCarrier['obey']> {
  if (order.kind === 'init') {
    carrier = new CallCarrier(await prepareParts(order.init));
    return {};
  }
  if (!carrier) throw new VoxboxError('call_worker_unavailable', 'the call worker is not ready yet');
  return carrier.obey(order);
}

process.on('message', (order: ToWorker) => {
  const id = 'id' in order ? order.id : null;
  obey(order).then(
    (answer) => id !== null && tell({ kind: 'done', id, ...answer }),
    (error: unknown) =>
      id !== null && tell({ kind: 'failed', id, error: toErrorShape(error, 'call_worker_unavailable') }),
  );
});

// The engine closes the channel, or is gone: recordings are finished, then this process ends.
process.on('disconnect', () => {
  (carrier?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
// Ctrl+C reaches the whole process group; the engine decides when this process ends.
process.on('SIGINT', () => {});
