import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { openBox, professionIds, professionOf } from '../store/index.ts';
import { loadCases } from './case.ts';
import { gateOf } from './gate.ts';
import type { Original } from './practice.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-gate-'));
const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
let dentist: Original;

beforeAll(() => {
  const profile = { profession: 'dentist' };
  const tenant = box.tenants.create({ name: 'Acme', timeZone: 'Europe/London', profile });
  const store = box.tenant(tenant.id);
  dentist = { tenant, profile: store.profile(), playbook: store.playbook() };
});
afterAll(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const change = (part: Partial<Original['profile']['profile']>): Original => ({
  ...dentist,
  profile: { ...dentist.profile, profile: { ...dentist.profile.profile, ...part } },
});
const must = (profession: string) => loadCases().filter((one) => one.must && one.profession === profession);
const own = `
- id: asks-for-parking
  title: Asks where to park
  say: [Where can I park?]
  expect: { ends: true }
`;

describe('who calls before a publication', () => {
  it('are all that must pass of the profession, where nothing is switched off', () => {
    const { rounds, left } = gateOf(dentist, '');
    expect(rounds.flatMap(({ cases }) => cases)).toEqual(must('dentist'));
    expect(left).toEqual([]);
  });

  it('find the usual services, hours and prices, and the agent of the business', () => {
    const [service] = dentist.profile.services;
    if (!service) throw new Error('the profession has no service');
    const own = change({ greeting: 'Acme!' });
    const dear = {
      ...own,
      profile: { ...own.profile, hours: [], services: [{ ...service, priceMinor: 1 }] },
    };
    const [round] = gateOf(dear, '').rounds;
    const usual = professionOf('dentist');
    expect(round?.original.profile.hours).toEqual(usual.hours);
    expect(round?.original.profile.services.map(({ priceMinor }) => priceMinor)).toEqual(
      usual.services.map(({ priceMinor }) => priceMinor),
    );
    expect(round?.original.profile.profile.greeting).toBe('Acme!');
  });

  it('leave out who asks for what is switched off', () => {
    const { rounds, left } = gateOf(change({ skills: ['book', 'message'] }), '');
    const played = rounds.flatMap(({ cases }) => cases.map(({ title }) => title));
    expect(left.length).toBeGreaterThan(0);
    expect([...played, ...left].toSorted()).toEqual(
      must('dentist')
        .map(({ title }) => title)
        .toSorted(),
    );
    const booked = must('dentist').find(({ id }) => id === 'dentist-book-tuesday');
    expect(played).toContain(booked?.title);
  });

  it('come with the business’s own, who find it as it is', () => {
    const [round] = gateOf(dentist, own).rounds;
    expect(round).toMatchObject({
      original: dentist,
      cases: [{ id: 'asks-for-parking', profession: 'dentist' }],
    });
    expect(() => gateOf(dentist, '- id: x')).toThrow(/own callers, x: title/);
  });

  it('are those of the business alone where its profession is its own', () => {
    expect(gateOf(change({ profession: 'falconer' }), '').rounds).toEqual([]);
    expect(gateOf(change({ profession: 'falconer' }), own).rounds).toHaveLength(1);
  });

  it('are there for every profession', () => {
    expect(professionIds().filter((id) => must(id).length < 4)).toEqual([]);
  });
});
