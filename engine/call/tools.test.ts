import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, silentLog, systemIds } from '../foundation/index.ts';
import { type Box, openBox, type TenantStore } from '../store/index.ts';
import type { ToEngineTool } from './messages.ts';
import { runTool } from './tools.ts';

const zone = 'America/New_York';
const at = (local: string): number => DateTime.fromISO(local, { zone }).toMillis();
const clock: Clock = { nowMs: () => at('2026-11-20T10:00'), monotonicMs: () => 0 };

let dataDir: string;
let box: Box;
let store: TenantStore;
const run = (tool: ToEngineTool, callId = 'call-1') =>
  runTool(tool, store, {
    ...{ callId, clock, ids: systemIds },
    embed: () => Promise.reject(new Error('no models here')),
  });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-tools-'));
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  store = box.tenant(
    box.tenants.create({ name: 'Bistro', timeZone: zone, profile: { profession: 'restaurant' } }).id,
  );
  for (const id of ['call-1', 'call-2']) {
    store.calls.start({
      id,
      sipCallId: id,
      callerNumber: null,
      callerName: null,
      calledNumber: '+15555550100',
    });
  }
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const order: Extract<ToEngineTool, { name: 'submit' }> = {
  name: 'submit',
  args: {
    ...{ skillId: 'order', kind: 'order', customerName: 'Ann', customerPhone: '+14155550132', urgent: false },
    fields: [{ id: 'items', label: 'dishes', value: '2 lasagna' }],
    totalMinor: 3400,
  },
};

describe('tools of a call', () => {
  it('keep an order once, however often the call asks', async () => {
    const [first, again] = [await run(order), await run(order)];
    expect(again).toEqual(first);
    await run(order, 'call-2');
    expect(store.submissions.list({ limit: 10 })).toHaveLength(2);
    expect(store.submissions.ofCall('call-1')).toMatchObject([
      { kind: 'order', customerName: 'Ann', totalMinor: 3400, currency: 'USD', status: 'open' },
    ]);
  });

  it('refuse a skill that the business does not have, and values without end', async () => {
    const unknown = { ...order, args: { ...order.args, skillId: 'nothing' } };
    await expect(run(unknown)).rejects.toMatchObject({ code: 'not_found' });
    const long = {
      ...order,
      args: { ...order.args, fields: [{ id: 'x', label: 'x', value: 'x'.repeat(2001) }] },
    };
    await expect(run(long)).rejects.toMatchObject({ code: 'input_invalid' });
    expect(store.submissions.list({ limit: 10 })).toEqual([]);
  });

  it('find, move and cancel an appointment of whoever has its name and its number', async () => {
    const [service] = store.profile().services;
    const startsAtMs = at('2026-11-24T19:00');
    const customer = { customerName: 'Sarah Miller', customerPhone: '+14155550132' };
    await run({ name: 'book', args: { serviceId: service?.id ?? '', startsAtMs, ...customer } });
    const theirs = await run({ name: 'findAppointments', args: customer }, 'call-2');
    expect(theirs.value).toMatchObject([{ startsAtMs }]);
    const others = { ...customer, customerName: 'Olivia Grant' };
    expect((await run({ name: 'findAppointments', args: others }, 'call-2')).value).toEqual([]);
    const [booked] = store.appointments.list({ limit: 1 });
    const appointmentId = booked?.id ?? '';
    const later = at('2026-11-24T20:00');
    await run({ name: 'reschedule', args: { appointmentId, startsAtMs: later } }, 'call-2');
    expect(store.appointments.find(appointmentId)?.startsAtMs).toBe(later);
    await run({ name: 'cancel', args: { appointmentId } }, 'call-2');
    expect(store.appointments.find(appointmentId)?.status).toBe('cancelled');
  });

  it('book with whom the caller is used to, where they are free', async () => {
    const number = '+14155550132';
    const { id } = box.tenants.create({
      ...{ name: 'Salon', timeZone: zone, staff: [{ name: 'Ann' }, { name: 'Bea' }] },
      services: [{ name: 'haircut', durationMinutes: 30, priceMinor: 4000, currency: 'USD' }],
    });
    store = box.tenant(id);
    const bea = store.profile().staff.find(({ name }) => name === 'Bea');
    const called = { sipCallId: 's', callerNumber: number, callerName: null, calledNumber: '+15555550100' };
    for (const callId of ['call-1', 'call-2']) store.calls.start({ id: callId, ...called });
    const preferences = { serviceId: null, staffId: bea?.id ?? '', partOfDay: null };
    store.callers.remember({
      ...{
        number,
        callId: 'call-1',
        name: 'Sarah',
        preferences,
        facts: [],
        summary: '',
        atMs: clock.nowMs(),
      },
    });
    const [service] = store.profile().services;
    const wanted = { serviceId: service?.id ?? '', startsAtMs: at('2026-11-24T10:00') };
    const customer = { customerName: 'Sarah', customerPhone: number };
    await run({ name: 'hold', args: wanted });
    expect(store.holds.list(clock.nowMs())).toMatchObject([{ staffId: bea?.id }]);
    expect((await run({ name: 'book', args: { ...wanted, ...customer } })).value).toMatchObject({
      staffName: 'Bea',
    });
    expect((await run({ name: 'book', args: { ...wanted, ...customer } }, 'call-2')).value).toMatchObject({
      staffName: 'Ann',
    });
  });

  it('send the invitation where the caller wants it, if the business asks for an address', async () => {
    const label = 'e-mail address';
    const asks = { id: 'email', kind: 'email' as const, label, ask: ['Which e-mail address?'] };
    store.setPlaybook({ ...store.playbook(), bookingSlots: [asks] });
    const server = { host: 'mail.example', port: 465, security: 'tls', username: null } as const;
    store.calendarSettings.setMailAccount({
      ...{ ...server, fromAddress: 'desk@bistro.example', allowPrivate: false },
    });
    const customer = { customerName: 'Sarah', customerPhone: '+14155550132' };
    const [service] = store.profile().services;
    const book = (local: string, address: string) =>
      run({
        name: 'book',
        args: {
          ...{ serviceId: service?.id ?? '', startsAtMs: at(local), ...customer },
          details: { 'party size': '4', [label]: address },
        },
      });
    await book('2026-11-24T19:00', 'sarah@example.com');
    await book('2026-11-25T19:00', 'not understood');
    expect(store.appointments.list({ limit: 5 })).toMatchObject([
      { customerEmail: 'sarah@example.com', details: { 'party size': '4' } },
      { customerEmail: null, details: { 'party size': '4', [label]: 'not understood' } },
    ]);
    expect(store.outgoingMail.list({ limit: 5 })).toMatchObject([
      { kind: 'invitation', recipient: 'sarah@example.com', status: 'waiting' },
    ]);
  });

  it('keep a number that is not to be called, once', async () => {
    await run({ name: 'doNotCall', args: { number: '+14155550132' } });
    await run({ name: 'doNotCall', args: { number: '+14155550132' } });
    expect(store.doNotCall.list()).toMatchObject([{ number: '+14155550132', callId: 'call-1' }]);
  });

  it('tell that nothing can be looked up while the models are away', async () => {
    const ask: ToEngineTool = { name: 'lookUp', args: { question: 'where can I park', keep: true } };
    await expect(run(ask)).rejects.toThrow('no models here');
  });

  it('say of what waits for the owner that it does', async () => {
    store.calendarSettings.change({ approval: 'by-hand' });
    const [service] = store.profile().services;
    const customer = { customerName: 'Sarah', customerPhone: '+14155550132' };
    const args = { serviceId: service?.id ?? '', startsAtMs: at('2026-11-24T19:00'), ...customer };
    expect((await run({ name: 'book', args })).value).toMatchObject({ awaitsApproval: true });
  });
});
