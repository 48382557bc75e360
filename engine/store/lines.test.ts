import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, type StoredEvent, silentLog, systemIds } from '../foundation/index.ts';
import { banMemoryMs } from './bans.ts';
import { type Box, openBox } from './box.ts';
import { openKeyring } from './keys.ts';
import type { CallQuality } from './model.ts';
import { defaultPolicy } from './outbound.ts';

let dataDir: string;
let nowMs: number;
const boxes: Box[] = [];
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

function open(): Box {
  const box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  boxes.push(box);
  return box;
}

/** Runs `work`, and tells the code of what it throws and its message. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

const salon = { name: 'Salon', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] };
const ha1 = 'a'.repeat(32);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-lines-'));
  nowMs = 1_790_000_000_000;
});

afterEach(() => {
  for (const box of boxes.splice(0)) box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('trunks', () => {
  const carrier = {
    kind: 'registration',
    name: 'Carrier',
    host: 'sip.carrier.example',
    authUsername: '4711',
    password: 'very secret word',
  } as const;

  it('keep their password sealed, and never readable on the disk', () => {
    const box = open();
    const trunk = box.trunks.add(carrier);
    expect(trunk).toMatchObject({ hasPassword: true, priority: 10, enabled: true, srtp: 'off' });
    expect(JSON.stringify(box.trunks.list())).not.toContain('very secret');
    box.close();
    const again = open();
    expect(again.trunks.password(trunk.id)).toBe('very secret word');
    expect(again.trunks.get(trunk.id)).toEqual(trunk);
    const keyring = openKeyring(dataDir, { create: false });
    const sealed = keyring.seal('trunk one', Buffer.from('x'));
    expect(keyring.unseal('trunk one', sealed).toString()).toBe('x');
    expect(refusal(() => keyring.unseal('trunk two', sealed))).toMatch(/^database_broken/);
    for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(dataDir, entry.name)).includes('very secret')).toBe(false);
    }
  });

  it('are changed value by value, and tell of it', () => {
    const box = open();
    const heard: StoredEvent[] = [];
    box.onEvent((event) => heard.push(event));
    const { id } = box.trunks.add(carrier);
    const changed = box.trunks.change(id, { priority: 1, codecs: ['G722'], enabled: false });
    const { password: _, ...shown } = carrier;
    expect(changed).toMatchObject({ ...shown, priority: 1, codecs: ['G722'], enabled: false });
    expect(box.trunks.password(id)).toBe('very secret word');
    box.trunks.change(id, { password: 'another one' });
    expect(box.trunks.password(id)).toBe('another one');
    expect(refusal(() => box.trunks.change(id, { password: null }))).toContain('password');
    box.trunks.remove(id);
    expect(heard.map(({ type }) => type)).toEqual([
      'trunk.added',
      'trunk.changed',
      'trunk.changed',
      'trunk.removed',
    ]);
    for (const work of [
      () => box.trunks.change(id, {}),
      () => box.trunks.remove(id),
      () => box.trunks.password(id),
    ]) {
      expect(refusal(work)).toMatch(/^trunk_unknown/);
    }
  });

  it('are found by address and range, the more important one first, only while they are on', () => {
    const box = open();
    const range = { kind: 'address', addresses: ['198.51.100.0/30', '2001:db8::/32'] } as const;
    const second = box.trunks.add({ ...range, name: 'Second', priority: 20 });
    const first = box.trunks.add({ ...range, name: 'First', priority: 5 });
    expect(box.trunks.findByAddress('198.51.100.3')?.id).toBe(first.id);
    expect(box.trunks.findByAddress('::ffff:198.51.100.2')?.id).toBe(first.id);
    expect(box.trunks.findByAddress('2001:db8:1::7')?.id).toBe(first.id);
    expect(box.trunks.findByAddress('198.51.100.4')).toBeNull();
    expect(box.trunks.findByAddress('no address')).toBeNull();
    box.trunks.change(first.id, { enabled: false });
    expect(box.trunks.findByAddress('198.51.100.3')?.id).toBe(second.id);
  });

  it.each([
    ['name', { name: ' ' }],
    ['addresses', { kind: 'address' as const, host: null }],
    ['addresses', { addresses: ['10.0.0.0/2'] }],
    ['addresses', { addresses: ['sip.example.com'] }],
    ['host', { host: 'sip:carrier.example' }],
    ['host', { host: null }],
    ['authUsername', { authUsername: null }],
    ['password', { password: '' }],
    ['port', { port: 0 }],
    ['codecs', { codecs: [] }],
    ['codecs', { codecs: ['PCMU' as const, 'PCMU' as const] }],
    ['callerId', { callerId: '0171 2345' }],
    ['registerIntervalS', { registerIntervalS: 5 }],
    ['username', { kind: 'digest' as const }],
  ])('refuse a wrong %s', (field, wrong) => {
    expect(refusal(() => open().trunks.add({ ...carrier, ...wrong }))).toMatch(
      new RegExp(`^input_invalid ${field}`),
    );
  });
});

describe('phones', () => {
  it('have a name of their own over the whole box, and an extension within the tenant', () => {
    const box = open();
    const one = box.tenants.create(salon).id;
    const other = box.tenants.create({ ...salon, slug: 'other', numbers: [] }).id;
    const phone = { tenantId: one, username: 'desk', ha1, label: 'Desk', extension: '101' };
    const added = box.phones.add(phone);
    expect(box.phones.findByUsername('desk')).toEqual(added);
    box.phones.add({ ...phone, tenantId: other, username: 'desk-2' });
    expect(box.phones.list(one)).toEqual([added]);
    expect(box.phones.list()).toHaveLength(2);
    box.trunks.add({ kind: 'digest', name: 'PBX', username: 'pbx', ha1 });
    for (const [wrong, message] of [
      [{}, 'desk is taken'],
      [{ username: 'pbx' }, 'pbx is taken'],
      [{ username: 'new' }, '101 is taken'],
      [{ username: 'a b' }, 'username'],
      [{ username: 'new', extension: '1' }, 'extension'],
      [{ tenantId: 'nobody' }, 'tenant_unknown'],
    ] as const) {
      expect(refusal(() => box.phones.add({ ...phone, ...wrong }))).toContain(message);
    }
    expect(refusal(() => box.trunks.add({ kind: 'digest', name: 'x', username: 'desk', ha1 }))).toContain(
      'has that',
    );
  });

  it('keep their bindings over a restart, and tell of coming and going only', () => {
    const box = open();
    const tenantId = box.tenants.create(salon).id;
    const { id } = box.phones.add({ tenantId, username: 'desk', ha1, label: 'Desk', extension: '101' });
    const heard: string[] = [];
    box.onEvent(({ type }) => heard.push(type));
    const binding = {
      aor: 'desk',
      contact: 'sip:desk@192.0.2.1:5062',
      flow: 'udp/192.0.2.1:5062',
      expiresAtMs: nowMs + 60_000,
      callId: 'c',
      cseq: 1,
      userAgent: null,
    };
    box.phones.bindings.save('desk', [binding]);
    box.phones.bindings.save('desk', [{ ...binding, cseq: 2 }]);
    box.phones.bindings.save('somebody', [{ ...binding, aor: 'somebody' }]);
    box.close();
    const again = open();
    expect(again.phones.bindings.load()).toEqual([{ ...binding, cseq: 2 }]);
    again.onEvent(({ type }) => heard.push(type));
    again.phones.bindings.save('desk', []);
    again.phones.bindings.save('desk', [binding]);
    again.phones.remove(id);
    expect(again.phones.bindings.load()).toEqual([]);
    expect(heard).toEqual(['phone.registered', 'phone.unregistered', 'phone.registered', 'phone.removed']);
  });
});

describe('who is put through where', () => {
  it('leads to what the tenant has, by names that are not mistaken', () => {
    const box = open();
    const tenantId = box.tenants.create(salon).id;
    box.phones.add({ tenantId, username: 'desk', ha1, label: 'Desk', extension: '101' });
    const group = box.ringGroups.add({ tenantId, name: 'Front', members: ['desk', '+442079461111'] });
    expect(group).toMatchObject({ strategy: 'all', ringS: 25 });
    const other = box.tenants.create({ ...salon, name: 'Other', slug: 'other', numbers: [] }).id;
    const theft = () => box.ringGroups.add({ tenantId: other, name: 'Front', members: ['desk'] });
    expect(refusal(theft)).toContain('has no phone "desk"');
    const lee = box.transferTargets.add({
      tenantId,
      name: 'Dr. Lee',
      aliases: ['the dentist'],
      kind: 'ring-group',
      target: group.id,
    });
    expect(box.transferTargets.findByName(tenantId, ' THE Dentist ')).toEqual(lee);
    expect(box.transferTargets.findByName(tenantId, 'nobody')).toBeNull();
    const add = (more: object) => () =>
      box.transferTargets.add({ tenantId, name: 'X', kind: 'phone', target: 'desk', ...more });
    expect(refusal(add({ name: 'dr. lee' }))).toContain('is called that already');
    expect(refusal(add({ target: 'not-there' }))).toContain('has no phone');
    expect(refusal(add({ kind: 'number', target: '123' }))).toContain('has no number');
    expect(refusal(() => box.ringGroups.remove(group.id))).toContain('in use by "Dr. Lee"');
    expect(refusal(() => box.ringGroups.change(group.id, { members: [] }))).toContain('members');
    expect(box.ringGroups.change(group.id, { strategy: 'in-turn' }).members).toEqual(group.members);

    expect(box.overflow.get(tenantId)).toEqual({ kind: 'busy', ringGroupId: null, retryAfterS: 60 });
    const overflow = { kind: 'ring-group', ringGroupId: group.id, retryAfterS: 30 } as const;
    box.overflow.set(tenantId, overflow);
    expect(box.overflow.get(tenantId)).toEqual(overflow);
    expect(refusal(() => box.overflow.set(tenantId, { ...overflow, ringGroupId: 'x' }))).toContain(
      'ringGroupId',
    );
    expect(box.transferTargets.change(lee.id, { kind: 'phone', target: 'desk' }).name).toBe('Dr. Lee');
    expect(refusal(() => box.ringGroups.remove(group.id))).toContain('in use by "overflow"');
    box.overflow.set(tenantId, { kind: 'message', ringGroupId: group.id, retryAfterS: 30 });
    expect(box.closed.get(tenantId)).toEqual({ kind: 'agent', ringGroupId: null });
    const closed = { kind: 'ring-group', ringGroupId: group.id } as const;
    expect(box.closed.set(tenantId, closed)).toEqual(closed);
    expect(box.closed.get(tenantId)).toEqual(closed);
    expect(box.overflow.get(tenantId)).toEqual({ kind: 'message', ringGroupId: null, retryAfterS: 30 });
    expect(refusal(() => box.ringGroups.remove(group.id))).toContain('in use by "closed"');
    expect(refusal(() => box.closed.set('nobody', closed))).toMatch(/^tenant_unknown/);
    box.closed.set(tenantId, { kind: 'busy', ringGroupId: group.id });
    box.ringGroups.remove(group.id);
    box.transferTargets.remove(lee.id);
    expect([box.ringGroups.list(), box.transferTargets.list(tenantId)]).toEqual([[], []]);
  });
});

describe('outgoing calls', () => {
  it.each([
    ['en-US', '+442079460000', ['GB']],
    ['en-US', '+15555550100', ['US']],
    ['en', '+15555550100', []],
    ['de-CH', null, ['CH']],
    ['de-CH', '+12125550123', ['US']],
  ])('may at first reach the own country only: %s %s', (language, number, countries) => {
    const policy = defaultPolicy(language, number);
    expect(policy.allowedCountries).toEqual(countries);
    expect(policy.callsPerHour).toBeLessThanOrEqual(20);
  });

  it('are counted by the hour and summed by the day', () => {
    const box = open();
    const tenantId = box.tenants.create(salon).id;
    const call = { tenantId, number: '+442079461111', minutes: 1, costMinor: 5 };
    box.outbound.record({ ...call, startedAtMs: nowMs - 25 * 3_600_000 });
    box.outbound.record({ ...call, startedAtMs: nowMs - 2 * 3_600_000 });
    const id = box.outbound.record({ ...call, startedAtMs: nowMs - 1000 });
    expect(box.outbound.running(tenantId)).toBe(3);
    box.outbound.reckon(id, { minutes: 2, costMinor: 10 });
    expect(box.outbound.used(tenantId, nowMs)).toEqual({ callsLastHour: 1, spentTodayMinor: 15 });
    box.outbound.settle(id, { minutes: 3, costMinor: 15 });
    expect(box.outbound.running(tenantId)).toBe(2);
    expect(box.outbound.used(tenantId, nowMs)).toEqual({ callsLastHour: 1, spentTodayMinor: 20 });
    expect(box.outbound.used('nobody', nowMs)).toEqual({ callsLastHour: 0, spentTodayMinor: 0 });
    const policy = {
      allowedCountries: ['us', 'GB'],
      callsPerHour: 3,
      callsAtOnce: 2,
      spendPerDayMinor: 0,
      pricePerMinuteMinor: 0,
    };
    expect(box.outbound.setPolicy(tenantId, policy).allowedCountries).toEqual(['GB', 'US']);
    expect(box.outbound.policy(tenantId).callsPerHour).toBe(3);
    expect(
      refusal(() => box.outbound.setPolicy(tenantId, { ...policy, allowedCountries: ['XX'] })),
    ).toContain('XX');
    expect(refusal(() => box.outbound.setPolicy(tenantId, { ...policy, callsPerHour: -1 }))).toContain(
      'callsPerHour',
    );
    expect(refusal(() => box.outbound.policy('nobody'))).toMatch(/^tenant_unknown/);
  });
});

describe('bans', () => {
  it('are kept, lifted, and forgotten when they are long over', () => {
    const box = open();
    const ban = { reason: 'scanner', count: 1, bannedAtMs: nowMs };
    box.bans.put({ ...ban, address: '192.0.2.1', untilMs: nowMs + 1000 });
    box.bans.put({ ...ban, address: '192.0.2.2', untilMs: nowMs - 1 });
    expect(box.bans.active(nowMs).map(({ address }) => address)).toEqual(['192.0.2.1']);
    expect(box.bans.list()).toHaveLength(2);
    box.bans.put({ ...ban, address: '192.0.2.1', count: 2, untilMs: nowMs + 9000 });
    expect(box.bans.find('192.0.2.1')?.count).toBe(2);
    box.bans.lift('192.0.2.1');
    expect(refusal(() => box.bans.lift('192.0.2.1'))).toMatch(/^not_found/);
    nowMs += banMemoryMs + 2;
    box.bans.put({ ...ban, address: '192.0.2.3', untilMs: nowMs + 1 });
    expect(box.bans.list().map(({ address }) => address)).toEqual(['192.0.2.3']);
    expect(box.bans.purge(nowMs + 2)).toBe(1);
    expect(box.events.since(0, 10).filter(({ type }) => type === 'source.banned')).toHaveLength(4);
  });
});

describe('calls', () => {
  it('keep how they sounded and where they went', () => {
    const box = open();
    const store = box.tenant(box.tenants.create(salon).id);
    const call = {
      id: 'c',
      sipCallId: 's',
      callerNumber: null,
      callerName: null,
      calledNumber: '+442079460000',
    };
    expect(store.calls.start(call)).toMatchObject({ direction: 'inbound', quality: null });
    expect(store.calls.start({ ...call, id: 'd', direction: 'outbound' }).direction).toBe('outbound');
    store.calls.answer('c', { recording: null });
    store.calls.transferring('c', true);
    expect(store.calls.find('c')?.state).toBe('transferring');
    expect(() => store.calls.transferring('d', true)).toThrow('cannot go from invited');
    store.calls.transferring('c', false);
    store.calls.note('c', {
      type: 'call.transferred',
      kind: 'blind',
      target: 'desk',
      result: 'failed',
      reason: 'callee_busy',
    });
    expect(refusal(() => store.calls.note('x', { type: 'recording.paused' }))).toMatch(/^not_found/);
    store.calls.end('c', 'answered');
    const quality: CallQuality = {
      codec: 'G722',
      srtp: true,
      packetsReceived: 1000,
      packetsLost: 3,
      lossFraction: 0.003,
      jitterMs: 2.5,
      roundTripMs: null,
      mos: 4.1,
      remoteLossFraction: null,
      legs: [],
    };
    store.calls.quality('c', quality);
    expect(store.calls.find('c')?.quality).toEqual(quality);
    expect(store.events.since(0, 20).map(({ type }) => type)).toEqual([
      'call.started',
      'call.started',
      'call.answered',
      'call.transferred',
      'call.ended',
      'call.measured',
    ]);
  });
});
