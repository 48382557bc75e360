import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KnownAnswer, NewSourceRequest, SourceProgress } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Source, UnansweredQuestion } from '../store/index.ts';
import type { CliIo, Command } from './command.ts';
import { chosenTenants, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { atDesk, ownerOf } from './desk.ts';
import { localTime, printable, table } from './table.ts';

const ownTenantFlag = {
  tenant: { type: 'string', value: 'SLUG', help: 'whose knowledge it is (slug or id)' },
} as const;

const modelsFlag = {
  models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
} as const;

export const knowledgeAdd: Command = {
  name: 'knowledge add',
  summary: 'Teach the agent a document or web page; again, where it has changed',
  operands: '<file-or-address>',
  flags: {
    ...ownTenantFlag,
    ...modelsFlag,
    private: { type: 'boolean', help: 'the address may be one of your own network' },
  },
  async run(call) {
    const { io, json, positionals, config, text } = call;
    const request = await requestOf(positionals[0] ?? '', call.has('private'));
    const id = await tenantIdOf(config(), text('tenant'));
    const { source } = await atDesk(
      config(),
      { ...request, id },
      json ? undefined : progressLines(io, request.name),
    );
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
  summary: 'Let the agent forget a source and all its passages',
  operands: '<id>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [id = ''] = positionals;
    const { id: tenant } = await ownerOf(config(), text('tenant'), {
      has: (store) => store.sources.find(id),
      missing: `there is no source ${id}`,
    });
    await atDesk(config(), { method: 'source.remove', id, query: { tenant } });
    io.out(json ? asJson({ removed: id }) : `Removed ${id}.\n`);
    return 0;
  },
};

export const knowledgeAsk: Command = {
  name: 'knowledge ask',
  summary: 'Show what the agent would answer, and from which passages',
  operands: '<question>',
  flags: { ...ownTenantFlag, ...modelsFlag },
  async run({ io, json, config, text, positionals }) {
    const id = await tenantIdOf(config(), text('tenant'));
    const body = { question: positionals[0] ?? '' };
    const { answer } = await atDesk(config(), { method: 'knowledge.ask', id, body });
    if (json) io.out(asJson({ answer }));
    else io.out(answer ? answerWords(answer) : 'Nothing fits: the agent would say so and take a message.\n');
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
  summary: 'Answer such a question once, for all who ask it from now on',
  operands: '<id> <answer>',
  flags: { ...ownTenantFlag, ...modelsFlag },
  async run({ io, json, config, text, positionals }) {
    const [id = '', answer = ''] = positionals;
    const tenant = await tenantIdOf(config(), text('tenant'));
    const { source } = await atDesk(config(), {
      method: 'question.answer',
      id,
      query: { tenant },
      body: { answer },
    });
    io.out(json ? asJson({ source }) : `Knows the answer to: ${printable(source.name)}\n`);
    return 0;
  },
};

export const knowledgeDismiss: Command = {
  name: 'knowledge dismiss',
  summary: 'Take a question from the list without an answer; asked again it comes back',
  operands: '<id>',
  flags: tenantFlag,
  async run({ io, json, config, text, positionals }) {
    const [id = ''] = positionals;
    const { id: tenant } = await ownerOf(config(), text('tenant'), {
      has: (store) => store.unanswered.find(id),
      missing: `there is no question ${id}`,
    });
    const { question } = await atDesk(config(), {
      method: 'question.dismiss',
      id,
      query: { tenant },
      body: {},
    });
    io.out(json ? asJson({ question }) : `Dismissed: ${printable(question.question)}\n`);
    return 0;
  },
};

type NewSource = { readonly name: string } & (
  | { readonly method: 'source.add'; readonly body: NewSourceRequest }
  | { readonly method: 'source.upload'; readonly query: { readonly name: string }; readonly file: Buffer }
);

async function requestOf(given: string, ofOwnNetwork: boolean): Promise<NewSource> {
  if (/^https?:\/\//i.test(given)) {
    return {
      name: given,
      method: 'source.add',
      body: { kind: 'address', url: given, private: ofOwnNetwork },
    };
  }
  const name = basename(given);
  try {
    return { name, method: 'source.upload', query: { name }, file: await readFile(given) };
  } catch (cause) {
    throw new VoxboxError('input_invalid', `${given} cannot be read`, { cause });
  }
}

const stages = { reading: 'reading', embedding: 'understanding', saving: 'saving' } as const;

/** A line that redraws itself where a person watches; elsewhere one line a stage. */
function progressLines(io: CliIo, source: string): (progress: SourceProgress) => void {
  let last = '';
  return ({ name, stage, done, total }) => {
    if (name !== source) return;
    if (io.isTerminal)
      io.out(`\r${`${stages[stage]} ${done}/${total}`.padEnd(30)}${done === total ? '\n' : ''}`);
    else if (stage !== last) io.out(`${stages[stage]}\n`);
    last = stage;
  };
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const answerWords = ({ text, passages }: KnownAnswer): string =>
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
