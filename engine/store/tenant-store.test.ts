import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode, type StoredEvent, silentLog, systemIds } from '../foundation/index.ts';
import type { NewAppointment } from './appointments.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import type { Appointment } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

let dataDir: string;
let box: Box;
let store: TenantStore;
let heard: StoredEvent[];
let nowMs: number;

const caller = '+15555550123';
const call = (id: string, callerNumber: string | null = caller) => ({
  id,
  sipCallId: `sip-${id}`,
  callerNumber,
  callerName: null,
  calledNumber: '+15555550100',
});
const turn = (callId: string, text: string) => ({
  callId,
  speaker: 'caller' as const,
  text,
  startedAtMs: 10,
  endedAtMs: 20,
  confidence: 0.75,
  interrupted: true,
  latency: { totalMs: 500, endOfTurnMs: 200, sttMs: 50, understandingMs: null, ttsMs: 40, outputMs: 12 },
});
const appointment = (id: string, fields: Partial<Appointment> = {}): NewAppointment => ({
  id,
  serviceId: 's',
  serviceName: 'cleaning',
  staffId: 'one',
  staffName: 'Dr. One',
  startsAtMs: 1_000_000,
  endsAtMs: 2_000_000,
  customerName: 'Sarah',
  customerPhone: caller,
  status: 'booked',
  callId: null,
  createdAtMs: nowMs,
  ...fields,
});

beforeEach(() => {
  nowMs = 1_700_000_000_000;
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-tenant-'));
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  store = box.tenant(box.tenants.create({ name: 'Acme', timeZone: 'Asia/Kolkata' }).id);
  heard = [];
  box.onEvent((event) => heard.push(event));
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('calls', () => {
  it('go from invited through answered to ended', () => {
    expect(store.calls.start(call('a'))).toMatchObject({
      state: 'invited',
      outcome: null,
      startedAtMs: nowMs,
    });
    nowMs += 1000;
    store.calls.answer('a', { recording: 'recordings/a.wav' });
    expect(store.calls.inProgress()).toMatchObject([
      { id: 'a', state: 'answered', recording: 'recordings/a.wav' },
    ]);
    nowMs += 1000;
    store.calls.end('a', 'booked');
    expect(store.calls.find('a')).toMatchObject({
      state: 'ended',
      outcome: 'booked',
      answeredAtMs: nowMs - 1000,
      endedAtMs: nowMs,
    });
    expect(store.calls.inProgress()).toEqual([]);
    expect(heard.map((event) => event.type)).toEqual(['call.started', 'call.answered', 'call.ended']);
    expect(heard.map((event) => event.sequence)).toEqual([1, 2, 3]);
  });

  it.each([
    ['abandoned', 'cancelled'],
    ['refused', 'rejected'],
    ['failed', 'ended'],
  ] as const)('that are %s before the answer end as %s', (outcome, state) => {
    store.calls.start(call('a'));
    store.calls.end('a', outcome);
    expect(store.calls.find('a')).toMatchObject({ outcome, state, answeredAtMs: null });
  });

  it('make no illegal move, and an illegal one leaves no event', () => {
    store.calls.start(call('a'));
    store.calls.answer('a', { recording: null });
    expect(() => store.calls.answer('a', { recording: null })).toThrow('from answered to answered');
    store.calls.end('a', 'answered');
    expect(() => store.calls.end('a', 'failed')).toThrow('from ended to ended');
    expect(() => store.calls.answer('a', { recording: null })).toThrow();
    expect(heard).toHaveLength(3);
    expect(store.events.since(0, 10)).toEqual(heard);
  });

  it('are not found when there are none', () => {
    for (const work of [
      () => store.calls.end('x', 'failed'),
      () => store.calls.answer('x', { recording: null }),
      () => store.transcript.add(turn('x', 'hello')),
      () => store.slotsUnderstood('x', 'book', {}),
      () => store.appointments.cancel('x'),
    ]) {
      expect(() => work()).toThrow(expect.objectContaining({ code: 'not_found' }));
    }
    expect(store.calls.find('x')).toBeNull();
    expect(heard).toEqual([]);
  });

  it('that a dead engine left open are marked interrupted', () => {
    for (const id of ['a', 'b', 'c']) store.calls.start(call(id));
    store.calls.answer('b', { recording: null });
    store.calls.end('c', 'abandoned');
    expect(store.calls.markInterrupted()).toBe(2);
    expect(store.calls.markInterrupted()).toBe(0);
    expect(store.calls.find('a')).toMatchObject({ state: 'ended', outcome: 'interrupted', endedAtMs: nowMs });
    expect(store.calls.find('b')).toMatchObject({ state: 'ended', outcome: 'interrupted' });
    expect(store.calls.find('c')).toMatchObject({ state: 'cancelled', outcome: 'abandoned' });
  });

  it('are listed latest first, page by page', () => {
    for (let i = 0; i < 5; i += 1) {
      nowMs += i % 2;
      store.calls.start(call(`call-${i}`));
    }
    const first = store.calls.list({ limit: 3 }).map(({ id }) => id);
    const rest = store.calls.list({ limit: 3, before: first.at(-1) }).map(({ id }) => id);
    expect([...first, ...rest]).toEqual(['call-4', 'call-3', 'call-2', 'call-1', 'call-0']);
  });

  it('tell how often and under what name a caller called', () => {
    store.calls.start({ ...call('a'), callerName: 'SARAH M' });
    expect(store.calls.countFrom(caller)).toBe(0);
    store.calls.end('a', 'abandoned');
    store.calls.start(call('b'));
    expect(store.calls.countFrom(caller)).toBe(1);
    expect(store.calls.lastNameFor(caller)).toBe('SARAH M');
    store.transaction(() => store.appointments.insert(appointment('x', { customerName: 'Sarah Miller' })));
    expect(store.calls.lastNameFor(caller)).toBe('Sarah Miller');
    expect(store.calls.lastNameFor('+15555550199')).toBeNull();
  });
});

describe('transcript', () => {
  it('keeps turns in order with everything that was measured', () => {
    store.calls.start(call('a'));
    store.calls.start(call('b'));
    const first = store.transcript.add(turn('a', 'I want to book'));
    store.transcript.add(turn('b', 'elsewhere'));
    const agent = {
      ...turn('a', 'When?'),
      speaker: 'agent' as const,
      confidence: null,
      interrupted: false,
      latency: null,
    };
    const second = store.transcript.add(agent);
    expect([first.position, second.position]).toEqual([0, 1]);
    expect(store.transcript.list('a')).toEqual([first, second]);
    expect(first).toMatchObject(turn('a', 'I want to book'));
    expect(heard.at(-1)).toMatchObject({
      type: 'turn.recorded',
      turnId: second.id,
      speaker: 'agent',
      text: 'When?',
    });
  });

  it('keeps what was understood, the latest skill last', () => {
    store.calls.start(call('a'));
    store.slotsUnderstood('a', 'book', { service: 'cleaning' });
    nowMs += 1;
    store.slotsUnderstood('a', 'price', { service: 'filling' });
    nowMs += 1;
    store.slotsUnderstood('a', 'book', { service: 'cleaning', name: 'Sarah' });
    expect(store.understood('a')).toEqual([
      { skill: 'price', slots: { service: 'filling' } },
      { skill: 'book', slots: { service: 'cleaning', name: 'Sarah' } },
    ]);
  });
});

describe('appointments', () => {
  it('of one member of staff never share time', () => {
    store.transaction(() => store.appointments.insert(appointment('a')));
    const clash = appointment('b', { startsAtMs: 1_999_999, endsAtMs: 2_500_000 });
    try {
      store.transaction(() => store.appointments.insert(clash));
      expect.unreachable();
    } catch (error) {
      expect(hasCode(error, 'opening_taken')).toBe(true);
    }
    store.transaction(() => {
      store.appointments.insert({ ...clash, id: 'other chair', staffId: 'two' });
      store.appointments.insert(appointment('right after', { startsAtMs: 2_000_000, endsAtMs: 3_000_000 }));
    });
    const ids = (rows: Appointment[]) => rows.map(({ id }) => id);
    expect(ids(store.appointments.overlapping('one', 1_500_000, 2_000_000))).toEqual(['a']);
    expect(ids(store.appointments.overlapping('one', 1_500_000, 2_000_001))).toEqual(['a', 'right after']);
    expect(ids(store.appointments.overlapping(null, 1_999_999, 2_000_001))).toEqual([
      'a',
      'other chair',
      'right after',
    ]);
    expect(ids(store.appointments.list({ fromMs: 1_000_001, limit: 10 }))).toEqual([
      'other chair',
      'right after',
    ]);
    expect(ids(store.appointments.list({ toMs: 2_000_000, limit: 1 }))).toEqual(['a']);
  });

  it('that are cancelled free the time, once', () => {
    store.calls.start(call('c'));
    store.transaction(() => store.appointments.insert(appointment('a', { callId: 'c' })));
    expect(store.appointments.ofCall('c')).toHaveLength(1);
    store.appointments.cancel('a');
    store.appointments.cancel('a');
    expect(store.appointments.find('a')?.status).toBe('cancelled');
    expect(store.appointments.ofCall('c')).toEqual([]);
    store.transaction(() => store.appointments.insert(appointment('b')));
    expect(heard.map((event) => event.type)).toEqual([
      'call.started',
      'appointment.booked',
      'appointment.cancelled',
      'appointment.booked',
    ]);
  });

  it('are inserted in a transaction only', () => {
    expect(() => store.appointments.insert(appointment('a'))).toThrow('where its opening was checked');
  });
});

describe('transaction', () => {
  it('tells nothing of what was rolled back, at any depth', () => {
    store.calls.start(call('a'));
    expect(() =>
      store.transaction(() => {
        store.transcript.add(turn('a', 'lost'));
        throw new Error('no');
      }),
    ).toThrow('no');
    store.transaction(() => {
      store.transcript.add(turn('a', 'kept'));
      expect(() =>
        store.transaction(() => {
          store.transcript.add(turn('a', 'lost too'));
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(heard, 'nothing is told before the commit').toHaveLength(1);
    });
    expect(store.transcript.list('a').map(({ text }) => text)).toEqual(['kept']);
    expect(heard.map((event) => (event.type === 'turn.recorded' ? event.text : event.type))).toEqual([
      'call.started',
      'kept',
    ]);
    expect(store.events.since(0, 10)).toEqual(heard);
  });

  it('keeps the order when a listener changes something itself', () => {
    const order: string[] = [];
    box.onEvent((event) => {
      if (event.type === 'call.started') store.transcript.add(turn(event.callId, 'from a listener'));
    });
    box.onEvent((event) => order.push(event.type));
    store.transaction(() => {
      store.calls.start(call('a'));
      store.calls.answer('a', { recording: null });
    });
    expect(order).toEqual(['call.started', 'call.answered', 'turn.recorded']);
  });

  it('refuses work that is not synchronous', () => {
    expect(() => store.transaction(async () => {})).toThrow();
  });
});

it('says disk_full when the file cannot grow, and keeps what was stored', () => {
  const path = join(dataDir, 'small.db');
  const migrations = ['create table notes (text text) strict'];
  const database = openDatabase({ path, key: Buffer.alloc(32, 1), migrations, create: true });
  database.prepare('pragma max_page_count = 20').get();
  const insert = database.prepare('insert into notes values (?)');
  let stored = 0;
  try {
    for (; stored < 1000; stored += 1) insert.run('x'.repeat(1000));
    expect.unreachable();
  } catch (error) {
    expect(hasCode(error, 'disk_full')).toBe(true);
  }
  expect(stored).toBeGreaterThan(10);
  const count = database.prepare<{ count: number }>('select count(*) as count from notes');
  expect(count.get()).toEqual({ count: stored });
  database.close();
});

it('brings an old database up to date, each step whole', () => {
  const path = join(dataDir, 'old.db');
  const key = Buffer.alloc(32, 2);
  const first = ['create table a (x integer) strict; insert into a values (1)'];
  openDatabase({ path, key, migrations: first, create: true }).close();
  const broken = [...first, 'insert into a values (2); insert into missing values (1)'];
  expect(() => openDatabase({ path, key, migrations: broken })).toThrow('missing');
  expect(() => openDatabase({ path, key, migrations: broken, readOnly: true })).toThrow(
    expect.objectContaining({ code: 'database_version' }),
  );
  const second = [...first, 'insert into a values (3)'];
  const database = openDatabase({ path, key, migrations: second });
  expect(database.prepare('select x from a order by x').all()).toEqual([{ x: 1 }, { x: 3 }]);
  database.close();
});
