import { type PlaybookInput, playbookProblems, professionIds, professionOf } from '../store/index.ts';
import type { playbookMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** What skills are made of, and the professions they begin with. */
export const playbookDesk = ({ box }: DeskParts): Pick<Desk, keyof typeof playbookMethods> => ({
  'profession.list': () => ({
    professions: professionIds()
      .map(professionOf)
      .map(({ id, title, industry, agentName, greeting, hours, services, playbook }) => ({
        ...{ id, title, industry, agentName, greeting },
        hours: [...hours],
        services: services.map(({ name }) => name),
        skills: playbook.skills.map((skill) => skill.id),
      })),
  }),
  'playbook.read': ({ id }) => ({ playbook: box.tenant(id).playbook() }),
  'playbook.set': ({ id, who, body }) => {
    const store = box.tenant(id);
    // The store is the one that checks what is in it.
    store.setPlaybook(body as PlaybookInput, { by: who.name });
    return { playbook: store.playbook() };
  },
  'playbook.check': ({ body }) => ({ problems: playbookProblems(body) }),
});
