import { type RingGroup, ringGroupChangeModel } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type Call, type Command, type Flag, UsageError } from './command.ts';
import { readLines, tenantFlag, tenantIdOf } from './data.ts';
import { table } from './table.ts';
import { writeLine } from './write.ts';

const valueFlags = {
  name: { type: 'string', value: 'NAME', help: 'what the group is called' },
  members: { type: 'string', value: 'LIST', help: 'user names of phones and E.164 numbers, with commas' },
  strategy: { type: 'string', value: 'KIND', help: 'all at once, or in-turn (default: all)' },
  'ring-seconds': {
    type: 'string',
    value: 'SECONDS',
    help: 'how long it rings, or each in turn (default: 25)',
  },
} as const satisfies Record<string, Flag>;

export const ringGroupsList: Command = {
  name: 'ring-groups list',
  summary: 'List groups of phones that ring together',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const tenant = text('tenant') === undefined ? undefined : await tenantIdOf(config(), text('tenant'));
    const { ringGroups } = await readLines(config(), (lines) => lines.ringGroups(tenant));
    io.out(json ? `${JSON.stringify({ ringGroups }, null, 2)}\n` : groupTable(ringGroups));
    return 0;
  },
};

export const ringGroupsAdd: Command = {
  name: 'ring-groups add',
  summary: 'Make a group of phones that ring together',
  flags: { tenant: { type: 'string', value: 'SLUG', help: 'whose group it is (slug or id)' }, ...valueFlags },
  async run(call) {
    const { config, json, io, text } = call;
    const { name, members, ...rest } = values(call);
    if (name === undefined || members === undefined) {
      throw new UsageError('ring-groups add needs --name and --members.');
    }
    const body = { tenantId: await tenantIdOf(config(), text('tenant')), name, members, ...rest };
    const { ringGroup } = await writeLine(config(), {
      method: 'ringGroup.create',
      body,
      alone: (lines) => lines.createRingGroup(body),
    });
    io.out(json ? `${JSON.stringify({ ringGroup }, null, 2)}\n` : groupTable([ringGroup]));
    return 0;
  },
};

export const ringGroupsChange: Command = {
  name: 'ring-groups change',
  summary: 'Change a group of phones',
  operands: '<id>',
  flags: valueFlags,
  async run(call) {
    const { config, json, io, positionals } = call;
    const [id = ''] = positionals;
    const body = values(call);
    if (Object.keys(body).length === 0) throw new UsageError('ring-groups change needs something to change.');
    const { ringGroup } = await writeLine(config(), {
      method: 'ringGroup.change',
      id,
      body,
      alone: (lines) => lines.changeRingGroup(id, body),
    });
    io.out(json ? `${JSON.stringify({ ringGroup }, null, 2)}\n` : groupTable([ringGroup]));
    return 0;
  },
};

export const ringGroupsRemove: Command = {
  name: 'ring-groups remove',
  summary: 'Take a group of phones away',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [id = ''] = positionals;
    await writeLine(config(), {
      method: 'ringGroup.remove',
      id,
      alone: (lines) => lines.removeRingGroup(id),
    });
    io.out(json ? `${JSON.stringify({ removed: id })}\n` : `Removed ${id}.\n`);
    return 0;
  },
};

function values({ text, count }: Call) {
  const given = {
    name: text('name'),
    members: text('members')
      ?.split(',')
      .map((member) => member.trim())
      .filter(Boolean),
    strategy: text('strategy'),
    ringS: text('ring-seconds') === undefined ? undefined : count('ring-seconds', 25),
  };
  const parsed = ringGroupChangeModel.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VoxboxError('input_invalid', `${issue?.path.join('.')}: ${issue?.message}`);
}

const groupTable = (groups: readonly RingGroup[]): string =>
  table([
    ['NAME', 'RINGS', 'SECONDS', 'MEMBERS', 'ID'],
    ...groups.map((group) => [
      group.name,
      group.strategy,
      String(group.ringS),
      group.members.join(', '),
      group.id,
    ]),
  ]);
