import { newTrunkModel, type Trunk } from '../api/contract/index.ts';
import { newTrunk, trunkAnswer } from '../api/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type Command, UsageError } from './command.ts';
import { withBox } from './data.ts';
import { table } from './table.ts';
import { write } from './write.ts';

export const trunksList: Command = {
  name: 'trunks list',
  summary: 'List the phones, PBXs and carriers that may ring the box',
  flags: {},
  async run({ config, json, io }) {
    const trunks = await withBox(config(), { readOnly: true }, (box) => box.trunks.list().map(trunkAnswer));
    if (json) io.out(`${JSON.stringify({ trunks }, null, 2)}\n`);
    else io.out(trunkTable(trunks));
    return 0;
  },
};

export const trunksAdd: Command = {
  name: 'trunks add',
  summary: 'Let a phone, PBX or carrier ring the box, by its address or with a password',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'what you call it (required)' },
    address: { type: 'string', value: 'ADDRESS', help: 'IP address it sends from: no password is asked' },
    username: { type: 'string', value: 'NAME', help: 'user name it signs in with' },
    password: { type: 'string', value: 'PASSWORD', help: 'its password, 8 characters or more' },
  },
  async run({ config, json, io, text }) {
    const [name, address] = [text('name'), text('address')];
    const [username, password] = [text('username'), text('password')];
    const given =
      address === undefined ? { name, username, password } : { name, address, username, password };
    const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (name === undefined || (address === undefined) === (username === undefined)) {
      throw new UsageError('trunks add needs --name and either --address or --username with --password.');
    }
    const parsed = newTrunkModel.safeParse(kept);
    if (!parsed.success) {
      throw new VoxboxError('input_invalid', 'a password has 8 to 128 characters and goes with --username.');
    }
    const trunk = await write(config(), {
      method: 'trunk.create',
      body: parsed.data,
      through: ({ trunk }) => trunk,
      alone: (box) => trunkAnswer(box.trunks.add(newTrunk(parsed.data))),
    });
    if (json) io.out(`${JSON.stringify({ trunk }, null, 2)}\n`);
    else io.out(trunkTable([trunk]));
    return 0;
  },
};

export const trunksRemove: Command = {
  name: 'trunks remove',
  summary: 'Take that permission back',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [id = ''] = positionals;
    await write(config(), {
      method: 'trunk.remove',
      id,
      through: () => undefined,
      alone: (box) => box.trunks.remove(id),
    });
    io.out(json ? `${JSON.stringify({ removed: id })}\n` : `Removed ${id}.\n`);
    return 0;
  },
};

const trunkTable = (trunks: readonly Trunk[]): string =>
  table([
    ['NAME', 'KNOWN BY', 'ID'],
    ...trunks.map(({ name, address, username, id }) => [name, address ?? `user ${username}`, id]),
  ]);
