import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import { agentFields, serviceFields, spans, staffFields } from './new-tenant-schema.ts';
import { type Problem, playbookContradictions, playbookSchema } from './playbook.ts';

/**
 * What an agent is and knows by heart: who it is, what it can do, when the business is open, what it offers and who
 * does it. One document, so that it is changed, published and taken back as one. How it sounds is not part of it.
 */
export const agentDocumentSchema = z.strictObject({
  ...agentFields,
  hours: spans.transform((hours) =>
    hours.toSorted((one, other) => one.weekday - other.weekday || one.fromMinute - other.fromMinute),
  ),
  services: z
    .array(
      z.strictObject({
        ...serviceFields,
        id: z.string().min(1).max(64),
        /** Who does it; all where it is empty. */
        staffIds: z.array(z.string().max(64)).max(200).default([]),
      }),
    )
    .max(500),
  staff: z.array(z.strictObject({ ...staffFields, id: z.string().min(1).max(64) })).max(200),
  playbook: playbookSchema,
});

export type AgentDocument = z.output<typeof agentDocumentSchema>;

/** @throws VoxboxError `input_invalid` with the first value that is wrong */
export function checkedDocument(given: unknown): AgentDocument {
  const parsed = agentDocumentSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new VoxboxError('input_invalid', `${issue?.path.join('.') || 'agent'}: ${issue?.message}`);
  }
  const [trouble] = contradictions(parsed.data);
  if (trouble) throw new VoxboxError('input_invalid', `${trouble.path}: ${trouble.message}`);
  return parsed.data;
}

/** What is good value by value and does not hold together. */
function contradictions({ services, staff, playbook }: AgentDocument): Problem[] {
  const ids = new Set(staff.map(({ id }) => id));
  return [
    ...(staff.length === 0 ? [{ path: 'staff', message: 'somebody must do the work' }] : []),
    ...twice(staff, 'staff'),
    ...twice(services, 'services'),
    ...services.flatMap(({ staffIds }, i) =>
      staffIds.every((id) => ids.has(id))
        ? []
        : [{ path: `services.${i}.staffIds`, message: 'names somebody who is not of the staff' }],
    ),
    ...playbookContradictions(playbook).map((problem) => ({ ...problem, path: `playbook.${problem.path}` })),
  ];
}

/** Of a business of which nobody was named yet; a person's name is shorter than a business's may be. */
export const staffNameOf = (business: string): string => business.slice(0, 80).trim();

/**
 * What says the name of the business says another one. Somebody of the staff who bears it is the business itself: nobody
 * else was named yet.
 */
export function withName(
  document: AgentDocument,
  { from, to }: { readonly from: string; readonly to: string },
): AgentDocument {
  const wholeName = new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(from)}(?![\\p{L}\\p{N}])`, 'gu');
  const named = (text: string): string => text.replace(wholeName, () => to);
  return {
    ...document,
    greeting: named(document.greeting),
    prompt: named(document.prompt),
    staff: document.staff.map((one) =>
      one.name === staffNameOf(from) ? { ...one, name: staffNameOf(to) } : one,
    ),
  };
}

const twice = (named: readonly { readonly id: string; readonly name: string }[], path: string): Problem[] =>
  named.flatMap(({ id, name }, i) => {
    const same = named.findIndex((other) => other.id === id || plain(other.name) === plain(name));
    return same < i ? [{ path: `${path}.${i}.name`, message: `"${name}" is there twice` }] : [];
  });

const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();
