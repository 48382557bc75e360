import type { z } from 'zod';
import { methods } from '../api/contract/index.ts';
import { type Config, type ErrorCode, errorCatalogue, VoxboxError } from '../foundation/index.ts';
import { type Box, type EngineRecord, runningEngine } from '../store/index.ts';
import { withBox } from './data.ts';

type WritingMethod = 'tenant.create' | 'trunk.create' | 'trunk.remove';
type Answer<M extends WritingMethod> = z.output<(typeof methods)[M]['answer']>;

interface Write<M extends WritingMethod, T> {
  readonly method: M;
  readonly body?: unknown;
  /** The `:id` of the path. */
  readonly id?: string;
  readonly through: (answer: Answer<M>) => T;
  readonly alone: (box: Box) => T;
}

/** The engine is the only writer: where one runs it is asked, elsewhere the command is the writer for a moment. */
export async function write<M extends WritingMethod, T>(config: Config, change: Write<M, T>): Promise<T> {
  const engine = runningEngine(config.dataDir);
  if (engine) return change.through(await ask(engine, change));
  return await withBox(config, { readOnly: false }, change.alone);
}

async function ask<M extends WritingMethod, T>(
  { http, pid }: EngineRecord,
  { method, body, id }: Write<M, T>,
): Promise<Answer<M>> {
  if (!http) throw new VoxboxError('data_dir_locked', `the engine (process ${pid}) is not up yet.`);
  const { verb, path, answer } = methods[method];
  let response: Response;
  try {
    response = await fetch(`${engineAddress(http)}${path.replace(':id', encodeURIComponent(id ?? ''))}`, {
      method: verb,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    throw new VoxboxError('data_dir_locked', `the engine (process ${pid}) does not answer.`, { cause });
  }
  const said: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(said, response.status);
  return answer.parse(said) as Answer<M>;
}

/** An engine that listens everywhere is reached on the loopback. */
export function engineAddress({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function refusal(body: unknown, status: number): VoxboxError {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    const code = Object.keys(errorCatalogue).find((known): known is ErrorCode => known === error.code);
    if (code) return new VoxboxError(code, String(error.message));
  }
  return new VoxboxError('input_invalid', `the engine answered with status ${status}.`);
}
