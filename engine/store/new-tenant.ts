import type { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import { staffNameOf } from './agent-document.ts';
import type { AgentProfile, Industry, OpenSpan, Service, Staff, TenantStatus } from './model.ts';
import { newTenantSchema } from './new-tenant-schema.ts';
import type { Playbook } from './playbook.ts';
import { type Profession, professionIds, professionOf } from './professions.ts';

/** What is given to set a tenant up; whatever is absent gets a value that works. */
export type NewTenant = z.input<typeof newTenantSchema>;

export interface CompleteTenant {
  readonly name: string;
  readonly slug: string;
  readonly industry: Industry;
  readonly status: TenantStatus;
  readonly timeZone: string;
  readonly language: string;
  readonly numbers: readonly { readonly number: string; readonly label: string }[];
  readonly profile: AgentProfile;
  readonly hours: readonly OpenSpan[];
  /** Their staff by name. */
  readonly services: readonly (Omit<Service, 'id' | 'staffIds'> & { readonly staff: readonly string[] })[];
  readonly staff: readonly Omit<Staff, 'id'>[];
  readonly playbook: Playbook;
}

export const defaultVoice = 'piper-en-us-joe-medium';

/** @throws VoxboxError `input_invalid` naming the first offending value */
export function completeTenant(
  input: NewTenant,
  isTaken = (_slug: string): boolean => false,
): CompleteTenant {
  const checked = checkedBy(newTenantSchema, input);
  const { name, slug, profile, hours, services, staff, playbook } = checked;
  const profession = professionFor(profile.profession);
  return {
    ...checked,
    slug: slug ?? freeSlugOf(name, isTaken),
    industry: input.industry ?? profession.industry,
    profile: {
      agentName: profession.agentName,
      profession: profession.id,
      greeting: profession.greeting.replaceAll('{business}', name),
      voice: defaultVoice,
      skills: profession.skills,
      prompt: profession.prompt.replaceAll('{business}', name),
      ...profile,
    },
    hours: hours ?? profession.hours,
    services: services ?? profession.services,
    staff: staff ?? [{ name: staffNameOf(name) }],
    playbook: playbook ?? profession.playbook,
  };
}

/** @throws VoxboxError `input_invalid` naming the first offending value */
export function checkedBy<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VoxboxError(
    'input_invalid',
    `${issue?.path.join('.') || 'tenant'}: ${issue?.message ?? 'not valid'}`,
  );
}

/** A trade that nobody wrote down is a business in general. */
const professionFor = (id = 'general'): Profession =>
  professionOf(professionIds().includes(id) ? id : 'general');

/** A span from hour to hour. */
export const span = (weekday: OpenSpan['weekday'], fromHour: number, toHour: number): OpenSpan => ({
  weekday,
  fromMinute: fromHour * 60,
  toMinute: toHour * 60,
});

/** The slug of a name; with a number where it is taken: two branches of one house have one name. */
export function freeSlugOf(name: string, isTaken: (slug: string) => boolean): string {
  const wanted = slugOf(name);
  let slug = wanted;
  for (let n = 2; isTaken(slug); n += 1) slug = `${wanted.slice(0, 56)}-${n}`;
  return slug;
}

/** "Café Zürich" → cafe-zurich. */
const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '') || 'tenant';
