import { sendTrialMail } from '../calendar/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { mailAddress, type MailAccount as StoredAccount } from '../store/index.ts';
import type { MailAccount, mailMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** The account by which a business writes to its customers, and what it wrote. */
export const mailDesk = ({ box }: DeskParts): Pick<Desk, keyof typeof mailMethods> => ({
  'mail.list': ({ id, query }) => ({
    mails: box
      .tenant(id)
      .outgoingMail.list(query)
      .map(({ appointment, attempts: _attempts, nextTryAtMs: _next, ...mail }) => ({
        ...mail,
        appointmentId: appointment.id,
      })),
  }),
  'mailAccount.read': ({ id }) => ({ account: accountAnswer(box.tenant(id).calendarSettings.mailAccount()) }),
  'mailAccount.set': ({ id, body: { private: allowPrivate = false, password, ...given } }) => {
    const account = { ...given, allowPrivate, ...(password === undefined ? {} : { password }) };
    return { account: accountAnswer(box.tenant(id).calendarSettings.setMailAccount(account)) };
  },
  'mailAccount.remove': ({ id }) => {
    box.tenant(id).calendarSettings.setMailAccount(null);
    return { removed: true };
  },
  'mailAccount.try': async ({ id, body }) => {
    const store = box.tenant(id);
    const to = body.to ?? store.calendarSettings.mailAccount()?.fromAddress ?? '';
    if (to !== '' && !mailAddress.safeParse(to).success) {
      throw new VoxboxError('input_invalid', 'to: must be one mail address');
    }
    await sendTrialMail(store, { name: box.tenants.find(id)?.name ?? '', to });
    return { to };
  },
});

const accountAnswer = (account: StoredAccount | null): MailAccount | null => {
  if (account === null) return null;
  const { allowPrivate, ...told } = account;
  return { ...told, private: allowPrivate };
};
