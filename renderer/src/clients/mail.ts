import type { Mail, MailAccount, MailAccountRequest } from '../../../engine/api/contract/index.ts';
import { ask, json, withId } from '../asking.ts';

/** The account by which a business writes to its customers. */
export const mailClient = {
  account: (tenant: string) => ask<{ account: MailAccount | null }>(withId('mailAccount.read', tenant)),
  failed: (tenant: string) => ask<{ mails: Mail[] }>(`${withId('mail.list', tenant)}?status=failed&limit=5`),
  set: (tenant: string, account: MailAccountRequest) =>
    ask<{ account: MailAccount }>(withId('mailAccount.set', tenant), json('PUT', account)),
  remove: (tenant: string) =>
    ask<{ removed: true }>(withId('mailAccount.remove', tenant), { method: 'DELETE' }),
  try: (tenant: string) => ask<{ to: string }>(withId('mailAccount.try', tenant), json('POST', {})),
};
