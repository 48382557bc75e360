import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, page } from './scope.ts';
import { openSpanModel, serviceModel, staffModel } from './services.ts';

/** What an agent is, was, and shall be. Browser-safe, as the whole contract. */

const timeMs = z.number().int();

/** A question of a skill, or of bookings. What else stands in it is kept as it is. */
export const slotModel = z.looseObject({
  id: z.string(),
  kind: z.string(),
  /** For the screen. */
  label: z.string(),
  /** The question, with other wordings for the second and the third time. */
  ask: z.array(z.string()),
  optional: z.boolean(),
  /** Taken when told, never asked for. */
  volunteered: z.boolean(),
});

export const skillModel = z.looseObject({
  id: z.string(),
  title: z.string(),
  kind: z.enum(['message', 'order', 'reservation', 'lead', 'request']),
  slots: z.array(slotModel),
  /** Said once it is kept. */
  done: z.string(),
});

export const emergencyModel = z.looseObject({
  id: z.string(),
  cues: z.array(z.string()),
  /** Said before anything else. `{emergency}` is the number of the emergency services. */
  say: z.string(),
});

/** As it is stored; what may stand in it is checked where it is kept. */
export const agentDocumentModel = z.object({
  agentName: z.string(),
  /** Id of the profession that it came from. */
  profession: z.string(),
  greeting: z.string(),
  prompt: z.string(),
  /** Ids of what is switched on; all where it is empty. */
  skills: z.array(z.string()),
  hours: z.array(openSpanModel),
  services: z.array(serviceModel),
  staff: z.array(staffModel),
  playbook: z.looseObject({
    address: z.string().nullable(),
    directions: z.string().nullable(),
    bookingSlots: z.array(slotModel),
    skills: z.array(skillModel),
    emergencies: z.array(emergencyModel),
  }),
});

export const rehearsalSummaryModel = z.object({
  passed: z.number().int(),
  total: z.number().int(),
  /** Titles of those that had to pass and did not. */
  failed: z.array(z.string()).readonly(),
});

export const agentVersionLineModel = z.object({
  number: z.number().int(),
  /** `began`: what there was when versions began; `changed`: past the draft, by a command or another program. */
  origin: z.enum(['began', 'published', 'changed']),
  by: z.string().nullable(),
  note: z.string().nullable(),
  rehearsal: rehearsalSummaryModel.nullable(),
  atMs: timeMs,
});

export const agentVersionModel = agentVersionLineModel.extend({ document: agentDocumentModel });

export const agentModel = z.object({
  /** What calls get from now on. */
  live: agentVersionModel,
  /** Null where nothing differs from it. */
  draft: z
    .object({
      document: agentDocumentModel,
      /** Number of the version that it began as. */
      basedOn: z.number().int(),
      by: z.string().nullable(),
      changedAtMs: timeMs,
    })
    .nullable(),
  /** To be named with every change of the draft: what others changed meanwhile is refused as `draft_changed`. */
  revision: z.number().int(),
});

const revision = z.number().int().nonnegative();
const agent = z.object({ agent: agentModel });
const document = z.record(z.string(), z.unknown());

/** `:id` is the tenant's, in those of one version its number. */
export const agentMethods = {
  'agent.read': { verb: 'GET', path: paths['agent.read'], query: nothing, answer: agent },
  /** The whole document, as the draft. Refused with the first value that is wrong. */
  'agent.save': {
    verb: 'PUT',
    path: paths['agent.save'],
    query: nothing,
    body: z.strictObject({ document, revision }),
    answer: agent,
  },
  'agent.discard': {
    verb: 'POST',
    path: paths['agent.discard'],
    query: nothing,
    body: z.strictObject({ revision }),
    answer: agent,
  },
  /**
   * From the next call on. Who simulates callers plays them first, unless they have been for this draft; refused as
   * `rehearsal_failed` where one that must pass does not, unless `despite` says why it is published all the same.
   */
  'agent.publish': {
    verb: 'POST',
    path: paths['agent.publish'],
    query: nothing,
    body: z.strictObject({
      revision,
      note: z.string().trim().max(300).default(''),
      despite: z.string().trim().min(3).max(300).optional(),
    }),
    answer: z.object({ version: agentVersionLineModel }),
  },
  /** A document of another profession; nothing is kept. What the owner wrote in it stays. */
  'agent.template': {
    verb: 'POST',
    path: paths['agent.template'],
    query: nothing,
    body: z.strictObject({ document, profession: z.string().min(1).max(40) }),
    answer: z.object({ document: agentDocumentModel }),
  },
  /** Latest first. */
  'agentVersion.list': {
    verb: 'GET',
    path: paths['agentVersion.list'],
    query: page,
    answer: z.object({ versions: z.array(agentVersionLineModel) }),
  },
  'agentVersion.read': {
    verb: 'GET',
    path: paths['agentVersion.read'],
    query: ofTenant,
    answer: z.object({ version: agentVersionModel }),
  },
  /** It becomes the draft, in the place of the one there is. */
  'agentVersion.restore': {
    verb: 'POST',
    path: paths['agentVersion.restore'],
    query: ofTenant,
    body: z.strictObject({ revision }),
    answer: agent,
  },
  /** A skill as a JSON document: everything that is wrong with it, with its line; nothing is kept. */
  'skill.check': {
    verb: 'POST',
    path: paths['skill.check'],
    query: nothing,
    body: z.strictObject({ text: z.string().max(100_000) }),
    answer: z.object({
      /** With everything that it left out; null where something is wrong. */
      skill: skillModel.nullable(),
      problems: z.array(
        z.object({ line: z.number().int().nullable(), path: z.string(), message: z.string() }),
      ),
    }),
  },
} as const;

export type AgentDocument = z.infer<typeof agentDocumentModel>;
export type AgentVersionLine = z.infer<typeof agentVersionLineModel>;
export type AgentVersion = z.infer<typeof agentVersionModel>;
export type Agent = z.infer<typeof agentModel>;
export type Skill = z.infer<typeof skillModel>;
export type Slot = z.infer<typeof slotModel>;
export type SkillProblem = z.infer<(typeof agentMethods)['skill.check']['answer']>['problems'][number];
