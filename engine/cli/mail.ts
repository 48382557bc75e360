import type { Mail, MailAccount } from '../api/contract/index.ts';
import { type Command, UsageError } from './command.ts';
import { tenantFlag, tenantIdOf } from './data.ts';
import { atDesk } from './desk.ts';
import { readSecret } from './secret.ts';
import { localTime, table } from './table.ts';

const { tenant } = tenantFlag;
const usualPorts = { tls: 465, starttls: 587, none: 25 } as const;
type Security = keyof typeof usualPorts;
const isSecurity = (text: string): text is Security => text in usualPorts;

export const mailShow: Command = {
  name: 'mail show',
  summary: 'Show the account that invitations and reminders are sent by, and what was sent last',
  flags: { tenant, limit: { type: 'string', value: 'COUNT', help: 'at most this many mails (default: 20)' } },
  async run({ config, json, io, text, count }) {
    const id = await tenantIdOf(config(), text('tenant'));
    const query = { limit: String(count('limit', 20)) };
    const { account } = await atDesk(config(), { method: 'mailAccount.read', id });
    const { mails } = await atDesk(config(), { method: 'mail.list', id, query });
    if (json) io.out(`${JSON.stringify({ account, mails }, null, 2)}\n`);
    else
      io.out(`${account ? inWords(account) : 'No mail is sent: there is no account.'}\n${mailTable(mails)}`);
    return 0;
  },
};

export const mailSet: Command = {
  name: 'mail set',
  summary: 'Send invitations and reminders by this mail server; the password is asked for',
  operands: '<host>',
  flags: {
    tenant,
    from: { type: 'string', value: 'ADDRESS', help: 'the sender' },
    user: {
      type: 'string',
      value: 'NAME',
      help: 'as the server knows it (default: the sender); "" for none',
    },
    security: { type: 'string', value: 'KIND', help: 'tls, starttls or none (default: tls)' },
    port: { type: 'string', value: 'NUMBER', help: 'default: 465 for tls, 587 for starttls, 25 for none' },
    private: { type: 'boolean', help: 'the server may be one of your own network' },
  },
  async run({ config, json, io, text, has, count, positionals }) {
    const [host = ''] = positionals;
    const fromAddress = text('from');
    const security = text('security') ?? 'tls';
    if (fromAddress === undefined) throw new UsageError('mail set needs --from ADDRESS.');
    if (!isSecurity(security)) throw new UsageError('--security takes tls, starttls or none.');
    const username = (text('user') ?? fromAddress) || null;
    const id = await tenantIdOf(config(), text('tenant'));
    const password = username === null ? null : await readSecret(io, `Password of ${username}: `);
    const { account } = await atDesk(config(), {
      method: 'mailAccount.set',
      id,
      body: {
        ...{ host, fromAddress, security, username, password: password || null },
        ...{ port: count('port', usualPorts[security]), private: has('private') },
      },
    });
    io.out(json ? `${JSON.stringify({ account }, null, 2)}\n` : `${account ? inWords(account) : ''}\n`);
    return 0;
  },
};

export const mailTry: Command = {
  name: 'mail try',
  summary: 'Send a mail now, to see whether the account works',
  flags: { tenant, to: { type: 'string', value: 'ADDRESS', help: 'default: the sender itself' } },
  async run({ config, json, io, text }) {
    const id = await tenantIdOf(config(), text('tenant'));
    const given = text('to');
    const body = given === undefined ? {} : { to: given };
    const { to } = await atDesk(config(), { method: 'mailAccount.try', id, body });
    io.out(json ? `${JSON.stringify({ to })}\n` : `The server has taken a mail to ${to}.\n`);
    return 0;
  },
};

export const mailOff: Command = {
  name: 'mail off',
  summary: 'Forget the account; no mail is sent any more',
  flags: { tenant },
  async run({ config, json, io, text }) {
    const id = await tenantIdOf(config(), text('tenant'));
    await atDesk(config(), { method: 'mailAccount.remove', id });
    io.out(json ? `${JSON.stringify({ removed: true })}\n` : 'No mail is sent any more.\n');
    return 0;
  },
};

const inWords = ({ host, port, security, username, hasPassword, fromAddress }: MailAccount): string => {
  const who =
    username === null ? 'without a name' : `as ${username}${hasPassword ? '' : ', without a password'}`;
  return `Mail goes out from ${fromAddress} by ${host}:${port} (${security}), ${who}.`;
};

const mailTable = (mails: readonly Mail[]): string =>
  mails.length === 0
    ? ''
    : table([
        ['WRITTEN', 'KIND', 'TO', 'STATUS', 'WHY'],
        ...mails.map(({ createdAtMs, kind, recipient, status, reason }) => [
          localTime(createdAtMs, Intl.DateTimeFormat().resolvedOptions().timeZone),
          ...[kind, recipient || '(forgotten)', status, reason ?? '-'],
        ]),
      ]);
