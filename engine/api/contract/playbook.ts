import { z } from 'zod';
import { industryModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';
import { openSpanModel } from './services.ts';

/** What the skills of a business are made of. Browser-safe, as the whole contract. */

/** The document as it is stored; what may stand in it is checked where it is kept. */
export const playbookModel = z.record(z.string(), z.unknown());

export const professionModel = z.object({
  id: z.string(),
  title: z.string(),
  industry: industryModel,
  services: z.array(z.string()),
  /** Skills of its own, by id. */
  skills: z.array(z.string()),
  agentName: z.string(),
  /** `{business}` stands for the name. */
  greeting: z.string(),
  hours: z.array(openSpanModel),
});

const playbook = z.object({ playbook: playbookModel });

/** `:id` is the tenant's. */
export const playbookMethods = {
  'profession.list': {
    verb: 'GET',
    path: paths['profession.list'],
    query: nothing,
    answer: z.object({ professions: z.array(professionModel) }),
  },
  /** The tenant's own; of its profession where it has none yet. */
  'playbook.read': { verb: 'GET', path: paths['playbook.read'], query: nothing, answer: playbook },
  /** The whole document; from the next call on. Refused with the first value that is wrong. */
  'playbook.set': {
    verb: 'PUT',
    path: paths['playbook.set'],
    query: nothing,
    body: playbookModel,
    answer: playbook,
  },
  /** Everything that is wrong with a document; nothing is kept. */
  'playbook.check': {
    verb: 'POST',
    path: paths['playbook.check'],
    query: nothing,
    body: playbookModel,
    answer: z.object({ problems: z.array(z.object({ path: z.string(), message: z.string() })) }),
  },
} as const;

export type Profession = z.infer<typeof professionModel>;
