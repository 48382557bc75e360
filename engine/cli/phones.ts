import type { NewPhoneRequest, Phone } from '../api/contract/index.ts';
import { type Command, UsageError } from './command.ts';
import { readLines, tenantFlag, tenantIdOf } from './data.ts';
import { readSecret } from './secret.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

export const phonesList: Command = {
  name: 'phones list',
  summary: 'List the phones that sign in with the box',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const tenant = text('tenant') === undefined ? undefined : await tenantIdOf(config(), text('tenant'));
    const { phones } = await readLines(config(), (lines) => lines.phones(tenant));
    io.out(json ? `${JSON.stringify({ phones }, null, 2)}\n` : phoneTable(phones));
    return 0;
  },
};

export const phonesAdd: Command = {
  name: 'phones add',
  summary: 'Make an account for a desk phone or softphone, and show what to set it up with',
  flags: {
    tenant: { type: 'string', value: 'SLUG', help: 'whose phone it is (slug or id)' },
    label: { type: 'string', value: 'TEXT', help: 'whose or where it is (required)' },
    extension: { type: 'string', value: 'DIGITS', help: 'default: the first free one from 101 on' },
    username: { type: 'string', value: 'NAME', help: 'default: made up' },
    'password-stdin': { type: 'boolean', help: 'read the password from standard input (default: made up)' },
  },
  async run({ config, json, io, text, has }) {
    const label = text('label');
    if (label === undefined) throw new UsageError('phones add needs --label TEXT.');
    const body: NewPhoneRequest = {
      tenantId: await tenantIdOf(config(), text('tenant')),
      label,
      ...(text('extension') === undefined ? {} : { extension: text('extension') }),
      ...(text('username') === undefined ? {} : { username: text('username') }),
      ...(has('password-stdin') ? { password: await readSecret(io, 'Password: ') } : {}),
    };
    const { phone, account } = await writeLine(config(), {
      method: 'phone.create',
      body,
      alone: (lines) => lines.createPhone(body),
    });
    if (json) {
      io.out(`${JSON.stringify({ phone, account }, null, 2)}\n`);
      return 0;
    }
    io.out(
      table([
        ['Server', `address of this machine${account.port === null ? '' : `, port ${account.port}`}`],
        ['User name', account.username],
        ['Password', account.password],
        ['Realm', account.realm],
        ['Extension', phone.extension],
      ]),
    );
    io.out('\nThe password is shown this once.\n');
    return 0;
  },
};

export const phonesRemove: Command = {
  name: 'phones remove',
  summary: 'Take the account of a phone away',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [id = ''] = positionals;
    await writeLine(config(), { method: 'phone.remove', id, alone: (lines) => lines.removePhone(id) });
    io.out(json ? `${JSON.stringify({ removed: id })}\n` : `Removed ${id}.\n`);
    return 0;
  },
};

const phoneTable = (phones: readonly Phone[]): string =>
  table([
    ['EXTENSION', 'LABEL', 'USER NAME', 'SIGNED IN', 'ID'],
    ...phones.map((phone) => [
      phone.extension,
      phone.label,
      phone.username,
      phone.registered ? 'yes' : 'no',
      phone.id,
    ]),
  ]);
