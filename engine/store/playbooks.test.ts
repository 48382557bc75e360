import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { playbookProblems } from './playbook.ts';
import type { TenantStore } from './tenant-store.ts';

let dataDir: string;
let box: Box;
let store: TenantStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-playbook-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  store = box.tenant(box.tenants.create({ name: 'Acme', timeZone: 'America/New_York' }).id);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('checks a playbook once, and a changed one anew', () => {
  const before = store.playbook();
  expect(store.playbook()).toBe(before);
  store.setPlaybook({ ...before, address: '5 Garden Place' });
  expect(store.playbook().address).toBe('5 Garden Place');
  expect(before.address).not.toBe('5 Garden Place');
  expect(store.playbook()).toBe(store.playbook());
});

it('keeps the old one where the new one is refused', () => {
  const before = store.playbook();
  expect(() => store.setPlaybook({ ...before, address: '' })).toThrow(/address/);
  expect(store.playbook()).toBe(before);
});

it('takes no playbook that contradicts itself, and says where', () => {
  const slot = { id: 'size', kind: 'text' as const, label: 'size', ask: ['Which size?'] };
  const skill = {
    id: 'quote',
    title: 'A quote',
    kind: 'lead' as const,
    phrases: [],
    confirm: true,
    done: 'Done.',
  };
  const nothingToChoose = { ...slot, id: 'colour', kind: 'choice' as const };
  const document = {
    bookingSlots: [nothingToChoose],
    skills: [
      { ...skill, readBack: 'A {colour} one.', slots: [slot, slot] },
      { ...skill, slots: [slot] },
    ],
  };
  expect(playbookProblems(document)).toEqual([
    { path: 'bookingSlots.0.choices', message: 'says nothing that can be chosen' },
    { path: 'skills.0.slots.1.id', message: 'there are two questions called size' },
    { path: 'skills.0.readBack', message: '{colour} is none of the questions' },
    { path: 'skills.1.id', message: 'there are two skills called quote' },
  ]);
  const before = store.playbook();
  expect(() => store.setPlaybook({ ...before, ...document })).toThrow('bookingSlots.0.choices');
  expect(store.playbook()).toBe(before);
});
