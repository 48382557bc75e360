import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';

export interface CalendarSettings {
  /** `by-hand`: what callers book is a draft until the owner approves it. */
  readonly approval: 'none' | 'by-hand';
  /** How long before an appointment its customer is reminded; null: never. */
  readonly reminderLeadMs: number | null;
}

/** Where a tenant's mail goes out (SMTP); its password lies sealed beside it. */
export interface MailAccount {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, by STARTTLS and not without, or none at all. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** Null: the server asks for none. */
  readonly username: string | null;
  readonly hasPassword: boolean;
  /** The sender, and the organiser of invitations. */
  readonly fromAddress: string;
  /** The server may be one of the house's own network. */
  readonly allowPrivate: boolean;
}

/** A password that is absent stays as it is; null forgets it. */
export type MailAccountInput = Omit<MailAccount, 'hasPassword'> & { readonly password?: string | null };

export interface CalendarSettingRows {
  get(): CalendarSettings;
  /** @throws VoxboxError `input_invalid` */
  change(change: Partial<CalendarSettings>): CalendarSettings;
  /** Null: the tenant sends no mail. */
  mailAccount(): MailAccount | null;
  /** @throws VoxboxError `input_invalid`; also for another server without its password */
  setMailAccount(account: MailAccountInput | null): MailAccount | null;
  /** @throws VoxboxError `database_broken` */
  mailPassword(): string | null;
}

/** One address; no list, no name, nothing that could end a header. */
export const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]+$/, 'must be one mail address');

const settingsSchema = z.strictObject({
  approval: z.enum(['none', 'by-hand']),
  reminderLeadMs: z
    .number()
    .int()
    .min(60_000)
    .max(30 * 86_400_000)
    .nullable(),
});

const accountSchema = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be the name or address of a mail server'),
  port: z.number().int().min(1).max(65_535),
  security: z.enum(['tls', 'starttls', 'none']),
  username: z.string().min(1).max(254).nullable(),
  fromAddress: mailAddress,
  allowPrivate: z.boolean(),
  password: z.string().min(1).max(1000).nullish(),
});

const sealLabel = 'mail password';

interface Row extends CalendarSettings {
  readonly mailAccount: string | null;
  readonly sealedPassword: Buffer | null;
}

export function calendarSettingRows(
  database: Database,
  {
    tenantId,
    events,
    keyring,
  }: { tenantId: string; events: EventLog; keyring: Pick<Keyring, 'seal' | 'unseal'> },
): CalendarSettingRows {
  const read = database.prepare<Row>(
    `select approval, reminder_lead_ms as reminderLeadMs, mail_account as mailAccount,
            sealed_password as sealedPassword
     from calendar_settings`,
  );
  const write = database.prepare(
    'update calendar_settings set approval = :approval, reminder_lead_ms = :reminderLeadMs',
  );
  const writeAccount = database.prepare('update calendar_settings set mail_account = ?, sealed_password = ?');
  const row = (): Row => {
    const found = read.get();
    if (!found) throw new VoxboxError('database_broken', 'the settings of the calendar are missing');
    return found;
  };
  const get = (): CalendarSettings => {
    const { approval, reminderLeadMs } = row();
    return { approval, reminderLeadMs };
  };
  const mailAccount = (): MailAccount | null => {
    const { mailAccount: account, sealedPassword } = row();
    if (account === null) return null;
    return {
      ...(JSON.parse(account) as Omit<MailAccount, 'hasPassword'>),
      hasPassword: sealedPassword !== null,
    };
  };

  return {
    get,
    mailAccount,
    change: (change) =>
      events.transaction(() => {
        write.run(checked(settingsSchema, { ...get(), ...change }));
        events.record({ type: 'calendar.settings-changed', tenantId });
        return get();
      }),
    setMailAccount: (input) =>
      events.transaction(() => {
        if (input === null) writeAccount.run(null, null);
        else {
          const { password, ...account } = checked(accountSchema, input);
          const stored = mailAccount();
          if (password === undefined && stored?.hasPassword && !isSameServer(stored, account)) {
            throw new VoxboxError(
              'input_invalid',
              'password: give it again, because the server is another one',
            );
          }
          const sealed =
            password === undefined
              ? row().sealedPassword
              : password && keyring.seal(sealLabel, Buffer.from(password, 'utf8'));
          writeAccount.run(JSON.stringify(account), sealed);
        }
        events.record({ type: 'calendar.settings-changed', tenantId });
        return mailAccount();
      }),
    mailPassword() {
      const { sealedPassword } = row();
      return sealedPassword && keyring.unseal(sealLabel, sealedPassword).toString('utf8');
    },
  };
}

/** A stored password is sent nowhere else, and never less protected, than it was meant for. */
const isSameServer = (
  stored: MailAccount,
  { host, port, security, username }: Omit<MailAccount, 'hasPassword'>,
): boolean =>
  stored.host === host &&
  stored.port === port &&
  stored.security === security &&
  stored.username === username;

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VoxboxError('input_invalid', `${issue?.path.join('.') || 'calendar'}: ${issue?.message}`);
}
