import { connect, isIP } from 'node:net';
import nodemailer, { type Transporter } from 'nodemailer';
import type { SMTPTransportGetSocket } from 'nodemailer/lib/smtp-transport';
import {
  type Clock,
  checkedLookup,
  createPublicAddressCheck,
  isVoxboxError,
  type Log,
  VoxboxError,
} from '../foundation/index.ts';
import type { MailAccount, OutgoingMail, TenantStore } from '../store/index.ts';
import type { Business } from './ics.ts';
import { wordMail } from './mail-wording.ts';
import { handOverReminders } from './notices.ts';

export interface MailingTenant {
  readonly store: TenantStore;
  readonly business: Business;
}

export interface MailerParts {
  /** Asked in every round: tenants come and go. */
  readonly stores: () => readonly MailingTenant[];
  readonly clock: Clock;
  readonly log: Log;
  /** From one round to the next; absent: 15 s. */
  readonly everyMs?: number;
}

export interface Mailer {
  /** Idempotent; resolves when the mail that is on its way has gone or failed. */
  stop(): Promise<void>;
}

const usualRoundMs = 15_000;
const mostInRound = 20;
/** A minute, then twice as long each time, up to six hours: given up after most of a day. */
const firstPauseMs = 60_000;
const longestPauseMs = 6 * 3_600_000;
const mostAttempts = 12;
const timeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 } as const;

/**
 * Sends what lies in the tenants' queues, and hands over reminders whose time has come. What a crash
 * interrupts is sent again, under the same Message-ID.
 */
export function startMailer({ stores, clock, log, everyMs = usualRoundMs }: MailerParts): Mailer {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => {};

  const round = async (): Promise<void> => {
    for (const tenant of stores()) {
      if (stopped) return;
      try {
        await sendDueMail(tenant, { clock, log, isStopped: () => stopped });
      } catch (err) {
        log.warn({ err, tenantId: tenant.store.tenantId }, 'the mail of a tenant could not be sent');
      }
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      await round().catch((err: unknown) => log.error({ err }, 'a round of mail failed'));
      if (stopped) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, everyMs);
        timer.unref();
      });
    }
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      wake();
      return running;
    },
  };
}

interface Sending {
  readonly clock: Clock;
  readonly log: Log;
  readonly isStopped: () => boolean;
}

/** One round of one tenant. */
async function sendDueMail(
  { store, business }: MailingTenant,
  { clock, log, isStopped }: Sending,
): Promise<void> {
  handOverReminders(store, clock);
  const due = store.outgoingMail.due(clock.nowMs(), mostInRound);
  const account = due.length === 0 ? null : store.calendarSettings.mailAccount();
  if (account === null) return;
  const transport = transportOf(account, store.calendarSettings.mailPassword());
  try {
    for (const mail of due) {
      if (isStopped()) return;
      if (mail.kind === 'reminder' && mail.appointment.startsAtMs <= clock.nowMs()) {
        store.outgoingMail.markFailed(mail.id, 'the appointment had begun before the reminder could be sent');
        continue;
      }
      const fault = await send(transport, mail, { account, business });
      if (fault === null) store.outgoingMail.markSent(mail.id, clock.nowMs());
      else {
        noteFailure(store, mail, { fault, nowMs: clock.nowMs() });
        log.warn({ code: fault.code, mail: mail.id, attempts: mail.attempts + 1 }, 'a mail was not taken');
        // The next one would meet the same silence.
        if (!fault.entry.permanent) return;
      }
    }
  } finally {
    transport.close();
  }
}

function noteFailure(
  store: TenantStore,
  { id, attempts }: OutgoingMail,
  { fault, nowMs }: { readonly fault: VoxboxError; readonly nowMs: number },
): void {
  const reason = `${fault.code}: ${fault.message}`;
  if (fault.entry.permanent || attempts + 1 >= mostAttempts) store.outgoingMail.markFailed(id, reason);
  else {
    const pauseMs = Math.min(firstPauseMs * 2 ** attempts, longestPauseMs);
    store.outgoingMail.putOff(id, { nextTryAtMs: nowMs + pauseMs, reason });
  }
}

const transportOf = (
  { host, port, security, username, allowPrivate }: MailAccount,
  password: string | null,
): Transporter =>
  nodemailer.createTransport({
    host,
    port,
    ...(allowPrivate ? {} : { getSocket: connectPublicly }),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
    ...timeouts,
    // Nothing that a caller said is ever taken for a path or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });

/** Whoever may name a server must not reach into the house: the address that was checked is the one connected to. */
const connectPublicly: SMTPTransportGetSocket = ({ host = '', port = 0 }, done) => {
  const isPublic = createPublicAddressCheck();
  const refused = (name: string): VoxboxError =>
    new VoxboxError('mail_address_refused', `${name} is no server of the public internet`);
  if (isIP(host) !== 0 && !isPublic(host)) {
    done(refused(host));
    return;
  }
  const socket = connect({ host, port: Number(port), lookup: checkedLookup(isPublic, refused) });
  const failed = (error: Error): void => done(error);
  socket.once('error', failed);
  socket.setTimeout(timeouts.connectionTimeout, () => socket.destroy(new Error('no answer in time')));
  socket.once('connect', () => {
    socket.off('error', failed).setTimeout(0);
    done(null, { connection: socket });
  });
};

/**
 * Sends a mail right now that says no more than that mail is sent.
 *
 * @throws VoxboxError `mail_account_missing`, `mail_address_refused`, `mail_unreachable`, `mail_login_refused`,
 *   `mail_refused`
 */
export async function sendTrialMail(
  store: TenantStore,
  { name, to }: { name: string; to: string },
): Promise<void> {
  const { calendarSettings } = store;
  const account = calendarSettings.mailAccount();
  if (account === null) throw new VoxboxError('mail_account_missing', 'there is no mail account');
  const transport = transportOf(account, calendarSettings.mailPassword());
  try {
    await transport.sendMail({
      from: { name, address: account.fromAddress },
      to,
      headers: { 'Auto-Submitted': 'auto-generated' },
      subject: `Mail of ${name} works`,
      text: `This mail was sent to try the mail account of ${name}. Invitations and reminders will come the same way.`,
    });
  } catch (error) {
    throw faultOf(error);
  } finally {
    transport.close();
  }
}

/** Null, or why it was not taken: `mail_address_refused`, `mail_unreachable`, `mail_login_refused`, `mail_refused`. */
async function send(
  transport: Transporter,
  mail: OutgoingMail,
  { account, business }: { readonly account: MailAccount; readonly business: Business },
): Promise<VoxboxError | null> {
  const { fromAddress } = account;
  const organiser = { ...business, email: business.email ?? fromAddress };
  const { subject, text, calendar } = wordMail(mail, organiser);
  const domain = fromAddress.slice(fromAddress.lastIndexOf('@') + 1);
  try {
    await transport.sendMail({
      from: { name: business.name, address: fromAddress },
      to: { name: mail.appointment.customerName, address: mail.recipient },
      ...(organiser.email === fromAddress ? {} : { replyTo: organiser.email }),
      messageId: `<${mail.appointment.id}.${mail.id}@${domain}>`,
      date: new Date(mail.createdAtMs),
      headers: { 'Auto-Submitted': 'auto-generated' },
      subject,
      text,
      ...(calendar === null
        ? {}
        : { icalEvent: { method: calendar.method, content: calendar.content, filename: 'appointment.ics' } }),
    });
    return null;
  } catch (error) {
    return faultOf(error);
  }
}

/** What nodemailer and the server say (RFC 5321 §4.2.1), in our words. */
function faultOf(error: unknown): VoxboxError {
  if (isVoxboxError(error)) return error;
  const { code, responseCode } = { code: null, responseCode: null, ...(error as object) } as {
    readonly code: unknown;
    readonly responseCode: unknown;
  };
  const words = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const options = { cause: error };
  if (code === 'EAUTH' || code === 'ENOAUTH') return new VoxboxError('mail_login_refused', words, options);
  const isForGood = typeof responseCode === 'number' ? responseCode >= 500 : code === 'EENVELOPE';
  const ofTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return new VoxboxError(isForGood && ofTheMail ? 'mail_refused' : 'mail_unreachable', words, options);
}
