import type {
  Agent,
  AgentDocument,
  AgentVersion,
  AgentVersionLine,
  Profession,
  Rehearsal,
  Skill,
  SkillProblem,
  TriedOut,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { type Answer, ask, json, most, ofTenant, withId, withQuery } from '../asking.ts';

type AgentAnswer = Promise<Answer<{ agent: Agent }>>;

/** What the agent is, was, and shall be, and who tries it out. */
export const agentClient = {
  read: (tenant: string): AgentAnswer => ask(withId('agent.read', tenant)),
  save: (tenant: string, document: AgentDocument, revision: number): AgentAnswer =>
    ask(withId('agent.save', tenant), json('PUT', { document, revision })),
  discard: (tenant: string, revision: number): AgentAnswer =>
    ask(withId('agent.discard', tenant), json('POST', { revision })),
  publish: (
    tenant: string,
    request: { readonly revision: number; readonly note: string; readonly despite?: string },
  ) => ask<{ version: AgentVersionLine }>(withId('agent.publish', tenant), json('POST', request)),
  template: (tenant: string, document: AgentDocument, profession: string) =>
    ask<{ document: AgentDocument }>(
      withId('agent.template', tenant),
      json('POST', { document, profession }),
    ),
  professions: () => ask<{ professions: Profession[] }>(paths['profession.list']),
  versions: (tenant: string) =>
    ask<{ versions: AgentVersionLine[] }>(withQuery(withId('agentVersion.list', tenant), { limit: most })),
  version: (tenant: string, number: number) =>
    ask<{ version: AgentVersion }>(ofTenant('agentVersion.read', String(number), tenant)),
  restore: (tenant: string, number: number, revision: number): AgentAnswer =>
    ask(ofTenant('agentVersion.restore', String(number), tenant), json('POST', { revision })),
  checkSkill: (text: string) =>
    ask<{ skill: Skill | null; problems: SkillProblem[] }>(paths['skill.check'], json('POST', { text })),
  rehearsal: (tenant: string) => ask<{ rehearsal: Rehearsal | null }>(withId('rehearsal.read', tenant)),
  rehearse: (tenant: string) =>
    ask<{ rehearsal: Rehearsal | null }>(withId('rehearsal.start', tenant), json('POST', {})),
  tryOut: (tenant: string, document: AgentDocument, say: readonly string[]) =>
    ask<TriedOut>(withId('rehearsal.try', tenant), json('POST', { document, say })),
  cases: (tenant: string) => ask<{ yaml: string; count: number }>(withId('rehearsal.cases', tenant)),
  setCases: (tenant: string, yaml: string) =>
    ask<{ yaml: string; count: number }>(withId('rehearsal.setCases', tenant), json('PUT', { yaml })),
};
