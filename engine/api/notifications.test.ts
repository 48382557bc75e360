import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookAppointment } from '../calendar/index.ts';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { fakeEmbed } from '../knowledge/index.ts';
import { type Box, openBox, type TenantStore } from '../store/index.ts';
import { askDesk, createDesk, type Desk } from './desk.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-notices-'));
const tools = { clock: systemClock, ids: systemIds };
let box: Box;
let desk: Desk;
let store: TenantStore;

beforeAll(() => {
  box = openBox({ dataDir, ...tools, log: silentLog });
  const { id } = box.tenants.create({
    ...{ name: 'Salon', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] },
    services: [{ name: 'Cut', durationMinutes: 30, priceMinor: 3000, currency: 'GBP' }],
    staff: [{ name: 'Ann' }],
  });
  store = box.tenant(id);
  desk = createDesk({ box, ...tools, dataDir, embed: fakeEmbed, onProgress: () => {} });
});

afterAll(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function call(callerName: string, outcome: 'answered' | 'abandoned' | null): string {
  const id = systemIds.uuid();
  const [callerNumber, calledNumber] = ['+442079460111', '+442079460000'];
  store.calls.start({ id, sipCallId: id, callerNumber, calledNumber, callerName });
  store.transcript.add({
    ...{ callId: id, speaker: 'caller', text: 'Hello', startedAtMs: 1, endedAtMs: 2 },
    ...{ confidence: 1, interrupted: false, latency: null },
  });
  if (outcome) store.calls.end(id, outcome);
  return id;
}

function book(customerName: string, callId: string | null, hour: number): string {
  const { services, staff } = store.profile();
  // A Monday far ahead.
  const startsAtMs = Date.UTC(2098, 5, 2, hour);
  return bookAppointment(
    store,
    {
      ...{ serviceId: services[0]?.id ?? '', staffId: staff[0]?.id ?? '', startsAtMs, callId },
      ...{ customerName, customerPhone: '+442079460111' },
    },
    tools,
  ).id;
}

const list = async (limit = '50') => {
  const query = { limit };
  return (await askDesk(desk, { method: 'notification.list', id: store.tenantId, query })).notifications;
};

it('tells what callers booked and left, which calls were lost, and nothing else', async () => {
  call('Answered', 'answered');
  const lost = call('Lost', 'abandoned');
  const live = call('Booker', null);
  const appointmentId = book('Booker', live, 10);
  book('At the desk', null, 12);
  const submissionId = systemIds.uuid();
  store.submissions.insert({
    ...{ id: submissionId, skill: 'message', kind: 'message', title: 'Message', callId: live, urgent: true },
    ...{ customerName: null, customerPhone: '+442079460111', fields: [], totalMinor: null, currency: null },
    ...{ status: 'open', createdAtMs: 1 },
  });
  const told = await list();
  expect(told.map(({ kind, who, what, urgent }) => ({ kind, who, what, urgent }))).toEqual([
    { kind: 'message', who: '+442079460111', what: 'Message', urgent: true },
    { kind: 'booking', who: 'Booker', what: 'Cut', urgent: false },
    { kind: 'missed', who: 'Lost', what: null, urgent: false },
  ]);
  expect(told.map(({ callId }) => callId)).toEqual([live, live, lost]);
  expect(told[0]).toMatchObject({ submissionId });
  expect(told[1]).toMatchObject({ appointmentId, startsAtMs: Date.UTC(2098, 5, 2, 10) });
});

it('gives the latest ones, each later than the next', async () => {
  const newest = call('Lost too', 'abandoned');
  const told = await list('2');
  expect(told.map(({ callId }) => callId)[0]).toBe(newest);
  expect(told).toHaveLength(2);
  expect(told[0]?.sequence).toBeGreaterThan(told[1]?.sequence ?? Number.POSITIVE_INFINITY);
});

it('tells of an appointment that a linked calendar could not move', async () => {
  const appointmentId = book('Put back', null, 11);
  const link = store.calendarLinks.add({
    ...{ id: 'link', name: 'Ann', address: 'http://fake.example/', user: 'ann', password: 'secret' },
    ...{
      calendar: 'http://fake.example/ann/',
      staffId: null,
      readOnly: false,
      allowPrivate: true,
      nextSyncAtMs: 0,
    },
  });
  store.transaction(() => store.calendarLinks.countClash(link.id, appointmentId));
  expect((await list('1'))[0]).toMatchObject({ kind: 'clash', who: 'Put back', urgent: true, appointmentId });
});
