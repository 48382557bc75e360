import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Config, silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { startInference } from '../inference/index.ts';
import {
  answer,
  type Found,
  forget,
  type IngestProgress,
  ingest,
  type KnowledgeParts,
  type SourceInput,
} from '../knowledge/index.ts';
import type { Source, TenantStore, UnansweredQuestion } from '../store/index.ts';
import type { Call, CliIo, Command } from './command.ts';
import { chosenTenants, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { localTime, printable, table } from './table.ts';

const ownTenantFlag = {
  tenant: { type: 'string', value: 'SLUG', help: 'whose knowledge it is (slug or id)' },
} as const;

const modelsFlag = {
  models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
} as const;

/** The engine is the only writer: while one runs these fail with `data_dir_locked`. */
export const knowledgeAdd: Command = {
  name: 'knowledge add',
  summary: 'Teach the agent a document or web page; again, where it has changed (the engine must be stopped)',
  operands: '<file-or-address>',
  flags: {
    ...ownTenantFlag,
    ...modelsFlag,
    private: { type: 'boolean', help: 'the address may be one of your own network' },
  },
  async run(call) {
    const { io, json, has, positionals } = call;
    const input = await sourceOf(positionals[0] ?? '');
    const source = await writing(call, (parts) => {
      const progress = json ? () => {} : progressLines(io);
      return ingest(input, { ...parts, allowPrivate: has('private') }, progress);
    });
    io.out(json ? asJson({ source }) : `Knows ${printable(source.name)}: ${source.passages} passages.\n`);
    return 0;
  },
};

export const knowledgeList: Command = {
  name: 'knowledge list',
  summary: 'List the documents, pages and answers that the agent knows',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const sources = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) =>
        store.sources.list().map((source) => ({ tenant: tenant.slug, timeZone: tenant.timeZone, ...source })),
      ),
    );
    io.out(json ? asJson({ sources }) : sourceTable(sources));
    return 0;
  },
};

export const knowledgeRemove: Command = {
  name: 'knowledge remove',
  summary: 'Let the agent forget a source and all its passages (the engine must be stopped)',
  operands: '<id>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [id = ''] = positionals;
    await withBox(config(), { readOnly: false }, async (box) => {
      const owner = chosenTenants(box, text('tenant')).find(({ store }) => store.sources.find(id));
      if (!owner) throw new VoxboxError('not_found', `there is no source ${id}`);
      await forget(id, owner);
    });
    io.out(json ? asJson({ removed: id }) : `Removed ${id}.\n`);
    return 0;
  },
};

export const knowledgeAsk: Command = {
  name: 'knowledge ask',
  summary: 'Show what the agent would answer, and from which passages',
  operands: '<question>',
  flags: { ...ownTenantFlag, ...modelsFlag },
  async run(call) {
    const { io, json, config, text, positionals } = call;
    const id = await tenantIdOf(config(), text('tenant'));
    const said = await withBox(config(), { readOnly: true }, (box) =>
      withEmbedding(config(), (embed) => answer(positionals[0] ?? '', partsOf(box.tenant(id), embed), {})),
    );
    if (json) io.out(asJson({ answer: said }));
    else io.out(said ? answerWords(said) : 'Nothing fits: the agent would say so and take a message.\n');
    return 0;
  },
};

export const knowledgeUnanswered: Command = {
  name: 'knowledge unanswered',
  summary: 'List questions of callers that nothing fitted, most often asked first',
  flags: {
    ...tenantFlag,
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 50)' },
  },
  async run({ config, json, io, text, count }) {
    const limit = count('limit', 50);
    const questions = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) =>
        store.unanswered
          .list({ status: 'open', limit })
          .map((question) => ({ tenant: tenant.slug, timeZone: tenant.timeZone, ...question })),
      ),
    );
    io.out(json ? asJson({ questions }) : questionTable(questions));
    return 0;
  },
};

export const knowledgeAnswer: Command = {
  name: 'knowledge answer',
  summary: 'Answer such a question once, for all who ask it from now on (the engine must be stopped)',
  operands: '<id> <answer>',
  flags: { ...ownTenantFlag, ...modelsFlag },
  async run(call) {
    const { io, json, positionals } = call;
    const [id = '', words = ''] = positionals;
    const source = await writing(call, async (parts) => {
      const found = parts.store.unanswered.find(id);
      if (!found) throw new VoxboxError('not_found', `there is no question ${id}`);
      return ingest({ kind: 'answer', question: found.question, answer: words }, parts);
    });
    io.out(json ? asJson({ source }) : `Knows the answer to: ${printable(source.name)}\n`);
    return 0;
  },
};

async function writing<T>({ config, text }: Call, work: (parts: KnowledgeParts) => Promise<T>): Promise<T> {
  const id = await tenantIdOf(config(), text('tenant'));
  return await withBox(config(), { readOnly: false }, (box) =>
    withEmbedding(config(), (embed) => work(partsOf(box.tenant(id), embed))),
  );
}

const partsOf = (store: TenantStore, embed: KnowledgeParts['embed']): KnowledgeParts => ({
  ...{ store, embed, clock: systemClock, ids: systemIds },
});

const embeddingLimitMs = 60_000;

/** The embedding model alone, for as long as the work takes. */
async function withEmbedding<T>(
  { modelsDir }: Config,
  work: (embed: KnowledgeParts['embed']) => Promise<T>,
): Promise<T> {
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
  try {
    return await work((texts) =>
      inference.embed(texts, { priority: 'embedding', timeoutMs: embeddingLimitMs }),
    );
  } finally {
    await inference.stop();
  }
}

async function sourceOf(given: string): Promise<SourceInput> {
  if (/^https?:\/\//i.test(given)) return { kind: 'address', url: given };
  try {
    return { kind: 'file', name: basename(given), bytes: await readFile(given) };
  } catch (cause) {
    throw new VoxboxError('input_invalid', `${given} cannot be read`, { cause });
  }
}

const stages = { reading: 'reading', embedding: 'understanding', saving: 'saving' } as const;

/** A line that redraws itself where a person watches; elsewhere one line a stage. */
function progressLines(io: CliIo): (progress: IngestProgress) => void {
  let last = '';
  return ({ stage, done, total }) => {
    if (io.isTerminal)
      io.out(`\r${`${stages[stage]} ${done}/${total}`.padEnd(30)}${done === total ? '\n' : ''}`);
    else if (stage !== last) io.out(`${stages[stage]}\n`);
    last = stage;
  };
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const answerWords = ({ text, passages }: { text: string; passages: readonly Found[] }): string =>
  [
    `${printable(text)}\n\n`,
    table(passages.map((found) => [found.score.toFixed(2), found.sourceName, brief(found.text)])),
  ].join('');

const brief = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 90);

interface OfTenant {
  readonly tenant: string;
  readonly timeZone: string;
}

const sourceTable = (sources: readonly (Source & OfTenant)[]): string =>
  table([
    ['NAME', 'TENANT', 'KIND', 'PASSAGES', 'WORDS', 'INDEXED', 'ID'],
    ...sources.map((source) => [
      brief(source.name),
      source.tenant,
      source.kind,
      String(source.passages),
      String(source.words),
      localTime(source.indexedAtMs, source.timeZone),
      source.id,
    ]),
  ]);

const questionTable = (questions: readonly (UnansweredQuestion & OfTenant)[]): string =>
  table([
    ['QUESTION', 'TENANT', 'TIMES', 'LAST ASKED', 'ID'],
    ...questions.map((question) => [
      brief(question.question),
      question.tenant,
      String(question.times),
      localTime(question.lastAskedAtMs, question.timeZone),
      question.id,
    ]),
  ]);
