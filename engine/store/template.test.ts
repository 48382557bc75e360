import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type AgentDocument, checkedDocument } from './agent-document.ts';
import { type Box, openBox } from './box.ts';
import { professionIds, professionOf } from './professions.ts';
import { withProfession } from './template.ts';

const business = 'Acme';
const options = { business, ids: systemIds };
let dataDir: string;
let box: Box;
let dentist: AgentDocument;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-template-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  const profile = { profession: 'dentist' };
  const { id } = box.tenants.create({ name: business, timeZone: 'America/New_York', profile });
  dentist = box.tenant(id).agent.live().document;
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('gives what the new profession begins with, and can be kept', () => {
  for (const id of professionIds()) {
    const changed = withProfession(dentist, id, options);
    const { services, playbook, greeting } = professionOf(id);
    expect(checkedDocument(changed).profession).toBe(id);
    expect(changed.services.map(({ name }) => name)).toEqual(services.map(({ name }) => name));
    expect(changed.playbook).toEqual(playbook);
    expect(changed.greeting).toBe(greeting.replaceAll('{business}', business));
  }
});

it('keeps what the owner wrote, changed or added', () => {
  const [service] = dentist.services;
  const [skill] = dentist.playbook.skills;
  if (!service || !skill) throw new Error('the profession has no service or no skill');
  const own = {
    ...dentist,
    greeting: 'Acme, hello!',
    skills: [...dentist.skills, 'gift-card'],
    services: [{ ...service, priceMinor: 1 }, ...dentist.services.slice(1)],
    playbook: {
      ...dentist.playbook,
      address: '5 Garden Place',
      skills: [
        { ...skill, done: 'Noted!' },
        { ...skill, id: 'gift-card', title: 'Gift card' },
      ],
    },
  };
  const changed = withProfession(own, 'plumber', options);
  const plumber = professionOf('plumber');
  expect(changed.greeting).toBe('Acme, hello!');
  expect(changed.skills).toContain('gift-card');
  expect(changed.staff).toEqual(dentist.staff);
  expect(changed.playbook.address).toBe('5 Garden Place');
  expect(changed.services.map(({ name }) => name)).toEqual([
    ...plumber.services.map(({ name }) => name),
    service.name,
  ]);
  expect(changed.playbook.skills.find(({ id }) => id === skill.id)?.done).toBe('Noted!');
  expect(changed.playbook.skills.some(({ id }) => id === 'gift-card')).toBe(true);
});

it('comes back to itself', () => {
  const there = withProfession(dentist, 'restaurant', options);
  const back = withProfession(there, 'dentist', options);
  const withoutIds = ({ services, ...rest }: AgentDocument) => ({
    ...rest,
    services: services.map(({ id: _, ...service }) => service),
  });
  expect(withoutIds(back)).toEqual(withoutIds(dentist));
});
