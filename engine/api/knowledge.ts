import { VoxboxError } from '../foundation/index.ts';
import { answer, forget, ingest, type KnowledgeParts, type SourceInput } from '../knowledge/index.ts';
import type { Source as StoredSource } from '../store/index.ts';
import type { knowledgeMethods, Question, Source } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** Documents, pages and answers that the agent knows, and the questions that nothing fitted. */
export function knowledgeDesk(parts: DeskParts): Pick<Desk, keyof typeof knowledgeMethods> {
  const { box, clock, ids, embed, signal, onProgress } = parts;
  const partsOf = (tenantId: string): KnowledgeParts => ({
    ...{ store: box.tenant(tenantId), embed, clock, ids, signal },
  });
  const add = async (
    tenantId: string,
    input: SourceInput,
    allowPrivate = false,
  ): Promise<{ source: Source }> => {
    const name = nameOf(input);
    const source = await ingest(input, { ...partsOf(tenantId), allowPrivate }, ({ stage, done, total }) =>
      onProgress({ type: 'source.progressed', tenantId, name, stage, done, total }),
    );
    return { source: sourceAnswer(source) };
  };
  const question = (tenantId: string, id: string): Question => {
    const found = box.tenant(tenantId).unanswered.find(id);
    if (!found) throw new VoxboxError('not_found', `there is no question ${id}`);
    return found;
  };

  return {
    'source.list': ({ id, query: { limit, offset } }) => ({
      sources: box
        .tenant(id)
        .sources.list()
        .slice(offset, offset + limit)
        .map(sourceAnswer),
    }),
    'source.add': ({ id, body }) => add(id, body, body.kind === 'address' && body.private === true),
    'source.upload': ({ id, query: { name }, file }) => add(id, { kind: 'file', name, bytes: file }),
    'source.remove': async ({ id, query }) => {
      await forget(id, partsOf(query.tenant));
      return { removed: true };
    },
    'knowledge.ask': async ({ id, body }) => ({ answer: await answer(body.question, partsOf(id)) }),
    'question.list': ({ id, query }) => ({ questions: box.tenant(id).unanswered.list(query) }),
    'question.answer': ({ id, query: { tenant }, body }) =>
      add(tenant, { kind: 'answer', question: question(tenant, id).question, answer: body.answer }),
    'question.dismiss': ({ id, query: { tenant } }) => {
      box.tenant(tenant).unanswered.dismiss(id);
      return { question: question(tenant, id) };
    },
    'question.reopen': ({ id, query: { tenant } }) => {
      box.tenant(tenant).unanswered.reopen(id);
      return { question: question(tenant, id) };
    },
  };
}

const nameOf = (input: SourceInput): string =>
  input.kind === 'file' ? input.name : input.kind === 'address' ? input.url : input.question;

const sourceAnswer = ({ fingerprint: _, ...source }: StoredSource): Source => source;
