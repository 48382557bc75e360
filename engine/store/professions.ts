import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import { newTenantSchema } from './new-tenant-schema.ts';
import { playbookSchema } from './playbook.ts';

const { hours, services, industry } = newTenantSchema.shape;

/** What a business of one profession begins with. `{business}` stands for its name. */
const professionSchema = z.strictObject({
  id: z.string(),
  title: z.string().min(1).max(60),
  industry: industry.unwrap(),
  agentName: z.string().min(1).max(60),
  greeting: z.string().min(1).max(300),
  prompt: z.string().max(4000),
  skills: z.array(z.string()),
  hours: hours.unwrap(),
  services: services.unwrap(),
  playbook: playbookSchema,
});

export type Profession = z.output<typeof professionSchema>;

const folder = new URL('./professions/', import.meta.url);

export const professionIds = (): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();

/** @throws VoxboxError `input_invalid` for one that is not there, naming those that are */
export function professionOf(id: string): Profession {
  if (!professionIds().includes(id)) {
    throw new VoxboxError(
      'input_invalid',
      `profession: there is no "${id}"; there are ${professionIds().join(', ')}`,
    );
  }
  return professionSchema.parse(JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')));
}
