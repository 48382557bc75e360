import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookAppointment, findOpenings } from '../calendar/index.ts';
import { silentLog, systemClock, systemIds, type VoxboxError } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { routeCall, routeOfPhone, routeOfPractice } from './router.ts';

const number = '+12025550177';

describe('who answers', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-router-'));
  let box: Box;
  let tenantId: string;

  beforeAll(() => {
    box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
    const business = { name: 'Bright Smile', timeZone: 'America/New_York', numbers: [{ number }] };
    tenantId = box.tenants.create(business).id;
  });
  afterAll(() => {
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const practice = (agent: 'live' | 'draft') => routeOfPractice(box, { tenantId, agent });
  const answering = () => {
    const call = routeCall(box, number, '+12025550101', null);
    const phone = routeOfPhone(box, { tenantId, extension: '101', label: 'Desk' });
    return [call, phone, practice('live')];
  };

  it('is what is live where there is no draft', () => {
    const { snapshot } = practice('live');
    expect(practice('draft').snapshot).toEqual(snapshot);
  });

  it('is a draft for a practice that asks for it, and for nobody else', () => {
    const store = box.tenant(tenantId);
    const before = practice('live').snapshot;
    const { document } = store.agent.live();
    const [usual] = document.services;
    if (!usual) throw new Error('no service');
    const service = { ...usual, id: 'drafted', name: 'Drafted cleaning' };
    const skill = { ...document.playbook.skills[0], id: 'drafted-skill', title: 'Drafted' };
    const playbook = { ...document.playbook, skills: [...document.playbook.skills, skill] };
    const changed = { agentName: 'Ada', greeting: 'Drafted hello.', services: [service], playbook };
    store.agent.save({ ...document, ...changed, skills: [] }, { revision: store.agent.revision(), by: null });

    const drafted = practice('draft');
    expect(drafted.snapshot).toMatchObject({
      agentName: 'Ada',
      greeting: expect.stringContaining('Drafted'),
    });
    expect(drafted.snapshot.services.map(({ id }) => id)).toEqual(['drafted']);
    expect(drafted.snapshot.playbook?.skills.map(({ id }) => id)).toContain('drafted-skill');
    expect(drafted.snapshot.voice).toBe(before.voice);
    for (const route of answering()) {
      expect(route).toMatchObject({ kind: 'agent', snapshot: before });
      if (route.kind === 'agent') expect(route.store.profile().services).toEqual(document.services);
    }

    // What only the draft offers is booked in the practice's own name, and in the business's calendar.
    const parts = { clock: systemClock, ids: systemIds };
    const callId = systemIds.uuid();
    store.calls.start({
      ...{ id: callId, sipCallId: callId, calledNumber: number, callerNumber: null, callerName: null },
      practice: true,
    });
    const fromMs = systemClock.nowMs();
    const asked = { serviceId: 'drafted', fromMs, toMs: fromMs + 14 * 86_400_000, limit: 1, callId };
    const [first] = findOpenings(drafted.store, asked, systemClock);
    const customer = { customerName: 'Sam Hill', customerPhone: '+12025550101' };
    const place = { serviceId: 'drafted', startsAtMs: first?.startsAtMs ?? 0, callId };
    const booked = bookAppointment(drafted.store, { ...place, ...customer }, parts);
    expect(store.appointments.find(booked.id)).toMatchObject({
      serviceName: 'Drafted cleaning',
      practice: true,
    });
    expect(() => findOpenings(store, asked, systemClock)).toThrow(
      expect.objectContaining({ code: 'not_found' } satisfies Partial<VoxboxError>),
    );
  });

  it('speaks the language of the business as it is now, by its clock; a call that goes on keeps its own', () => {
    const [before] = answering();
    box.tenants.setRegion(tenantId, { language: 'en-GB', timeZone: 'Europe/London' });
    for (const route of answering()) {
      expect(route).toMatchObject({ snapshot: { language: 'en-GB', timeZone: 'Europe/London' } });
    }
    expect(before).toMatchObject({ snapshot: { language: 'en-US', timeZone: 'America/New_York' } });
  });
});
