import { access, auditedId, type MethodName, type methods, namedTenant } from '../api/contract/index.ts';
import type { Lines } from '../api/index.ts';
import type { Config } from '../foundation/index.ts';
import { type Act, type Box, runningEngine } from '../store/index.ts';
import { linesOf, withBox } from './data.ts';
import { type AnswerOf, type Asked, type AskedMethod, ask } from './running.ts';

type WritingMethod = {
  [M in MethodName & AskedMethod]: (typeof methods)[M]['verb'] extends 'GET' ? never : M;
}[MethodName & AskedMethod];

interface Write<M extends WritingMethod, T> {
  readonly method: M;
  readonly body?: unknown;
  /** The `:id` of the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly through: (answer: AnswerOf<M>) => T;
  readonly alone: (box: Box) => T | Promise<T>;
  /** Id of what it was done to, where the request names nothing: the engine finds it by itself. */
  readonly thingOf?: (result: T) => string;
}

/** The engine is the only writer: where one runs it is asked, elsewhere the command is the writer for a moment. */
export async function write<M extends WritingMethod, T>(
  config: Config,
  { through, alone, thingOf, ...asked }: Write<M, T>,
): Promise<T> {
  const engine = runningEngine(config.dataDir);
  if (engine) return through(await ask(engine, asked));
  return await withBox(config, { readOnly: false }, (box) => actAlone(box, asked, () => alone(box), thingOf));
}

/** Who acts where no engine runs. */
export const commandLine = {
  whoKind: 'command-line',
  whoId: null,
  whoName: 'command line',
  address: null,
} as const;

/** What is done without the engine stands in the audit log too. */
export function actAlone<T>(
  box: Box,
  {
    method,
    id = '',
    query,
    body,
  }: Pick<Asked<AskedMethod>, 'id' | 'query' | 'body'> & { method: MethodName },
  work: () => T | Promise<T>,
  thingOf?: (result: T) => string,
): Promise<T> {
  const line = access[method];
  const act: Act = {
    ...commandLine,
    ...{ what: method, tenantId: namedTenant(line, { id, query, body }) ?? null },
    thing: line.tenant === 'path' || id === '' ? null : auditedId(id, line),
  };
  return box.act(act, work, thingOf);
}

/** The same for what `Lines` answers, which answers alike in the engine and here. */
export const writeLine = <M extends WritingMethod>(
  config: Config,
  {
    alone,
    ...change
  }: Omit<Write<M, AnswerOf<M>>, 'through' | 'alone'> & { readonly alone: (lines: Lines) => AnswerOf<M> },
): Promise<AnswerOf<M>> =>
  write<M, AnswerOf<M>>(config, {
    ...change,
    through: (answer) => answer,
    alone: (box) => alone(linesOf(box, config)),
  });
