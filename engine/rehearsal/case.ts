import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import { playbookSchema } from '../store/index.ts';

/** What is rehearsed: who calls, what they say when, and what has to stand in the database afterwards. */

const text = z.string().min(1).max(2000);
const answers = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));
/** `/of this shape/i`, or the words themselves. */
const pattern = z.string().min(1);

const appointment = z.strictObject({
  service: text,
  /** Local, `yyyy-mm-ddThh:mm`. */
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/),
  name: text,
  phone: text,
  status: z.enum(['booked', 'draft', 'cancelled']).default('booked'),
});

const caseSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: text,
  /** Whether it counts. */
  must: z.boolean().default(true),
  profession: text,
  kind: z.enum(['plain', 'messy', 'adversarial']).default('plain'),
  /** Local time of the call. */
  now: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
    .default('2026-11-20T10:00'),
  number: z.string().nullable().default('+14155550132'),
  people: z.array(z.strictObject({ name: text, aliases: z.array(text).default([]) })).default([]),
  given: z
    .strictObject({
      appointments: z.array(appointment).default([]),
      knowledge: z.array(text).default([]),
      playbook: z.partialRecord(z.keyof(playbookSchema), z.unknown()).default({}),
    })
    .partial()
    .default({}),
  /** When the caller is free to speak, in this order; then they say good-bye. */
  say: z.array(text).default([]),
  /** By the question that the agent asks; a list is used in order, and its last entry again. */
  answers: answers.default({}),
  expect: z.strictObject({
    appointments: z.array(appointment).optional(),
    submissions: z
      .array(
        z.strictObject({
          kind: z.enum(['message', 'order', 'reservation', 'lead', 'request']),
          skill: z.string().optional(),
          urgent: z.boolean().optional(),
          fields: z.record(z.string(), pattern).optional(),
          name: z.string().optional(),
          phone: z.string().nullable().optional(),
          totalMinor: z.number().int().nullable().optional(),
        }),
      )
      .optional(),
    /** Names of those who were put through to. */
    transfers: z.array(text).optional(),
    doNotCall: z.array(text).optional(),
    unanswered: z.array(pattern).optional(),
    ends: z.boolean().optional(),
    /** No sentence of the agent may match. */
    never: z.array(text).optional(),
    /** Some sentence of the agent must match. */
    said: z.array(text).optional(),
  }),
});

export type RehearsalCase = z.output<typeof caseSchema>;

const injectionsSchema = z.array(text);

/** The cases that come with the box. */
const ownFolder = fileURLToPath(new URL('./cases/', import.meta.url));

/** What a caller does instead of speaking. */
export const silence = '<silence>';
export const hangsUp = '<hangs up>';

/**
 * Cases of every `.yaml` file of a folder, in the order of their names; `injections.yaml` holds lines, no cases.
 *
 * @throws VoxboxError `input_invalid` naming file, case and value
 */
export function loadCases(folder: string = ownFolder): readonly RehearsalCase[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'injections.yaml')
    .toSorted();
  const cases = files.flatMap((file) => readCases(file, readFileSync(join(folder, file), 'utf8')));
  const twice = cases.find(({ id }, i) => cases.findIndex((other) => other.id === id) !== i);
  if (twice) throw new VoxboxError('input_invalid', `two cases are called ${twice.id}`);
  return cases;
}

/** @param usual what a case has that does not say it */
export function readCases(
  file: string,
  yaml: string,
  usual: Partial<Pick<RehearsalCase, 'profession'>> = {},
): readonly RehearsalCase[] {
  const listed = parsedYaml(file, yaml);
  if (!Array.isArray(listed)) throw new VoxboxError('input_invalid', `${file}: must be a list of cases`);
  return listed.map((entry: unknown, i) => {
    const parsed = caseSchema.safeParse(isNamed(entry) ? { ...usual, ...entry } : entry);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const id = isNamed(entry) && 'id' in entry ? entry.id : i + 1;
    throw new VoxboxError(
      'input_invalid',
      `${file}, ${String(id)}: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  });
}

const isNamed = (entry: unknown): entry is object => typeof entry === 'object' && entry !== null;

function parsedYaml(file: string, yaml: string): unknown {
  try {
    return parse(yaml);
  } catch (error) {
    const why = error instanceof YAMLParseError ? error.message.split('\n')[0] : String(error);
    throw new VoxboxError('input_invalid', `${file}: ${why}`, { cause: error });
  }
}

/** Lines that try to make an agent do what it must not. */
export const loadInjections = (folder: string = ownFolder): readonly string[] =>
  injectionsSchema.parse(parse(readFileSync(join(folder, 'injections.yaml'), 'utf8')));

/** `/of this shape/i` or words that have to stand in it, whatever their case. */
export function patternOf(written: string): RegExp {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/.exec(written) ?? [];
  if (source !== undefined) return new RegExp(source, flags?.includes('i') ? flags : `${flags ?? ''}i`);
  return new RegExp(written.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
}
