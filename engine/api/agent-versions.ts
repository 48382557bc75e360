import { parseDocument } from 'yaml';
import { changeCalendarSettings } from '../calendar/index.ts';
import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import {
  type AgentVersions,
  type Box,
  checkedDocument,
  type Problem,
  type RehearsalSummary,
  skillContradictions,
  skillSchema,
  withProfession,
} from '../store/index.ts';
import type { Who } from './access/index.ts';
import { type Agent, allows, type Skill, type SkillProblem } from './contract/index.ts';
import type { Serve } from './method-server.ts';
import type { RehearsalBook } from './rehearsals.ts';

/** Serves `agentMethods`: what an agent is, was, and shall be. */
export function serveAgent(
  serve: Serve,
  parts: { readonly box: Box; readonly clock: Clock; readonly ids: Ids; readonly book: RehearsalBook },
): void {
  const { box, ids, book } = parts;
  const agentOf = (id: string): AgentVersions => box.tenant(id).agent;
  const answer = (agent: AgentVersions): { agent: Agent } => ({
    agent: { live: agent.live(), draft: agent.draft(), revision: agent.revision() },
  });

  serve('agent.read', ({ id }) => answer(agentOf(id)));
  serve('agent.save', ({ id, who, body: { document, revision } }) => {
    const agent = agentOf(id);
    // The store is the one that checks what is in it.
    agent.save(document, { revision, by: nameOf(who) });
    return answer(agent);
  });
  serve('agent.discard', ({ id, who, body: { revision } }) => {
    const agent = agentOf(id);
    agent.discard({ revision, by: nameOf(who) });
    return answer(agent);
  });
  serve('agent.template', ({ id, body: { document, profession } }) => {
    const business = box.tenants.find(id)?.name ?? '';
    return { document: withProfession(checkedDocument(document), profession, { business, ids }) };
  });
  serve('agent.publish', async ({ id, who, body: { revision, note, despite } }) => {
    const agent = agentOf(id);
    // Before the callers are played, which takes minutes.
    agent.toPublish(revision);
    if (despite !== undefined && !allows({ who: 'owner', tenant: 'path' }, who.rights, id)) {
      throw new VoxboxError(
        'not_allowed',
        'only an owner publishes what simulated callers were not served by',
      );
    }
    const rehearsal = await gate(book, id, { revision, anyway: despite !== undefined });
    const why = [note, despite ?? ''].filter((text) => text !== '').join('; ');
    return { version: agent.publish({ revision, by: nameOf(who), note: why || null, rehearsal }) };
  });
  serve('agentVersion.list', ({ id, query }) => ({ versions: agentOf(id).list(query) }));
  serve('agentVersion.read', ({ id, query: { tenant } }) => ({
    version: agentOf(tenant).version(numberOf(id)),
  }));
  serve('agentVersion.restore', ({ id, who, query: { tenant }, body: { revision } }) => {
    const agent = agentOf(tenant);
    agent.restore(numberOf(id), { revision, by: nameOf(who) });
    return answer(agent);
  });
  serve('calendarSettings.read', ({ id }) => ({ settings: box.tenant(id).calendarSettings.get() }));
  serve('calendarSettings.change', ({ id, body }) => ({
    settings: changeCalendarSettings(box.tenant(id), body, parts),
  }));
  serve('skill.check', ({ body }) => checkedSkill(body.text));
}

/** Whoever is signed in, or the program that asks. */
export const nameOf = ({ kind, name }: Who): string | null => (kind === 'nobody' ? null : name);

/**
 * How the simulated callers fared with this draft; null where it is published anyway and nobody tried.
 *
 * @throws VoxboxError `rehearsal_failed` naming those who were not served; `rehearsal_unfinished`
 */
async function gate(
  book: RehearsalBook,
  tenantId: string,
  { revision, anyway }: { readonly revision: number; readonly anyway: boolean },
): Promise<RehearsalSummary | null> {
  if (anyway) {
    const latest = book.latest(tenantId);
    return latest?.revision === revision ? latest.summary : null;
  }
  const { failure, summary } = await book.settled(tenantId);
  if (failure) throw new VoxboxError('rehearsal_unfinished', failure.message);
  if (summary && summary.failed.length > 0) {
    throw new VoxboxError('rehearsal_failed', `not served as they must be: ${summary.failed.join('; ')}`);
  }
  return summary;
}

function numberOf(id: string): number {
  if (!/^[1-9]\d{0,8}$/.test(id)) throw new VoxboxError('not_found', `there is no version ${id}`);
  return Number(id);
}

/** Everything that is wrong with a skill that was written as JSON, with the line where it stands. */
export function checkedSkill(text: string): { skill: Skill | null; problems: SkillProblem[] } {
  const document = parseDocument(text, { version: '1.2', schema: 'json' });
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    const [fault] = document.errors;
    const message = error instanceof Error ? error.message.replace(/ \(line \d+ column \d+\)$/, '') : '';
    const line = fault ? lineAt(fault.pos[0]) : lineAt(text.trimEnd().length);
    return { skill: null, problems: [{ line, path: '', message: `is no JSON: ${message}` }] };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
      if (node?.range) return lineAt(node.range[0] ?? 0);
    }
    return 1;
  };
  const located = ({ path, message }: Problem): SkillProblem => ({
    ...{ path, message },
    line: lineOf(path.split('.').filter(Boolean)),
  });
  const checked = skillSchema.safeParse(given);
  const problems = checked.success
    ? skillContradictions(checked.data)
    : checked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return {
    skill: checked.success && problems.length === 0 ? checked.data : null,
    problems: problems.map(located),
  };
}
