import {
  type DeskMethod,
  deskMethods,
  feedMessageModel,
  feedPath,
  type SourceProgress,
} from '../api/contract/index.ts';
import { askDesk, createDesk, type DeskParts, type DeskRequest } from '../api/index.ts';
import { type Config, silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { type InferenceHost, startInference } from '../inference/index.ts';
import { type EngineRecord, runningEngine, type Tenant, type TenantStore } from '../store/index.ts';
import { chosenTenants, withBox } from './data.ts';
import { type AnswerOf, ask, authorization, engineAddress } from './running.ts';
import { actAlone } from './write.ts';

type OnProgress = (progress: SourceProgress) => void;

/** A long document takes minutes; below the limit that fetch has of its own. */
const engineLimitMs = 280_000;
const embeddingLimitMs = 60_000;
/** Progress is a courtesy: what it takes to hear of it may not hold up the work. */
const feedLimitMs = 3_000;

/**
 * The owner's work. The engine is the only writer: where one runs it is asked, elsewhere the command does the same on
 * the files, with the embedding model for as long as it needs it.
 */
export async function atDesk<M extends DeskMethod>(
  config: Config,
  request: DeskRequest<M>,
  onProgress?: OnProgress,
): Promise<AnswerOf<M>> {
  const engine = runningEngine(config.dataDir);
  if (!engine) return await alone(config, request, onProgress ?? (() => {}));
  const asked = () => ask<M>(engine, { ...request, withinMs: engineLimitMs });
  return await (onProgress ? watched(engine, onProgress, asked) : asked());
}

async function alone<M extends DeskMethod>(
  config: Config,
  request: DeskRequest<M>,
  onProgress: OnProgress,
): Promise<AnswerOf<M>> {
  const models = { inference: null as InferenceHost | null };
  const embed: DeskParts['embed'] = async (texts) => {
    const { modelsDir } = config;
    models.inference ??= await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
    return models.inference.embed(texts, { priority: 'embedding', timeoutMs: embeddingLimitMs });
  };
  const parts = { dataDir: config.dataDir, clock: systemClock, ids: systemIds, embed, onProgress };
  const readOnly = deskMethods[request.method].verb === 'GET';
  try {
    const answer: unknown = await withBox(config, { readOnly }, (box) => {
      const work = () => askDesk(createDesk({ ...parts, box }), request);
      return readOnly ? work() : actAlone(box, request, work);
    });
    return answer as AnswerOf<M>;
  } finally {
    await models.inference?.stop();
  }
}

/** What the feed tells of sources while the work is done. */
async function watched<T>(engine: EngineRecord, onProgress: OnProgress, work: () => Promise<T>): Promise<T> {
  if (!engine.http) return await work();
  const address = `${engineAddress(engine.http).replace(/^http/, 'ws')}${feedPath}`;
  const socket = new WebSocket(address, { headers: authorization(engine.http) });
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  const begun = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const message = feedMessageModel.safeParse(JSON.parse(String(data)));
      if (message.data?.type === 'snapshot') resolve();
      if (message.data?.type === 'source.progressed') onProgress(message.data);
    });
  });
  const limit = new AbortController();
  const late = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, feedLimitMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    });
  try {
    await Promise.race([begun, closed, late()]);
    return await work();
  } finally {
    // What was told before the engine closes comes before its goodbye.
    socket.close();
    await Promise.race([closed, late()]);
    limit.abort();
  }
}

/**
 * The tenant that has it: the one that is named, or any.
 *
 * @throws VoxboxError `not_found` with `missing`; `tenant_unknown`
 */
export const ownerOf = (
  config: Config,
  name: string | undefined,
  { has, missing }: { readonly has: (store: TenantStore) => unknown; readonly missing: string },
): Promise<Tenant> =>
  withBox(config, { readOnly: true }, (box) => {
    const found = chosenTenants(box, name).find(({ store }) => has(store));
    if (!found) throw new VoxboxError('not_found', missing);
    return found.tenant;
  });
