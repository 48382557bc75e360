import type { AddressInfo } from 'node:net';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import type { MailAccountInput } from '../store/index.ts';
import { codeOf, type FakeSalon, openFakeSalon } from './fake-salon.ts';
import {
  approveAppointment,
  cancelAppointment,
  changeCalendarSettings,
  declineAppointment,
  dueReminders,
  handOverReminders,
  icsOf,
  type Mailer,
  sendTrialMail,
  startMailer,
} from './index.ts';

interface Received {
  readonly to: readonly string[];
  readonly raw: string;
}

let salon: FakeSalon;
let server: SMTPServer;
let port: number;
let received: Received[];
let mailer: Mailer | null;
/** Answered to a recipient in place of 250. */
let refusal: { readonly code: number; readonly address: string } | null;

/** Hosts are slow at times; it mostly takes milliseconds. */
const soon = { timeout: 8_000, interval: 10 } as const;

const business = {
  name: 'Salon',
  timeZone: 'America/New_York',
  address: '1 Main Street, Springfield',
  email: 'desk@salon.example',
};

const account = (): MailAccountInput => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  username: 'salon',
  password: 'secret',
  fromAddress: 'desk@salon.example',
  allowPrivate: true,
});

/** A real one, which takes what comes for everybody but `refusal`. */
async function serve(options: SMTPServerOptions): Promise<void> {
  server = new SMTPServer({
    ...options,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) => {
      if (username === 'salon' && password === 'secret') done(null, { user: username });
      else done(new Error('no such user'));
    },
    onRcptTo: ({ address }, _, done) => {
      if (refusal?.address !== address) done();
      else done(Object.assign(new Error('not here'), { responseCode: refusal.code }));
    },
    onData: (stream: SMTPServerDataStream, session: SMTPServerSession, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, raw: Buffer.concat(pieces).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.server.address() as AddressInfo).port;
}

beforeEach(async () => {
  salon = openFakeSalon();
  received = [];
  refusal = null;
  mailer = null;
  await serve({ hideSTARTTLS: true });
});

afterEach(async () => {
  await mailer?.stop();
  await closed();
  salon.close();
});

const closed = (): Promise<void> => new Promise((resolve) => server.close(resolve));

function start(): void {
  const stores = () => [{ store: salon.tenant, business }];
  mailer = startMailer({ stores, clock: salon.clock, log: silentLog, everyMs: 15 });
}

const queue = () =>
  salon.tenant.outgoingMail
    .list({ limit: 50 })
    .map(({ kind, status, attempts }) => `${kind} ${status} ${attempts}`)
    .toReversed();

const sent = (count: number): Promise<void> => vi.waitFor(() => expect(received).toHaveLength(count), soon);

/** The calendar part of a mail, decoded and with its lines unfolded. */
function calendarOf({ raw }: Received): string {
  const part = /content-type: text\/calendar[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/i.exec(raw);
  const head = part?.[0].toLowerCase() ?? '';
  const body = part?.[1] ?? '';
  const text = head.includes('base64') ? Buffer.from(body, 'base64').toString('utf8') : unquoted(body);
  return text.replaceAll('\r\n', '\n').replaceAll('\n ', '');
}

const unquoted = (body: string): string =>
  Buffer.from(
    body
      .replaceAll('=\r\n', '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

const lineOf = (calendar: string, name: string): string | undefined =>
  calendar.split('\n').find((line) => line.startsWith(name));

describe('mail', () => {
  beforeEach(() => {
    salon.tenant.calendarSettings.setMailAccount(account());
  });

  it('invites, brings up to date and takes back, in that order and with one UID', async () => {
    const { id } = salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    salon.move(id, '2026-11-24T09:00');
    cancelAppointment(salon.tenant, { appointmentId: id, callId: null }, salon.parts);
    expect(queue()).toEqual(['invitation waiting 0', 'update waiting 0', 'cancellation waiting 0']);
    start();
    await sent(3);
    expect(received.map(({ to }) => to)).toEqual(Array(3).fill(['sarah@example.com']));
    const calendars = received.map(calendarOf);
    expect(calendars.map((one) => lineOf(one, 'METHOD'))).toEqual([
      'METHOD:REQUEST',
      'METHOD:REQUEST',
      'METHOD:CANCEL',
    ]);
    expect(new Set(calendars.map((one) => lineOf(one, 'UID'))).size).toBe(1);
    expect(calendars.map((one) => lineOf(one, 'SEQUENCE'))).toEqual([
      'SEQUENCE:0',
      'SEQUENCE:1',
      'SEQUENCE:2',
    ]);
    expect(lineOf(calendars[1] ?? '', 'DTSTART')).toBe('DTSTART:20261124T140000Z');
    expect(lineOf(calendars[2] ?? '', 'STATUS')).toBe('STATUS:CANCELLED');
    expect(received[0]?.raw).toContain('Monday, November 23, 2026 at 9:00 AM EST');
    expect(received[0]?.raw).toMatch(/Auto-Submitted: auto-generated/i);
    await vi.waitFor(
      () => expect(queue()).toEqual(['invitation sent 1', 'update sent 1', 'cancellation sent 1']),
      soon,
    );
    expect(salon.events.filter(({ type }) => type === 'mail.sent')).toHaveLength(3);
  });

  it('survives a crash, and is not sent twice', async () => {
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    salon.reopen();
    start();
    await sent(1);
    await vi.waitFor(() => expect(queue()).toEqual(['invitation sent 1']), soon);
    await mailer?.stop();
    salon.reopen();
    start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await mailer?.stop();
    await mailer?.stop();
    expect(received).toHaveLength(1);
  });

  it('keeps what is refused for good with its reason, and goes on with the rest', async () => {
    refusal = { code: 550, address: 'nobody@example.com' };
    salon.book('2026-11-23T09:00', { email: 'nobody@example.com' });
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    start();
    await sent(1);
    await vi.waitFor(() => expect(queue()).toEqual(['invitation failed 1', 'invitation sent 1']), soon);
    const [failed] = salon.tenant.outgoingMail.list({ status: 'failed', limit: 1 });
    expect(failed?.reason).toMatch(/^mail_refused: .*not here/);
    expect(salon.events.at(-1)?.type).toBe('mail.sent');
  });

  it('tries again later, each time later, until it gives up', async () => {
    refusal = { code: 451, address: 'sarah@example.com' };
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    start();
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 12; attempt += 1) {
      await vi.waitFor(() => expect(queue()).toEqual([`invitation waiting ${attempt}`]), soon);
      const nextTryAtMs = salon.tenant.outgoingMail.list({ limit: 1 })[0]?.nextTryAtMs ?? 0;
      pauses.push((nextTryAtMs - salon.clock.nowMs()) / 60_000);
      salon.setNow(nextTryAtMs);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    await vi.waitFor(() => expect(queue()).toEqual(['invitation failed 12']), soon);
    expect(salon.tenant.outgoingMail.list({ limit: 1 })[0]?.reason).toMatch(/^mail_unreachable: /);
    expect(received).toEqual([]);
  });

  it('waits for a password that is right, and for a server that is there', async () => {
    salon.tenant.calendarSettings.setMailAccount({ ...account(), password: 'wrong' });
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    start();
    const reason = () => salon.tenant.outgoingMail.list({ limit: 1 })[0]?.reason;
    await vi.waitFor(() => expect(reason()).toMatch(/^mail_login_refused: /), soon);
    expect(reason()).not.toContain('wrong');
    salon.tenant.calendarSettings.setMailAccount({ ...account(), port: 1 });
    salon.setNow(salon.clock.nowMs() + 60_000);
    await vi.waitFor(() => expect(reason()).toMatch(/^mail_unreachable: /), soon);
    salon.tenant.calendarSettings.setMailAccount(account());
    salon.setNow(salon.clock.nowMs() + 120_000);
    await sent(1);
  });

  it('gives no password to a server that offers no TLS, or whose certificate nobody vouches for', async () => {
    salon.tenant.calendarSettings.setMailAccount({ ...account(), security: 'starttls' });
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    start();
    await vi.waitFor(() => expect(queue()).toEqual(['invitation waiting 1']), soon);
    expect(salon.tenant.outgoingMail.list({ limit: 1 })[0]?.reason).toMatch(
      /^mail_unreachable: .*certificate/i,
    );
    expect(received).toEqual([]);
  });

  it('says nothing of a draft until the owner has spoken', async () => {
    salon.tenant.calendarSettings.change({ approval: 'by-hand' });
    const yes = salon.book('2026-11-23T09:00', { email: 'yes@example.com', callId: salon.call('c') });
    const no = salon.book('2026-11-23T09:00', { email: 'no@example.com' });
    expect(queue()).toEqual([]);
    approveAppointment(salon.tenant, yes.id, salon.parts);
    declineAppointment(salon.tenant, no.id, salon.parts);
    expect(queue()).toEqual(['invitation waiting 0', 'declined waiting 0']);
    salon.move(yes.id, '2026-11-23T10:00', 'c');
    expect(queue()).toHaveLength(2);
    approveAppointment(salon.tenant, yes.id, salon.parts);
    expect(queue().at(-1)).toBe('update waiting 0');
    start();
    await sent(3);
    expect(received.map(({ raw }) => raw.includes('text/calendar'))).toEqual([true, false, true]);
  });

  it('is sent by servers of the public internet, unless the house allows its own', async () => {
    const trial = { name: 'Salon', to: 'desk@salon.example' };
    for (const host of ['127.0.0.1', 'localhost']) {
      salon.tenant.calendarSettings.setMailAccount({ ...account(), host, allowPrivate: false });
      await expect(sendTrialMail(salon.tenant, trial)).rejects.toMatchObject({
        code: 'mail_address_refused',
      });
    }
    salon.tenant.calendarSettings.setMailAccount({ ...account(), password: 'wrong' });
    await expect(sendTrialMail(salon.tenant, trial)).rejects.toMatchObject({ code: 'mail_login_refused' });
    salon.tenant.calendarSettings.setMailAccount(account());
    await sendTrialMail(salon.tenant, trial);
    expect(received).toMatchObject([{ to: ['desk@salon.example'] }]);
    expect(received[0]?.raw).toContain('Subject: Mail of Salon works');
    salon.tenant.calendarSettings.setMailAccount(null);
    await expect(sendTrialMail(salon.tenant, trial)).rejects.toMatchObject({ code: 'mail_account_missing' });
  });

  it('goes nowhere without an address, or without an account', () => {
    salon.book('2026-11-23T09:00');
    salon.tenant.calendarSettings.setMailAccount(null);
    salon.book('2026-11-23T09:00', { email: 'sarah@example.com' });
    expect(queue()).toEqual([]);
  });

  it('keeps the password sealed, and for the server that it is meant for', () => {
    const { calendarSettings } = salon.tenant;
    const { password: _, ...same } = account();
    expect(calendarSettings.setMailAccount(same)).toEqual({ ...same, hasPassword: true });
    expect(calendarSettings.mailPassword()).toBe('secret');
    for (const other of [{ host: 'evil.example' }, { port: 25 }, { security: 'tls' as const }]) {
      expect(codeOf(() => calendarSettings.setMailAccount({ ...same, ...other }))).toBe('input_invalid');
    }
    salon.reopen();
    expect(salon.tenant.calendarSettings.mailPassword()).toBe('secret');
    salon.tenant.calendarSettings.setMailAccount({ ...same, password: null });
    expect(salon.tenant.calendarSettings.mailPassword()).toBeNull();
  });
});

describe('reminders', () => {
  const due = () => dueReminders(salon.tenant, salon.clock.nowMs()).map(({ kind }) => kind);

  it('are moved and cancelled with their appointment, and come once', async () => {
    salon.tenant.calendarSettings.setMailAccount(account());
    const { id } = salon.book('2026-11-25T09:00', { email: 'sarah@example.com' });
    const other = salon.book('2026-11-25T09:00', { email: 'tom@example.com' });
    start();
    await sent(2);
    salon.move(id, '2026-11-26T09:00');
    cancelAppointment(salon.tenant, { appointmentId: other.id, callId: null }, salon.parts);
    await sent(4);
    await mailer?.stop();
    salon.setNow('2026-11-25T08:59');
    expect(due()).toEqual([]);
    salon.setNow('2026-11-25T09:00');
    salon.reopen();
    expect(due()).toEqual(['email']);
    start();
    await sent(5);
    expect(received[4]?.raw).toContain('Subject: A reminder of your appointment at Salon');
    await vi.waitFor(() => expect(queue().at(-1)).toBe('reminder sent 1'), soon);
    expect(due()).toEqual([]);
    expect(salon.tenant.reminders.find(id)).toMatchObject({ status: 'sent', kind: 'email' });
    expect(salon.tenant.reminders.markSent(id, { kind: 'email', atMs: 0 })).toBe(false);
  });

  it('are a task for the owner where there is no address', async () => {
    const { id } = salon.book('2026-11-25T09:00');
    salon.setNow('2026-11-24T09:00');
    expect(due()).toEqual(['task']);
    start();
    await vi.waitFor(
      () => expect(salon.tenant.reminders.tasks()).toMatchObject([{ appointmentId: id }]),
      soon,
    );
    await mailer?.stop();
    expect(salon.events.filter(({ type }) => type === 'reminder.sent')).toHaveLength(1);
    salon.tenant.reminders.done(id);
    salon.tenant.reminders.done(id);
    expect(salon.tenant.reminders.tasks()).toEqual([]);
    expect(codeOf(() => salon.tenant.reminders.done('none'))).toBe('not_found');
  });

  it('come at the time that is set, also for what was booked before', async () => {
    const set = (reminderLeadMs: number | null) =>
      changeCalendarSettings(salon.tenant, { reminderLeadMs }, salon.parts);
    set(null);
    const { id } = salon.book('2026-11-25T09:00');
    const gone = salon.book('2026-11-25T10:00');
    cancelAppointment(salon.tenant, { appointmentId: gone.id, callId: null }, salon.parts);
    set(86_400_000);
    salon.setNow('2026-11-24T09:00');
    expect(dueReminders(salon.tenant, salon.clock.nowMs())).toMatchObject([{ appointmentId: id }]);
    set(3_600_000);
    expect(due()).toEqual([]);
    salon.setNow('2026-11-25T08:00');
    handOverReminders(salon.tenant, salon.clock);
    set(1_800_000);
    expect(salon.tenant.reminders.find(id)?.status).toBe('sent');
    expect(salon.tenant.reminders.find(gone.id)).toBeNull();
  });

  it('are left out where they would come too late, or are switched off', async () => {
    salon.book('2026-11-20T15:00');
    salon.tenant.calendarSettings.change({ reminderLeadMs: null });
    salon.book('2026-11-25T09:00');
    salon.tenant.calendarSettings.change({ reminderLeadMs: 3_600_000 });
    const { id } = salon.book('2026-11-20T15:00');
    salon.setNow('2026-11-20T15:00');
    expect(due()).toEqual(['task']);
    start();
    await vi.waitFor(() => expect(salon.tenant.reminders.find(id)?.status).toBe('cancelled'), soon);
  });
});

it('writes an invitation that every calendar reads as the same moment', () => {
  const booked = salon.book('2027-03-15T09:00', { email: 'sarah@example.com', name: 'Sarah "S." Miller' });
  const calendar = icsOf(booked, business, 'REQUEST').replaceAll('\r\n ', '').split('\r\n');
  // Daylight time since the day before: UTC - 4.
  expect(calendar).toContain('DTSTART:20270315T130000Z');
  expect(calendar).toContain('DTEND:20270315T133000Z');
  expect(calendar).toContain('DTSTAMP:20261120T170000Z');
  expect(calendar).toContain(`UID:${booked.id}@voxbox`);
  expect(calendar).toContain('STATUS:CONFIRMED');
  expect(calendar).toContain('LOCATION:1 Main Street\\, Springfield');
  expect(calendar).toContain('ORGANIZER;CN="Salon":mailto:desk@salon.example');
  expect(icsOf(booked, business, 'REQUEST')).toBe(icsOf(booked, business, 'REQUEST'));
});
