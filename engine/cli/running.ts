import { Readable } from 'node:stream';
import type { z } from 'zod';
import { type MethodName, methods } from '../api/contract/index.ts';
import { type ErrorCode, errorCatalogue, VoxboxError } from '../foundation/index.ts';
import { type EngineAddress, type EngineRecord, runningEngine } from '../store/index.ts';
import type { Call } from './command.ts';

/** Methods that answer JSON. */
export type AskedMethod = {
  [M in MethodName]: (typeof methods)[M] extends { readonly answer: z.ZodType } ? M : never;
}[MethodName];
export type AnswerOf<M extends AskedMethod> = z.output<(typeof methods)[M]['answer']>;

export interface Asked<M extends MethodName> {
  readonly method: M;
  /** The `:id` of the path. */
  readonly id?: string;
  readonly body?: unknown;
  /** The body of a method with `upload`. */
  readonly file?: Buffer;
  readonly query?: Readonly<Record<string, string>>;
  readonly withinMs?: number;
}

const usualLimitMs = 15_000;
const longestDownloadMs = 6 * 3_600_000;

/** For commands whose work only a running engine can do; says so where none runs. */
export async function withEngine(
  { config, io }: Call,
  work: (engine: EngineRecord) => Promise<number>,
): Promise<number> {
  const engine = runningEngine(config().dataDir);
  if (engine) return work(engine);
  io.err('voxbox: the engine is not running, and only it has the lines. Start it with: npm start\n');
  return 1;
}

/**
 * Asks the engine that runs.
 *
 * @throws VoxboxError as the engine tells it; `data_dir_locked` where it does not answer, `deadline_exceeded`
 *   where it did not in time
 */
export async function ask<M extends AskedMethod>(
  engine: EngineRecord,
  asked: Asked<M>,
): Promise<AnswerOf<M>> {
  const response = await responseOf(engine, asked);
  return methods[asked.method].answer.parse(await response.json()) as AnswerOf<M>;
}

/** The same for methods that answer with a file. */
export async function fetchFile(engine: EngineRecord, asked: Asked<MethodName>): Promise<Readable> {
  const { body } = await responseOf(engine, { withinMs: longestDownloadMs, ...asked });
  return body ? Readable.fromWeb(body) : Readable.from([]);
}

async function responseOf(
  { http, pid }: EngineRecord,
  { method, id = '', body, file, query, withinMs = usualLimitMs }: Asked<MethodName>,
): Promise<Response> {
  if (!http) throw new VoxboxError('data_dir_locked', `the engine (process ${pid}) is not up yet.`);
  const { verb, path } = methods[method];
  const asked = `${path.replace(':id', encodeURIComponent(id))}${query ? `?${new URLSearchParams(query)}` : ''}`;
  const signal = AbortSignal.timeout(withinMs);
  let response: Response;
  try {
    response = await fetch(`${engineAddress(http)}${asked}`, {
      method: verb,
      headers: { ...authorization(http), ...contentType(body, file) },
      body: file ? new Uint8Array(file) : body === undefined ? null : JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    if (signal.aborted) {
      const seconds = Math.round(withinMs / 1000);
      throw new VoxboxError('deadline_exceeded', `the engine did not answer within ${seconds} s.`, { cause });
    }
    throw new VoxboxError('data_dir_locked', `the engine (process ${pid}) does not answer.`, { cause });
  }
  if (response.ok) return response;
  throw refusal(await response.json().catch(() => null), response.status);
}

/** Lets this user in as an owner of the box: nobody else can read the file that the key stands in. */
export const authorization = ({ key = '' }: EngineAddress): Record<string, string> =>
  key === '' ? {} : { authorization: `Bearer ${key}` };

function contentType(body: unknown, file: Buffer | undefined): Record<string, string> {
  if (file) return { 'content-type': 'application/octet-stream' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** An engine that listens everywhere is reached on the loopback. */
export function engineAddress({ host, port }: Pick<EngineAddress, 'host' | 'port'>): string {
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
