import type { Ids } from '../foundation/index.ts';
import { type AgentDocument, withName } from './agent-document.ts';
import type { Tenant } from './model.ts';
import type { NewTenant } from './new-tenant.ts';
import { type Profession, professionIds, professionOf } from './professions.ts';
import type { TenantStore } from './tenant-store.ts';

/**
 * An agent of another profession. What is still as its own profession gave it comes from the new one; what the owner
 * wrote, changed or added stays.
 *
 * @throws VoxboxError `input_invalid` for a profession that is not there
 */
export function withProfession(
  document: AgentDocument,
  profession: string,
  { business, ids }: { readonly business: string; readonly ids: Ids },
): AgentDocument {
  const before = professionIds().includes(document.profession) ? document.profession : 'general';
  const usualOf = (id: string): AgentDocument => templateOf(professionOf(id), { document, business, ids });
  const [usual, next] = [usualOf(before), usualOf(profession)];
  return {
    ...wordsOf(document, usual, next),
    profession,
    hours: keptUnlessUsual(document, usual, next, 'hours'),
    skills: merged(document.skills, usual.skills, next.skills, (id) => id),
    services: merged(document.services, usual.services, next.services, ({ name }) => name.toLowerCase()),
    staff: document.staff,
    playbook: playbookOf(document.playbook, usual.playbook, next.playbook),
  };
}

const wordsOf = (
  own: AgentDocument,
  usual: AgentDocument,
  next: AgentDocument,
): Pick<AgentDocument, 'agentName' | 'greeting' | 'prompt'> => ({
  agentName: keptUnlessUsual(own, usual, next, 'agentName'),
  greeting: keptUnlessUsual(own, usual, next, 'greeting'),
  prompt: keptUnlessUsual(own, usual, next, 'prompt'),
});

function playbookOf(
  own: AgentDocument['playbook'],
  usual: AgentDocument['playbook'],
  next: AgentDocument['playbook'],
): AgentDocument['playbook'] {
  const byId = ({ id }: { readonly id: string }): string => id;
  return {
    address: own.address,
    directions: own.directions,
    bookingSlots: merged(own.bookingSlots, usual.bookingSlots, next.bookingSlots, byId),
    skills: merged(own.skills, usual.skills, next.skills, byId),
    emergencies: merged(own.emergencies, usual.emergencies, next.emergencies, byId),
    menu: merged(own.menu, usual.menu, next.menu, byId),
    phrases: keptUnlessUsual(own, usual, next, 'phrases'),
    advice: keptUnlessUsual(own, usual, next, 'advice'),
    extraction: merged(own.extraction, usual.extraction, next.extraction, byId),
  };
}

/**
 * What another business begins with that is made like this one: all that its agent is and sounds like, but its people, its
 * address and the way there.
 */
export function likeTenant(
  { name, industry, language }: Tenant,
  { agent, profile }: Pick<TenantStore, 'agent' | 'profile'>,
  business: string,
): Pick<NewTenant, 'industry' | 'language' | 'profile' | 'hours' | 'services' | 'playbook'> {
  const { document } = agent.live();
  const { agentName, profession, greeting, skills, prompt, hours, services, playbook } = withName(document, {
    ...{ from: name, to: business },
  });
  const { voice } = profile().profile;
  return {
    ...{ industry, language, hours, profile: { agentName, profession, greeting, skills, prompt, voice } },
    services: services.map(({ id: _, staffIds: __, ...service }) => service),
    playbook: { ...playbook, address: null, directions: null },
  };
}

/** What a profession gives, in the shape of the document; a service that is there already keeps its id and people. */
function templateOf(
  { services, greeting, prompt, ...profession }: Profession,
  { document, business, ids }: { document: AgentDocument; business: string; ids: Ids },
): AgentDocument {
  return {
    ...{ agentName: profession.agentName, profession: profession.id, skills: profession.skills },
    ...{ hours: [...profession.hours], playbook: profession.playbook, staff: [] },
    greeting: greeting.replaceAll('{business}', business),
    prompt: prompt.replaceAll('{business}', business),
    services: services.map(({ staff: _, ...service }) => {
      const own = document.services.find(({ name }) => name.toLowerCase() === service.name.toLowerCase());
      return { ...service, id: own?.id ?? ids.uuid(), staffIds: own?.staffIds ?? [] };
    }),
  };
}

const keptUnlessUsual = <D extends object, K extends keyof D>(own: D, usual: D, next: D, key: K): D[K] =>
  isSame(own[key], usual[key]) ? next[key] : own[key];

/** The new ones, but those that the owner changed in their place; then what else the owner wrote. */
function merged<T>(
  own: readonly T[],
  usual: readonly T[],
  next: readonly T[],
  keyOf: (entry: T) => string,
): T[] {
  const theirs = new Map(
    own
      .filter((entry) => !usual.some((other) => isSame(other, entry)))
      .map((entry) => [keyOf(entry), entry] as const),
  );
  const coming = new Set(next.map(keyOf));
  return [
    ...next.map((entry) => theirs.get(keyOf(entry)) ?? entry),
    ...[...theirs].filter(([key]) => !coming.has(key)).map(([, entry]) => entry),
  ];
}

/** Whatever the order of their names. */
const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one, sorted) === JSON.stringify(other, sorted);

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    : value;
