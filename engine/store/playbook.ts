import { z } from 'zod';

/**
 * What a profession brings and a business may change: skills with their fields, what to say in emergencies,
 * the menu, what to extract. It is data: nothing in it is code, and nothing in it can do more than the skills can.
 */

const id = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by -');
const text = (max: number) => z.string().trim().min(1).max(max);
const phrases = z.array(text(200)).max(60);
const money = { priceMinor: z.number().int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) };

/** One value that a skill needs. */
const slotSchema = z.strictObject({
  id,
  /** What the recogniser looks for: `text` takes the caller's words as they are. */
  kind: z.enum([
    'text',
    'name',
    'phone',
    'email',
    'number',
    'money',
    'date',
    'date-time',
    'yes-no',
    'choice',
    'address',
    'items',
  ]),
  /** For the screen: "call-back number". */
  label: text(60),
  /** The question, with other wordings for the second and the third time. */
  ask: z.array(text(200)).min(1).max(3),
  /** Asked once, and left out when the caller does not know. */
  optional: z.boolean().default(false),
  /** Taken when told, never asked for. */
  volunteered: z.boolean().default(false),
  /** Of `choice`: what can be chosen, with the words for it. */
  choices: z
    .array(z.strictObject({ id, words: z.array(text(60)).min(1).max(60) }))
    .max(100)
    .default([]),
  /** Of `number` and `money` (in whole units): what is possible. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Only for these services; all where empty. Of booking slots. */
  services: z.array(text(80)).max(500).default([]),
});

export const skillSchema = z.strictObject({
  id,
  title: text(80),
  /** Whose inbox it belongs to. */
  kind: z.enum(['message', 'order', 'reservation', 'lead', 'request']),
  /** What callers say who want this; compared by meaning. */
  phrases,
  /** Words that mean it whatever stands beside them: "leave a message". */
  cues: phrases.default([]),
  slots: z.array(slotSchema).min(1).max(20),
  /** Whether the values are read back, and an explicit yes is needed before anything is kept. */
  confirm: z.boolean(),
  /** Read back as a sentence; `{slot}` stands for a value in words, `{total}` for the sum of the items. */
  readBack: text(300).optional(),
  /** Said once it is kept. */
  done: text(300),
});

/** What to say when words tell of danger, before anything else. */
const emergencySchema = z.strictObject({
  id,
  /** Words that are enough by themselves: "chest pain". */
  cues: phrases.min(1),
  /** Said at once. `{emergency}` is the number of the emergency services here. */
  say: text(300),
  /** What follows: the call goes to a person where there is one, else an urgent message; or the call ends. */
  next: z.enum(['person', 'message', 'end', 'go-on']),
});

const optionSchema = z.strictObject({
  name: text(60),
  aliases: z.array(text(60)).max(50).default([]),
  /** Added to the price of the item. */
  priceMinor: z.number().int().min(0).default(0),
});

const menuItemSchema = z.strictObject({
  id,
  name: text(80),
  aliases: z.array(text(80)).max(50).default([]),
  ...money,
  options: z.array(optionSchema).max(30).default([]),
});

/** A field that is read out of finished calls. */
const extractionFieldSchema = z.strictObject({
  id,
  label: text(60),
  kind: z.enum(['text', 'name', 'phone', 'email', 'number', 'money', 'date-time', 'yes-no', 'choice']),
  /** What it is, for the model. */
  description: text(200),
  choices: z.array(text(60)).max(100).default([]),
});

export const playbookSchema = z.strictObject({
  /** Where the business is, as it is said; null: not told. */
  address: text(200).nullable().default(null),
  /** How to get there, parking. */
  directions: text(500).nullable().default(null),
  /** What is asked for a booking besides service, time, name and number: "How many people?" */
  bookingSlots: z.array(slotSchema).max(10).default([]),
  skills: z.array(skillSchema).max(30).default([]),
  emergencies: z.array(emergencySchema).max(20).default([]),
  menu: z.array(menuItemSchema).max(500).default([]),
  /** More that callers say for what every receptionist can do: `book`, `price`, `hours` … */
  phrases: z.record(text(40), phrases).default({}),
  /** What no answer may be given to but by a professional: "medical", "legal"; it words the refusal. */
  advice: z.enum(['medical', 'dental', 'legal', 'financial', 'safety', 'none']).default('none'),
  extraction: z.array(extractionFieldSchema).max(40).default([]),
});

export type Playbook = z.output<typeof playbookSchema>;
export type PlaybookInput = z.input<typeof playbookSchema>;
export type SlotDocument = Playbook['bookingSlots'][number];
export type SkillDocument = Playbook['skills'][number];
export type Emergency = Playbook['emergencies'][number];
export type MenuItem = Playbook['menu'][number];
export type ExtractionField = Playbook['extraction'][number];

export interface Problem {
  /** Names joined by dots, for example `skills.0.slots.1.id`. */
  readonly path: string;
  readonly message: string;
}

const within = (path: string, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));

/** What a skill says of values that it never asks for, and questions that are there twice. */
export function skillContradictions({ slots, readBack }: SkillDocument): Problem[] {
  const ids = slots.map(({ id }) => id);
  const total = slots.some(({ kind }) => kind === 'items') ? ['total'] : [];
  const used = [...(readBack ?? '').matchAll(/\{([^}]*)\}/g)].map(([, id = '']) => id);
  const unknown = used.filter((id) => ![...ids, ...total].includes(id));
  return [
    ...within('slots', slotContradictions(slots)),
    ...unknown.map((id) => ({ path: 'readBack', message: `{${id}} is none of the questions` })),
  ];
}

const slotContradictions = (slots: readonly SlotDocument[]): Problem[] =>
  slots.flatMap(({ id, kind, choices }, i) => [
    ...(slots.slice(0, i).some((other) => other.id === id)
      ? [{ path: `${i}.id`, message: `there are two questions called ${id}` }]
      : []),
    ...(kind === 'choice' && choices.length === 0
      ? [{ path: `${i}.choices`, message: 'says nothing that can be chosen' }]
      : []),
  ]);

/** What is good value by value and does not hold together. */
export const playbookContradictions = ({ skills, bookingSlots }: Playbook): Problem[] => [
  ...within('bookingSlots', slotContradictions(bookingSlots)),
  ...skills.flatMap((skill, i) => [
    ...(skills.slice(0, i).some(({ id }) => id === skill.id)
      ? [{ path: `skills.${i}.id`, message: `there are two skills called ${skill.id}` }]
      : []),
    ...within(`skills.${i}`, skillContradictions(skill)),
  ]),
];

/** Everything that is wrong with a document; nothing where it can be kept. */
export function playbookProblems(document: unknown): Problem[] {
  const { data, error } = playbookSchema.safeParse(document);
  return data
    ? playbookContradictions(data)
    : (error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message }));
}
