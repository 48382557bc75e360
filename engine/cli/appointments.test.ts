import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bookAppointment, handOverReminders } from '../calendar/index.ts';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { openBox, type TenantStore } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

const zone = 'America/New_York';
let dataDir: string;

const voxbox = (...argv: string[]) => fakeCli([...argv, '--data', dataDir]);

function withTenant<T>(work: (tenant: TenantStore) => T): T {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  try {
    const id = box.tenants.list()[0]?.id ?? box.tenants.create({ name: 'Salon', timeZone: zone }).id;
    return work(box.tenant(id));
  } finally {
    box.close();
  }
}

const book = (local: string): string =>
  withTenant((tenant) => {
    const serviceId = tenant.profile().services[0]?.id ?? '';
    const startsAtMs = DateTime.fromISO(local, { zone }).toMillis();
    const customer = { customerName: 'Sarah Miller', customerPhone: '+15555550123', callId: null };
    const parts = { clock: systemClock, ids: systemIds };
    return bookAppointment(tenant, { serviceId, startsAtMs, ...customer }, parts).id;
  });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

it('moves and cancels an appointment', async () => {
  const id = book('2099-06-01T09:00');
  const moved = await voxbox('appointments', 'move', id, '2099-06-02 10:30');
  expect(moved).toMatchObject({ code: 0, err: '' });
  expect(moved.out).toContain('2099-06-02 10:30 EDT');
  expect((await voxbox('appointments', 'move', id, '2099-06-07T10:30')).err).toContain('opening hours');
  expect((await voxbox('appointments', 'move', id, '2099-03-08T02:30')).err).toContain('skip 02:30');
  expect((await voxbox('appointments', 'move', id, 'tomorrow')).code).toBe(1);
  expect((await voxbox('appointments', 'move', id)).code).toBe(2);
  const cancelled = await voxbox('appointments', 'cancel', id, '--json');
  expect(JSON.parse(cancelled.out)).toMatchObject({
    appointment: { id, tenant: 'salon', status: 'cancelled' },
  });
  expect((await voxbox('appointments', 'cancel', 'none')).err).toContain('there is no appointment none');
});

it('says yes or no to drafts', async () => {
  withTenant((tenant) => tenant.calendarSettings.change({ approval: 'by-hand' }));
  const [yes, no] = [book('2099-06-01T09:00'), book('2099-06-01T10:00')];
  expect((await voxbox('appointments', 'list')).out).toMatch(/draft/);
  expect((await voxbox('appointments', 'approve', yes)).out).toContain('booked');
  expect((await voxbox('appointments', 'decline', no)).out).toContain('cancelled');
  expect((await voxbox('appointments', 'decline', yes)).err).toContain('booked already');
});

it('tells whom to remind by telephone, until it is done or the appointment is gone', async () => {
  const [first, second] = [book('2099-06-01T09:00'), book('2099-06-01T10:00')];
  expect((await voxbox('appointments', 'reminders')).out).not.toContain(first);
  const dayBefore = DateTime.fromISO('2099-05-31T12:00', { zone }).toMillis();
  withTenant((tenant) => handOverReminders(tenant, { nowMs: () => dayBefore, monotonicMs: () => 0 }));
  const due = async () => (await voxbox('appointments', 'reminders')).out;
  expect(await due()).toContain('Sarah Miller');
  expect(await due()).toContain(first);
  expect((await voxbox('appointments', 'reminded', first)).code).toBe(0);
  expect(await due()).not.toContain(first);
  expect(await due()).toContain(second);
  await voxbox('appointments', 'cancel', second);
  expect(await due()).not.toContain(second);
  expect((await voxbox('appointments', 'reminded', 'nobody')).err).toContain('there is no appointment');
});

it('keeps the account that mail goes out by, and never shows its password', async () => {
  withTenant(() => {});
  expect((await voxbox('mail', 'show')).out).toContain('there is no account');
  expect((await voxbox('mail', 'try')).err).toContain('no mail account');
  expect((await voxbox('mail', 'set', '127.0.0.1', '--port', '1')).code).toBe(2);
  const given = ['127.0.0.1', '--port', '1', '--security', 'none', '--from', 'desk@salon.example'];
  const setMail = (...argv: string[]) =>
    fakeCli(['mail', 'set', ...given, ...argv, '--data', dataDir], { secret: async () => 'opensesame' });
  const set = await setMail();
  expect(set).toMatchObject({ code: 0, err: '' });
  expect((await voxbox('mail', 'try')).err).toContain('no server of the public internet');
  await setMail('--private');
  const { out } = await voxbox('mail', 'show');
  expect(out).toContain(
    'Mail goes out from desk@salon.example by 127.0.0.1:1 (none), as desk@salon.example.',
  );
  expect([out, set.out, (await voxbox('mail', 'show', '--json')).out].join()).not.toContain('opensesame');
  expect((await voxbox('mail', 'try')).err).toContain('ECONNREFUSED');
  expect((await voxbox('mail', 'off')).code).toBe(0);
  expect((await voxbox('mail', 'show')).out).toContain('there is no account');
});

it('keeps holidays', async () => {
  withTenant(() => {});
  const christmas = await voxbox('holidays', 'add', '2098-12-25', '--name', 'Christmas');
  expect(christmas).toMatchObject({ code: 0, err: '' });
  await voxbox('holidays', 'add', '2098-12-24', '--hours', '9:00-12:00,12:30-14:00');
  const { out } = await voxbox('holidays', 'list');
  expect(out).toMatch(/2098-12-24 +salon +- +09:00-12:00, 12:30-14:00\n2098-12-25 +salon +Christmas +closed/);
  expect(() => book('2098-12-25T10:00')).toThrow('opening hours');
  expect((await voxbox('holidays', 'remove', '2098-12-25')).code).toBe(0);
  expect((await voxbox('holidays', 'remove', '2098-12-25')).err).toContain('no holiday on 2098-12-25');
  expect((await voxbox('holidays', 'add', '2098-13-01')).code).toBe(1);
  expect((await voxbox('holidays', 'add', '2098-12-26', '--hours', 'noon')).code).toBe(2);
  expect(JSON.parse((await voxbox('holidays', 'list', '--json')).out).holidays).toHaveLength(1);
});
