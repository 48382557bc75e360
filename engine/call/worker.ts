/**
 * The call worker: RTP, voice activity and agent sessions of all calls, in a process of its own, so
 * that neither a model nor the database can hold up a packet, and a crash here ends only its calls.
 */
import { prepareIntentBank } from '../agent/index.ts';
import { createLog, type Log, type LogOptions, toErrorShape, VoxboxError } from '../foundation/index.ts';
import { connectInference } from '../inference/index.ts';
import { createMediaThread } from '../media/index.ts';
import { createPhraseCache, loadVad } from '../speech/index.ts';
import { CallCarrier, type Speech } from './carrier.ts';
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts';

const tell = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};

interface Started {
  readonly carrier: CallCarrier;
  readonly modelsDir: string;
  readonly phraseDir: string;
  readonly log: Log;
}

function start(init: WorkerInit): Started {
  const logOptions: LogOptions = {
    level: init.logLevel,
    keepPersonalData: init.logPersonalData,
    ...(init.logFile === null ? {} : { file: init.logFile }),
  };
  const log = createLog(logOptions);
  const { rtpHost: host, rtpPortMin: portMin, rtpPortMax: portMax, modelsDir, phraseDir } = init;
  const media = createMediaThread({ host, portMin, portMax, log: logOptions });
  return { carrier: new CallCarrier({ media, log, tell }), modelsDir, phraseDir, log };
}

async function loadSpeech(inferenceSocket: string, { modelsDir, phraseDir, log }: Started): Promise<Speech> {
  const inference = await connectInference(inferenceSocket, log);
  try {
    const [vad, intentBank] = await Promise.all([
      loadVad({ modelsDir }),
      prepareIntentBank((texts) => inference.embed(texts, { priority: 'embedding' })),
    ]);
    const phrases = createPhraseCache({ directory: phraseDir, log });
    return { inference, vad, intentBank, phrases };
  } catch (error) {
    await inference.close();
    throw error;
  }
}

let started: Started | null = null;

async function obey(order: ToWorker): ReturnType<CallCarrier['obey']> {
  if (order.kind === 'init') {
    started = start(order.init);
    return {};
  }
  if (!started) throw new VoxboxError('call_worker_unavailable', 'the call worker is not ready yet');
  if (order.kind === 'models') {
    await started.carrier.speakWith(await loadSpeech(order.inferenceSocket, started));
    return {};
  }
  return started.carrier.obey(order);
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
  (started?.carrier.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
// Ctrl+C reaches the whole process group; the engine decides when this process ends.
process.on('SIGINT', () => {});
