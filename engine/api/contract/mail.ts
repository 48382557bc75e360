import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, page, removed } from './scope.ts';

/** The account by which a business writes to its customers, and what it wrote. Browser-safe, as the whole contract. */

const address = z.string().trim().min(1).max(254);

export const mailAccountModel = z.object({
  host: z.string(),
  port: z.number().int(),
  /** TLS from the first byte, by STARTTLS and not without, or none at all. */
  security: z.enum(['tls', 'starttls', 'none']),
  /** Null: the server asks for none. */
  username: z.string().nullable(),
  hasPassword: z.boolean(),
  /** The sender, and the organiser of invitations. */
  fromAddress: z.string(),
  /** The server is one of the house's own network. */
  private: z.boolean(),
});

export const mailModel = z.object({
  id: z.number().int(),
  kind: z.enum(['invitation', 'update', 'cancellation', 'declined', 'reminder']),
  recipient: z.string(),
  appointmentId: z.string(),
  status: z.enum(['waiting', 'sent', 'failed']),
  /** Why the last attempt failed: code of the catalogue and words. */
  reason: z.string().nullable(),
  createdAtMs: z.number().int(),
  sentAtMs: z.number().int().nullable(),
});

const account = z.object({ account: mailAccountModel.nullable() });

/** `:id` is the tenant's. */
export const mailMethods = {
  'mail.list': {
    verb: 'GET',
    path: paths['mail.list'],
    query: page.pick({ limit: true }).extend({ status: mailModel.shape.status.optional() }),
    answer: z.object({ mails: z.array(mailModel) }),
  },
  /** Null: the business sends no mail. */
  'mailAccount.read': { verb: 'GET', path: paths['mailAccount.read'], query: nothing, answer: account },
  /** A password that is absent stays as it is, for the same server; null takes it away. */
  'mailAccount.set': {
    verb: 'PUT',
    path: paths['mailAccount.set'],
    query: nothing,
    body: z.strictObject({
      host: z.string().trim().min(1).max(253),
      port: z.number().int().min(1).max(65_535),
      security: mailAccountModel.shape.security,
      username: address.nullable().default(null),
      password: z.string().min(1).max(1000).nullish(),
      fromAddress: address,
      /** Only from the box itself. */
      private: z.boolean().optional(),
    }),
    answer: account,
  },
  /** What waits to be sent stays, and is sent once there is an account again. */
  'mailAccount.remove': {
    verb: 'DELETE',
    path: paths['mailAccount.remove'],
    query: nothing,
    answer: removed,
  },
  /** Sends a mail now: `mail_unreachable`, `mail_login_refused`, `mail_refused` tell what is wrong. */
  'mailAccount.try': {
    verb: 'POST',
    path: paths['mailAccount.try'],
    query: nothing,
    /** To the sender itself where nobody is named. */
    body: z.strictObject({ to: address.optional() }),
    answer: z.object({ to: z.string() }),
  },
} as const;

export type MailAccount = z.infer<typeof mailAccountModel>;
export type Mail = z.infer<typeof mailModel>;
export type MailAccountRequest = z.input<(typeof mailMethods)['mailAccount.set']['body']>;
