import { describe, expect, it } from 'vitest';
import { newTenantSchema } from './new-tenant-schema.ts';
import type { Playbook, SlotDocument } from './playbook.ts';
import { type Profession, professionIds, professionOf } from './professions.ts';

/** What every receptionist can do; the others come from the playbook. */
const builtIn = [
  'book',
  'change-appointment',
  'hours',
  'price',
  'services',
  'address',
  'knowledge',
  'person',
  'do-not-call',
  'emergency',
];
const phraseKeys = [...builtIn, 'reschedule', 'cancel'];

const all: readonly Profession[] = professionIds().map(professionOf);
const named = all.map((profession) => [profession.id, profession] as const);

const slotsOf = ({ skills, bookingSlots }: Playbook): readonly SlotDocument[] => [
  ...bookingSlots,
  ...skills.flatMap((skill) => skill.slots),
];

const twice = (values: readonly string[]): readonly string[] =>
  values.filter((value, i) => values.indexOf(value) !== i);

const words = (text: string): number => text.split(/\s+/).length;

/** Symbols and abbreviations are read out wrongly. */
const unspeakable = /[$%&@#*/_|<>[\]()]|\b(?:e\.g|i\.e|etc|approx|appt|mins?|hrs?|sq|ft|asap)\b/i;

it('brings the twelve professions', () => {
  expect(professionIds()).toEqual([
    'dentist',
    'general',
    'home-inspector',
    'locksmith',
    'massage',
    'mechanic',
    'medical-clinic',
    'photographer',
    'plumber',
    'realtor',
    'restaurant',
    'tattoo-artist',
  ]);
});

describe.each(named)('%s', (id, profession) => {
  const { playbook } = profession;

  it('is called as its file is, and greets with the name of the business', () => {
    expect(profession.id).toBe(id);
    expect(profession.greeting).toContain('{business}');
    expect(profession.greeting.replace('{business}', '')).not.toMatch(/[{}]/);
    expect(profession.greeting).not.toMatch(unspeakable);
  });

  it('has a prompt of four to eight sentences that says what is never said', () => {
    const sentences = profession.prompt.match(/[.!?](?=\s|$)/g) ?? [];
    expect(sentences.length).toBeGreaterThanOrEqual(4);
    expect(sentences.length).toBeLessThanOrEqual(8);
    expect(profession.prompt).toMatch(/\bNever\b/);
    expect(profession.prompt).toContain('{business}');
  });

  it('makes a business that is complete', () => {
    const { hours, services } = profession;
    const parsed = newTenantSchema.safeParse({ name: 'A', timeZone: 'America/New_York', hours, services });
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(hours.length).toBeGreaterThan(0);
  });

  it('lists skills that exist, its own among them, each once', () => {
    const own = playbook.skills.map((skill) => skill.id);
    expect(profession.skills.filter((skill) => ![...builtIn, ...own].includes(skill))).toEqual([]);
    expect(own.filter((skill) => !profession.skills.includes(skill))).toEqual([]);
    expect(own.filter((skill) => builtIn.includes(skill))).toEqual([]);
    expect(own).toContain('message');
    expect(twice(profession.skills)).toEqual([]);
    expect(Object.keys(playbook.phrases).filter((key) => ![...phraseKeys, ...own].includes(key))).toEqual([]);
  });

  it('gives no id twice', () => {
    const lists = [
      playbook.skills.map((skill) => skill.id),
      playbook.emergencies.map((emergency) => emergency.id),
      playbook.extraction.map((field) => field.id),
      playbook.menu.map((item) => item.id),
      playbook.bookingSlots.map((slot) => slot.id),
      ...playbook.skills.map((skill) => skill.slots.map((slot) => slot.id)),
      ...slotsOf(playbook).map((slot) => slot.choices.map((choice) => choice.id)),
    ];
    expect(lists.flatMap(twice)).toEqual([]);
  });

  it('asks with short questions that can be spoken', () => {
    const questions = slotsOf(playbook).flatMap((slot) => slot.ask);
    expect(questions.filter((question) => words(question) > 15)).toEqual([]);
    expect(questions.filter((question) => unspeakable.test(question))).toEqual([]);
    expect(questions.filter((question) => !/[.?]$/.test(question))).toEqual([]);
  });

  it('has choices where there is a choice, items where there is a menu, and services that it offers', () => {
    const services = profession.services.map((service) => service.name);
    for (const slot of slotsOf(playbook)) {
      expect(slot.choices.length > 0, slot.id).toBe(slot.kind === 'choice');
      if (slot.kind === 'items') expect(playbook.menu.length).toBeGreaterThanOrEqual(15);
      expect((slot.min ?? 0) <= (slot.max ?? Number.POSITIVE_INFINITY)).toBe(true);
      expect(slot.services.filter((service) => !services.includes(service))).toEqual([]);
    }
    for (const field of playbook.extraction) {
      expect(field.choices.length > 0, field.id).toBe(field.kind === 'choice');
    }
  });

  it('reads back only what was surely asked', () => {
    for (const skill of playbook.skills) {
      const asked = skill.slots.filter((slot) => !slot.optional && !slot.volunteered).map((slot) => slot.id);
      const total = skill.slots.some((slot) => slot.kind === 'items') ? ['total'] : [];
      const used = [...(skill.readBack ?? '').matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');
      expect(used.filter((slot) => ![...asked, ...total].includes(slot))).toEqual([]);
      expect(skill.confirm, skill.id).toBe(skill.readBack !== undefined);
      expect(skill.done).not.toMatch(unspeakable);
    }
  });

  it('has cues in lower case without punctuation, and each in one place', () => {
    const cues = playbook.emergencies.flatMap((emergency) => emergency.cues);
    const every = [...cues, ...playbook.skills.flatMap((skill) => skill.cues)];
    expect(every.filter((cue) => !/^[a-z]+(?:[ '-][a-z]+)*$/.test(cue))).toEqual([]);
    expect(twice(cues)).toEqual([]);
    // One short word stands in too many sentences.
    expect(cues.filter((cue) => words(cue) === 1 && cue.length < 6)).toEqual([]);
  });

  it('knows what to say in danger, shortly, with the emergency services where there is danger to life', () => {
    expect(playbook.emergencies.map((emergency) => emergency.id)).toContain('danger-to-life');
    for (const { id: emergency, say, next } of playbook.emergencies) {
      expect(words(say), emergency).toBeLessThanOrEqual(40);
      expect(say.replaceAll('{emergency}', '')).not.toMatch(/[{}]/);
      if (next === 'end') expect(say, emergency).toContain('{emergency}');
    }
  });

  it('has plausible prices and durations, and names that can be spoken', () => {
    for (const { name, aliases, durationMinutes, priceMinor } of profession.services) {
      expect(priceMinor % 100, name).toBe(0);
      expect(priceMinor === 0 || (priceMinor >= 1000 && priceMinor <= 200_000), name).toBe(true);
      expect(durationMinutes <= 480, name).toBe(true);
      expect([name, ...aliases].filter((text) => unspeakable.test(text) || text.length < 4)).toEqual([]);
    }
    expect(twice(profession.services.flatMap(({ name, aliases }) => [name, ...aliases]))).toEqual([]);
    for (const { name, priceMinor, options } of playbook.menu) {
      expect(priceMinor >= 300 && priceMinor <= 6000, name).toBe(true);
      expect(options.filter((option) => option.priceMinor > 1000)).toEqual([]);
    }
    expect(twice(playbook.menu.flatMap(({ name, aliases }) => [name, ...aliases]))).toEqual([]);
  });
});
